//! Recordings of any content.

use std::cell::Cell;

use limpid_core::internal::Reader;
use limpid_core::trace::{ConnectionId, Interest, Meta, Sink, TraceEvent};
use limpid_recording::Recording;
use limpid_recording::format::{FrameKind, FrameWriter, Header};

/// The number of bytes that a frame may say were left out: as many are read in the replay.
const MOST_CUT: u64 = 64 * 1024;

/// The number of bytes of a checksum.
const CHECKSUM: usize = 4;

/// A file of any content is refused or replayed: without panics, and with no more events than its calls can cause. Two
/// replays have the same number of events.
///
/// The bytes are a file. It is read as it is, and then with valid checksums, without which hardly any mutation is read.
///
/// # Panics
/// Panics if the property does not hold.
pub fn recording(data: &[u8]) {
    for file in [data.to_vec(), repaired(data)] {
        let replay = || {
            let events = Count::default();
            let recording = Recording::read(&file[..]).ok()?;
            let replayed = recording.replay(&events);
            Some((replayed.ok(), events.0.get()))
        };
        let first = replay();
        assert_eq!(replay(), first);
        assert!(first.is_none_or(|(_, events)| events <= 1000 * file.len()), "{first:?}");
    }
}

/// Returns the file with valid checksums and a valid first line.
fn repaired(data: &[u8]) -> Vec<u8> {
    let end = data.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let (line, mut rest) = data.split_at(end);
    let header: Option<Header> =
        str::from_utf8(line).ok().and_then(|line| line.trim_end().parse().ok());
    let mut file = Vec::new();
    let mut writer = FrameWriter::new(&header.unwrap_or_default(), &mut file);
    while let Some((kind, payload, after)) = frame(rest) {
        if kind.is_some_and(|kind| is_replayable(kind, payload)) {
            writer.write(kind.unwrap_or(FrameKind::End), payload, &mut file);
        }
        rest = after;
    }
    file
}

/// Returns the kind and the payload of the first frame, as far as it is there, and the bytes behind it.
fn frame(bytes: &[u8]) -> Option<(Option<FrameKind>, &[u8], &[u8])> {
    let mut reader = Reader::new(bytes);
    let (len, kind) = (reader.read::<usize>()?, reader.read::<u8>()?);
    let rest = reader.rest();
    let (payload, rest) = rest.split_at(len.min(rest.len()));
    Some((FrameKind::from_byte(kind), payload, rest.get(CHECKSUM..).unwrap_or_default()))
}

/// Returns whether a frame does not say that very many bytes were left out.
fn is_replayable(kind: FrameKind, payload: &[u8]) -> bool {
    let mut reader = Reader::new(payload);
    let len = match kind {
        FrameKind::Cut => reader
            .read::<ConnectionId>()
            .and_then(|_| reader.read::<u8>())
            .and_then(|_| reader.read::<u64>()),
        FrameKind::BodyCut => reader.read::<u64>().and_then(|_| reader.read::<u64>()),
        _ => None,
    };
    len.is_none_or(|len| len <= MOST_CUT)
}

/// A sink that counts events.
#[derive(Debug, Default)]
struct Count(Cell<usize>);

impl Sink for Count {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, _: &Meta, _: &TraceEvent<'_>) {
        self.0.set(self.0.get() + 1);
    }
}
