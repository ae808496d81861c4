//! A transport with a script, and a sink that records its events.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice, Read, Write};

use limpid_core::trace::{Interest, Meta, Sink, Stage, TraceEvent};

/// The results of reads and writes, in order. An operation without a result panics.
#[derive(Default)]
pub(crate) struct Script {
    reads: VecDeque<io::Result<&'static [u8]>>,
    /// Maximum number of bytes that each write accepts.
    writes: VecDeque<io::Result<usize>>,
    /// The text and the number of slices of each write.
    pub(crate) written: Vec<(String, usize)>,
}

impl Script {
    pub(crate) fn read(result: Result<&'static [u8], ErrorKind>) -> Self {
        Self { reads: [result.map_err(io::Error::from)].into(), ..Self::default() }
    }

    pub(crate) fn write(result: Result<usize, ErrorKind>) -> Self {
        Self { writes: [result.map_err(io::Error::from)].into(), ..Self::default() }
    }
}

impl Read for Script {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let bytes = self.reads.pop_front().expect("the script has a read")?;
        room[..bytes.len()].copy_from_slice(bytes);
        Ok(bytes.len())
    }
}

impl Write for Script {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let n = self.writes.pop_front().expect("the script has a write")?.min(data.len());
        self.written.push((data[..n].escape_ascii().to_string(), 1));
        Ok(n)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let data = slices.iter().flat_map(|slice| slice.to_vec()).collect::<Vec<_>>();
        let n = self.write(&data)?;
        if let Some((_, count)) = self.written.last_mut() {
            *count = slices.iter().filter(|slice| !slice.is_empty()).count();
        }
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A transport that reports more bytes than the buffer has.
pub(crate) struct Liar;

impl Read for Liar {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        Ok(room.len() + 1)
    }
}

/// A sink that records the bytes that moved, and the failures.
#[derive(Default)]
pub(crate) struct Told(RefCell<Vec<String>>);

impl Told {
    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

impl Sink for Told {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let metadata = meta.kind.metadata();
        match event {
            TraceEvent::BytesReceived { bytes, .. } => {
                self.0.borrow_mut().push(format!("< {}", bytes.escape_ascii()));
            }
            TraceEvent::BytesSent { bytes, .. } => {
                self.0.borrow_mut().push(format!("> {}", bytes.escape_ascii()));
            }
            _ if metadata.stage == Stage::Failed => {
                self.0.borrow_mut().push(format!("{}.failed", metadata.name));
            }
            _ => {}
        }
    }
}
