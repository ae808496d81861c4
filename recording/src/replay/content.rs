//! The content of a recording, in memory.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use limpid_core::internal::Reader;
use limpid_core::trace::ConnectionId;

use crate::format::{FrameKind, FrameReader, Header, ReadError};
use crate::recorder::{Stop, numbered};
use crate::replay::streams::Tape;
use crate::stream::Stream;

/// A recording that was read.
///
/// ```
/// use limpid_core::trace::NoSink;
/// use limpid_recording::Recording;
///
/// let file = b"limpid recording 1; capture: everything; bodies: whole; process: 7; started: 2026-11-30T18:00:00Z; \
///              part: 1\n";
/// let recording = Recording::read(&file[..])?;
/// assert!(recording.is_truncated(), "the process was killed");
/// let replayed = recording.replay(&NoSink)?;
/// assert_eq!(replayed.exchanges, 0);
/// # Ok::<(), limpid_recording::format::ReadError>(())
/// ```
#[derive(Debug)]
pub struct Recording {
    pub(super) header: Header,
    /// The payloads of all frames.
    pub(super) bytes: Arc<Vec<u8>>,
    /// The calls, in order.
    pub(super) calls: Vec<Call>,
    /// The bytes of the streams of connections.
    pub(super) streams: HashMap<Stream, Tape>,
    /// The bytes of the bodies of requests, by their places.
    pub(super) bodies: HashMap<u64, Tape>,
    /// What the layers of connections did, by their numbers.
    pub(super) layers: HashMap<(ConnectionId, u8), VecDeque<Call>>,
    stop: Option<Stop>,
    is_truncated: bool,
}

/// A frame with a call of a machine.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) kind: FrameKind,
    /// The offset in the file, for errors.
    pub(super) offset: u64,
    /// The place of the payload.
    pub(super) payload: Range<usize>,
    /// Times count from 0 again, because another file begins.
    pub(super) starts_part: bool,
}

impl Recording {
    /// Reads a file, and those before it that the recording continues: `FILE.1`, `FILE.2` and so on.
    ///
    /// # Errors
    /// A file cannot be read, is damaged, or is no recording of this version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let last = FrameReader::new(BufReader::new(File::open(path)?))?;
        let mut parts = vec![last];
        for number in 1..=u32::MAX {
            let before = match File::open(numbered(path, number)) {
                Ok(file) => FrameReader::new(BufReader::new(file)),
                Err(error) if error.kind() == ErrorKind::NotFound => break,
                Err(error) => return Err(error.into()),
            };
            // Another recording may have left a file of this name.
            match before {
                Ok(before)
                    if parts
                        .last()
                        .is_some_and(|part| part.header().continues(before.header())) =>
                {
                    parts.push(before);
                }
                _ => break,
            }
        }
        Self::of(parts.into_iter().rev())
    }

    /// Reads one file.
    ///
    /// # Errors
    /// It cannot be read, is damaged, or is no recording of this version.
    pub fn read(input: impl BufRead) -> Result<Self, ReadError> {
        Self::of([FrameReader::new(input)?])
    }

    fn of<R: BufRead>(parts: impl IntoIterator<Item = FrameReader<R>>) -> Result<Self, ReadError> {
        let (mut loading, mut header) = (Loading::default(), Header::default());
        for mut part in parts {
            loading.starts_part = true;
            header = part.header().clone();
            while let Some(frame) = part.next_frame()? {
                let invalid = ReadError::Invalid { offset: frame.offset, what: "is invalid" };
                loading.add(frame.kind, frame.offset, frame.payload).ok_or(invalid)?;
            }
            loading.is_truncated = part.is_truncated();
        }
        let Loading { bytes, calls, streams, bodies, layers, stop, is_truncated, .. } = loading;
        Ok(Self {
            header,
            bytes: Arc::new(bytes),
            calls,
            streams,
            bodies,
            layers,
            stop,
            is_truncated,
        })
    }

    /// Returns what the first line of the file says.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Returns why the recording ended; `None` if its last frame is missing.
    #[must_use]
    pub const fn stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    /// Returns whether the file ends before its last frame: the process that wrote it was killed, or writes it still.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.is_truncated
    }
}

/// The content so far.
#[derive(Debug, Default)]
struct Loading {
    bytes: Vec<u8>,
    calls: Vec<Call>,
    streams: HashMap<Stream, Tape>,
    bodies: HashMap<u64, Tape>,
    layers: HashMap<(ConnectionId, u8), VecDeque<Call>>,
    stop: Option<Stop>,
    is_truncated: bool,
    starts_part: bool,
}

impl Loading {
    /// Adds a frame. Returns `None` if it is invalid.
    fn add(&mut self, kind: FrameKind, offset: u64, payload: &[u8]) -> Option<()> {
        let mut reader = Reader::new(payload);
        match kind {
            FrameKind::End => self.stop = Some(reader.read()?),
            FrameKind::Tape => {
                let stream = stream(&mut reader)?;
                let bytes = self.keep(reader.rest());
                self.streams.entry(stream).or_default().push(bytes);
            }
            FrameKind::Cut => {
                let stream = stream(&mut reader)?;
                self.streams.entry(stream).or_default().push_cut(reader.read()?);
            }
            FrameKind::Body => {
                let place = reader.read()?;
                let bytes = self.keep(reader.rest());
                self.bodies.entry(place).or_default().push(bytes);
            }
            FrameKind::BodyCut => {
                let place = reader.read()?;
                self.bodies.entry(place).or_default().push_cut(reader.read()?);
            }
            FrameKind::LayerFilled
            | FrameKind::LayerAdvanced
            | FrameKind::LayerWritten
            | FrameKind::LayerClosed => {
                let layer = (reader.read()?, reader.read()?);
                let payload = self.keep(reader.rest());
                let call = Call { kind, offset, payload, starts_part: false };
                self.layers.entry(layer).or_default().push_back(call);
            }
            _ => {
                let payload = self.keep(payload);
                let starts_part = std::mem::take(&mut self.starts_part);
                self.calls.push(Call { kind, offset, payload, starts_part });
            }
        }
        Some(())
    }

    /// Keeps these bytes, and returns their place.
    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }
}

fn stream(from: &mut Reader<'_>) -> Option<Stream> {
    Some(Stream { connection: from.read()?, number: from.read()? })
}
