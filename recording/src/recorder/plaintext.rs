//! The plaintext of connections, which is kept in memory until it is known what may be written of it.

use std::collections::{HashMap, VecDeque};

use limpid_core::internal::{Mark, ReceivedPart, Stored};
use limpid_core::trace::{Capture, ConnectionId};

use super::frames::Frames;
use super::options::RecorderOptions;
use crate::format::FrameKind;
use crate::stream::Stream;

/// The maximum number of bytes of a connection that are kept without knowing what they are: more than a head may have.
const MOST: usize = 512 * 1024;

/// The number of bytes of a frame of a stream.
const PIECE: usize = 32 * 1024;

/// The plaintext of all connections.
#[derive(Debug, Default)]
pub(crate) struct Plaintext {
    connections: HashMap<ConnectionId, Pending>,
}

/// The plaintext of a connection that is not written yet.
#[derive(Debug, Default)]
struct Pending {
    /// The place in memory of the machine that has the connection.
    owner: u64,
    bytes: Vec<u8>,
    /// The streams that the bytes are of, with their lengths.
    streams: VecDeque<(Stream, usize)>,
    /// How many bytes of the body are still kept.
    body: u64,
    /// What the bytes behind those of the last marks are a part of.
    rest: Option<ReceivedPart>,
    /// The begin of the stream was examined.
    has_begun: bool,
}

impl Plaintext {
    /// Adds what HTTP on a connection is about to receive.
    pub(super) fn add(
        &mut self,
        owner: Option<u64>,
        stream: Stream,
        bytes: &[u8],
        options: &RecorderOptions,
        frames: &mut Frames,
    ) {
        let pending = self.connections.entry(stream.connection).or_default();
        pending.owner = owner.unwrap_or(pending.owner);
        pending.bytes.extend_from_slice(bytes);
        match pending.streams.back_mut() {
            Some((last, len)) if *last == stream => *len += bytes.len(),
            _ => pending.streams.push_back((stream, bytes.len())),
        }
        if !pending.has_begun {
            pending.skip_socks(frames);
        }
        if pending.bytes.len() > MOST {
            pending.flush(options, frames);
        }
    }

    /// Writes the bytes of a connection whose meaning is known: `marks` has it, and `rest` what the bytes behind are a
    /// part of.
    pub(super) fn classify(
        &mut self,
        connection: ConnectionId,
        marks: &mut Vec<Mark>,
        rest: ReceivedPart,
        options: &RecorderOptions,
        frames: &mut Frames,
    ) {
        let Some(pending) = self.connections.get_mut(&connection) else { return marks.clear() };
        pending.rest = Some(rest);
        for Mark { part, len } in marks.drain(..) {
            let len = usize::try_from(len).unwrap_or(usize::MAX).min(pending.bytes.len());
            pending.write(part, len, options, frames);
        }
    }

    /// Notes that the machine of a place has a connection.
    pub(crate) fn own(&mut self, owner: u64, connection: ConnectionId) {
        self.connections.entry(connection).or_default().owner = owner;
    }

    /// Writes what is left of a connection that the machine of this place has had.
    pub(super) fn release(
        &mut self,
        owner: u64,
        connection: ConnectionId,
        options: &RecorderOptions,
        frames: &mut Frames,
    ) {
        if let Some(pending) = self.connections.get_mut(&connection)
            && pending.owner == owner
        {
            pending.flush(options, frames);
            self.connections.remove(&connection);
        }
    }

    /// Writes what is left of all connections.
    pub(super) fn flush(&mut self, options: &RecorderOptions, frames: &mut Frames) {
        for (_, mut pending) in self.connections.drain() {
            pending.flush(options, frames);
        }
    }
}

impl Pending {
    /// Writes the handshake of SOCKS, if the connection begins with one: it is not for HTTP.
    fn skip_socks(&mut self, frames: &mut Frames) {
        match socks_len(&self.bytes) {
            Some(0) => self.has_begun = true,
            Some(len) => {
                self.has_begun = true;
                self.take(len, |stream, bytes| tape(frames, stream, bytes));
            }
            // More bytes are needed.
            None => {}
        }
    }

