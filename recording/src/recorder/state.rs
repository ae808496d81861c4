//! The state of a recorder, behind its lock.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use limpid_core::client;
use limpid_core::internal::{Mark, ReceivedPart, Stored};
use limpid_core::server;
use limpid_core::trace::ConnectionId;

use super::frames::Frames;
use super::interned::Interned;
use super::options::RecorderOptions;
use super::output::Output;
use super::plaintext::Plaintext;
use super::stop::Stop;
use crate::format::FrameKind;
use crate::stream::Stream;

/// The number of bytes in memory at which they are written.
const BUFFER: usize = 60 * 1024;

/// The room in a file for what one record adds to it.
const ROOM: u64 = 128 * 1024;

/// The state of a recorder.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) options: RecorderOptions,
    pub(crate) frames: Frames,
    /// The options of clients that the file has.
    pub(crate) clients: Interned<client::Options>,
    /// The options of servers that the file has.
    pub(crate) servers: Interned<server::Options>,
    /// What connections have received and is not written yet.
    pub(crate) plaintext: Plaintext,
    /// The file, while the recording goes on.
    output: Option<Output>,
    stop: Option<Stop>,
    /// The thread that flushes waits for the first bytes.
    is_idle: bool,
}

impl State {
    pub(super) fn create(path: &Path, options: RecorderOptions) -> io::Result<Self> {
        Ok(Self {
            options,
            frames: Frames::new(options),
            clients: Interned::default(),
            servers: Interned::default(),
            plaintext: Plaintext::default(),
            output: Some(Output::create(path)?),
            stop: None,
            is_idle: false,
        })
    }

    pub(super) const fn is_recording(&self) -> bool {
        self.output.is_some()
    }

    pub(super) fn stop(&self) -> Option<Stop> {
        self.stop.clone()
    }

    /// Returns whether the thread that flushes has to wait for the first bytes.
    pub(super) fn waits_for_bytes(&mut self) -> bool {
        self.is_idle = self.frames.buffer.is_empty();
        self.is_idle
    }

    /// Writes what was recorded if it is much. Returns whether the thread that flushes is to be woken.
    #[inline]
    pub(super) fn settle(&mut self) -> bool {
        if self.frames.buffer.len() >= BUFFER {
            self.flush_full();
        }
        std::mem::take(&mut self.is_idle)
    }

    /// Writes what is in memory, and starts another file if this one is full.
    #[cold]
    fn flush_full(&mut self) {
        self.flush();
        if self
            .output
            .as_ref()
            .is_none_or(|output| output.len + ROOM <= self.options.size.max(RecorderOptions::LEAST))
        {
            return;
        }
        if self.options.files <= 1 {
            return self.end(Stop::Full);
        }
        self.append_end(&Stop::Continued);
        self.flush();
        let rotated =
            self.output.as_mut().map_or(Ok(()), |output| output.rotate(self.options.files));
        match rotated {
            Ok(()) => {
                self.frames.next_part();
                self.clients.clear();
                self.servers.clear();
            }
            Err(error) => self.fail(error),
        }
    }

    /// Writes what is in memory.
    pub(super) fn flush(&mut self) {
        if let Some(output) = &mut self.output {
            let written = output.write(&self.frames.buffer);
            self.frames.buffer.clear();
            if let Err(error) = written {
                self.fail(error);
            }
        }
    }

    /// Ends the recording.
    pub(super) fn end(&mut self, why: Stop) {
        if self.is_recording() {
            self.plaintext.flush(&self.options, &mut self.frames);
            self.append_end(&why);
            self.flush();
            self.output = None;
            self.stop.get_or_insert(why);
        }
    }

    /// Adds what HTTP on a connection is about to receive.
    pub(crate) fn add_plaintext(&mut self, owner: Option<u64>, stream: Stream, bytes: &[u8]) {
        self.plaintext.add(owner, stream, bytes, &self.options, &mut self.frames);
    }

    /// Writes what HTTP has received on a connection.
    pub(crate) fn classify(
        &mut self,
        connection: ConnectionId,
        marks: &mut Vec<Mark>,
        rest: ReceivedPart,
    ) {
        self.plaintext.classify(connection, marks, rest, &self.options, &mut self.frames);
    }

    /// Writes what is left of a connection that the machine of a place has had.
    pub(crate) fn release(&mut self, owner: u64, connection: ConnectionId) {
        self.plaintext.release(owner, connection, &self.options, &mut self.frames);
    }

    fn append_end(&mut self, why: &Stop) {
        self.frames.frame(FrameKind::End, |to| why.store(to));
    }

    /// Ends the recording, because the file cannot be written.
    #[cold]
    fn fail(&mut self, error: io::Error) {
        // A failure to report is ignored, since there is no other output.
        let text =
            format!("limpid: the recording ends here, because it cannot be written: {error}\n");
        let _ = io::stderr().write_all(text.as_bytes());
        self.output = None;
        self.stop = Some(Stop::Failed(Arc::new(error)));
    }
}