    /// Writes the first `len` bytes.
    fn write(
        &mut self,
        part: ReceivedPart,
        len: usize,
        options: &RecorderOptions,
        frames: &mut Frames,
    ) {
        let Some(bytes) = self.bytes.get_mut(..len) else { return };
        match part {
            ReceivedPart::Head => {
                options.capture.mask_head(bytes);
                self.body = kept_of_body(options);
            }
            ReceivedPart::Trailers => options.capture.mask_trailers(bytes),
            ReceivedPart::Framing => {}
            ReceivedPart::Data => {
                let kept = usize::try_from(self.body).unwrap_or(usize::MAX).min(len);
                self.body -= kept as u64;
                self.take(kept, |stream, bytes| tape(frames, stream, bytes));
                return self.take(len - kept, |stream, bytes| cut(frames, stream, bytes.len()));
            }
        }
        self.take(len, |stream, bytes| tape(frames, stream, bytes));
    }

    /// Writes bytes of unknown meaning.
    fn flush(&mut self, options: &RecorderOptions, frames: &mut Frames) {
        let len = self.bytes.len();
        match self.rest {
            Some(part @ (ReceivedPart::Data | ReceivedPart::Trailers)) => {
                self.write(part, len, options, frames);
            }
            Some(ReceivedPart::Framing) => {
                options.capture.mask_framing(&mut self.bytes);
                self.take(len, |stream, bytes| tape(frames, stream, bytes));
            }
            _ => self.write(ReceivedPart::Head, len, options, frames),
        }
    }

    /// Removes the first `len` bytes, and calls `write` with those of each stream.
    fn take(&mut self, len: usize, mut write: impl FnMut(Stream, &[u8])) {
        let mut start = 0;
        while let Some((stream, available)) = self.streams.front_mut() {
            let n = (*available).min(len - start);
            if n > 0 {
                write(*stream, self.bytes.get(start..start + n).unwrap_or_default());
            }
            start += n;
            *available -= n;
            if *available > 0 {
                break;
            }
            self.streams.pop_front();
        }
        self.bytes.drain(..start);
    }
}

/// Returns how many bytes of a body are kept.
pub(crate) fn kept_of_body(options: &RecorderOptions) -> u64 {
    options.kept_bodies().unwrap_or(u64::MAX)
}

/// Returns whether a recorder keeps everything as it is.
pub(crate) fn keeps_all(options: &RecorderOptions) -> bool {
    options.capture == Capture::Everything && options.bodies.is_none()
}

pub(crate) fn tape(frames: &mut Frames, stream: Stream, bytes: &[u8]) {
    for piece in bytes.chunks(PIECE) {
        frames.frame(FrameKind::Tape, |to| {
            stream.store(to);
            to.extend_from_slice(piece);
        });
    }
}

fn cut(frames: &mut Frames, stream: Stream, len: usize) {
    frames.frame(FrameKind::Cut, |to| {
        stream.store(to);
        len.store(to);
    });
}

/// Returns the length of what a SOCKS5 proxy sends before it passes bytes on (RFC 1928, RFC 1929): 0 if the bytes are not
/// of such a proxy, and `None` if there are too few. No message of HTTP begins like that.
fn socks_len(bytes: &[u8]) -> Option<usize> {
    const VERSION: u8 = 5;
    let mut reply = match *bytes {
        [] => return None,
        [VERSION] => return None,
        [VERSION, 0, ..] => 2,
        // The status of the user name and the password.
        [VERSION, 2, ..] => 4,
        _ => return Some(0),
    };
    let address = match *bytes.get(reply..)? {
        [VERSION, 0, _, 1, ..] => 4,
        [VERSION, 0, _, 3, len, ..] => 1 + usize::from(len),
        [VERSION, 0, _, 4, ..] => 16,
        // What follows a refusal is of no interest.
        [VERSION, 1..=u8::MAX, ..] => return Some(bytes.len()),
        _ => return None,
    };
    reply += 4 + address + 2;
    (bytes.len() >= reply).then_some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handshake_of_socks_ends_with_the_address() {
        let replies: [(&[u8], usize); 3] = [
            (b"\x05\x00\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50", 12),
            (b"\x05\x02\x01\x00\x05\x00\x00\x03\x01a\x00\x50", 12),
            (b"\x05\x00\x05\x00\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x50", 24),
        ];
        for (reply, len) in replies {
            let with_head = [reply, b"HTTP/1.1 200 OK\r\n"].concat();
            assert_eq!(socks_len(&with_head), Some(len));
            for short in 0..len {
                assert_eq!(socks_len(&reply[..short]), None, "{short}");
            }
        }
        assert_eq!(socks_len(b"HTTP/1.1"), Some(0));
    }
}
