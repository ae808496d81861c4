//! The plaintext of a connection, divided into messages, for the bytes of their bodies.
//!
//! The connection has checked the bytes before: this only finds the places of what the events have described.

use std::collections::VecDeque;

/// One direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The bytes that follow the last message that is known.
    pending: Vec<u8>,
    /// The offset of the next bytes.
    next: u64,
    /// The messages whose bytes follow, in order.
    messages: VecDeque<Message>,
    /// Whether the rest of the bytes cannot be divided: some are missing, or another protocol follows.
    is_lost: bool,
}

/// The hop that a message belongs to: its exchange, and its number.
pub(super) type Owner = (u64, u16);

/// A message whose bytes are expected.
#[derive(Debug)]
struct Message {
    owner: Owner,
    framing: Framing,
    state: State,
}

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Length(u64),
    Chunked,
    UntilClose,
    /// Another protocol follows the head.
    Switched,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head,
    Data(u64),
    UntilClose,
    ChunkSize,
    ChunkData(u64),
    ChunkEnd,
    Trailers,
}

/// What is found in a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'b> {
    /// The head of a message, of this many bytes.
    Head(u64),
    /// Bytes of a body.
    Data(&'b [u8]),
    /// The end of a message.
    End,
}

/// More bytes of a head than any connection accepts by default.
const MOST_PENDING: usize = 1 << 20;

/// The number of messages that may be expected at once.
const MOST_MESSAGES: usize = 4096;

impl Stream {
    /// Adds bytes that were moved, and reports what they contain.
    pub(super) fn bytes(
        &mut self,
        offset: u64,
        bytes: &[u8],
        found: &mut dyn FnMut(Owner, Found<'_>),
    ) {
        if offset < self.next {
            // A layer has been added, above which bytes are counted anew.
            *self = Self { messages: std::mem::take(&mut self.messages), ..Self::default() };
        }
        self.is_lost |= offset > self.next;
        self.next = offset + bytes.len() as u64;
        if !self.is_lost {
            self.pending.extend_from_slice(bytes);
            self.divide(found);
        }
    }

    /// Adds a message that the events describe: before its bytes if it is sent, after those of its head if it is
    /// received.
    pub(super) fn message(
        &mut self,
        owner: Owner,
        framing: Framing,
        found: &mut dyn FnMut(Owner, Found<'_>),
    ) {
        if self.messages.len() < MOST_MESSAGES {
            self.messages.push_back(Message { owner, framing, state: State::Head });
            self.divide(found);
        } else {
            self.lose();
        }
    }

    /// Returns whether bytes of this owner's messages are expected.
    pub(super) fn expects(&self, owner: u64) -> bool {
        !self.is_lost && self.messages.iter().any(|message| message.owner.0 == owner)
    }

    /// Stops dividing, since the rest cannot be divided.
    pub(super) fn lose(&mut self) {
        self.is_lost = true;
        self.messages.clear();
        self.pending = Vec::new();
    }

    /// Reports what the pending bytes contain.
    fn divide(&mut self, found: &mut dyn FnMut(Owner, Found<'_>)) {
        let mut read = 0;
        while let Some(message) = self.messages.front_mut() {
            let rest = &self.pending[read..];
            match message.advance(rest, found) {
                Step::Read(n) => read += n,
                Step::End(n) => {
                    read += n;
                    found(message.owner, Found::End);
                    let framing = message.framing;
                    self.messages.pop_front();
                    if framing == Framing::Switched {
                        return self.lose();
                    }
                }
                Step::Wait => break,
                Step::Invalid => return self.lose(),
            }
        }
        self.pending.drain(..read);
        if self.pending.len() > MOST_PENDING {
            self.lose();
        }
    }
}

/// The result of reading a part of a message.
enum Step {
    /// This many bytes were read.
    Read(usize),
    /// The message ends behind this many bytes.
    End(usize),
    /// More bytes are needed.
    Wait,
    /// The bytes are not what the events describe.
    Invalid,
}

impl Message {
    fn advance(&mut self, bytes: &[u8], found: &mut dyn FnMut(Owner, Found<'_>)) -> Step {
        match self.state {
            State::Head => {
                let Some(len) = head_len(bytes) else { return Step::Wait };
                found(self.owner, Found::Head(len as u64));
                self.state = match self.framing {
                    Framing::None | Framing::Switched | Framing::Length(0) => {
                        return Step::End(len);
                    }
                    Framing::Length(length) => State::Data(length),
                    Framing::UntilClose => State::UntilClose,
                    Framing::Chunked => State::ChunkSize,
                };
                Step::Read(len)
            }
            State::Data(left) => match self.data(left, bytes, found) {
                (n, 0) => Step::End(n),
                (0, _) => Step::Wait,
                (n, left) => {
                    self.state = State::Data(left);
                    Step::Read(n)
                }
            },
            State::UntilClose => match self.data(u64::MAX, bytes, found) {
                (0, _) => Step::Wait,
                (n, _) => Step::Read(n),
            },
            State::ChunkSize => {
                let Some(line) = line(bytes) else { return Step::Wait };
                match chunk_size(line) {
                    Some(0) => self.state = State::Trailers,
                    Some(size) => self.state = State::ChunkData(size),
                    None => return Step::Invalid,
                }
                Step::Read(line.len())
            }
            State::ChunkData(left) => match self.data(left, bytes, found) {
                (0, _) => Step::Wait,
                (n, left) => {
                    self.state = if left == 0 { State::ChunkEnd } else { State::ChunkData(left) };
                    Step::Read(n)
                }
            },
            State::ChunkEnd => {
                let Some(line) = line(bytes) else { return Step::Wait };
                self.state = State::ChunkSize;
                if is_empty(line) { Step::Read(line.len()) } else { Step::Invalid }
            }
            State::Trailers => match line(bytes) {
                Some(line) if is_empty(line) => Step::End(line.len()),
                Some(line) => Step::Read(line.len()),
                None => Step::Wait,
            },
        }
    }

    /// Reports the data at the start of bytes. Returns their number, and how many are left.
    fn data(
        &self,
        left: u64,
        bytes: &[u8],
        found: &mut dyn FnMut(Owner, Found<'_>),
    ) -> (usize, u64) {
        let n = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        if n > 0 {
            found(self.owner, Found::Data(&bytes[..n]));
        }
        (n, left - n as u64)
    }
}

/// Returns the first line with its end.
fn line(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some(&bytes[..=end])
}

fn is_empty(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

/// Returns the length of a head: empty lines, a start line, field lines and an empty line.
fn head_len(bytes: &[u8]) -> Option<usize> {
    let (mut len, mut has_start) = (0, false);
    loop {
        let line = line(&bytes[len..])?;
        len += line.len();
        match (is_empty(line), has_start) {
            (true, true) => return Some(len),
            (is_empty, _) => has_start |= !is_empty,
        }
    }
}

/// Returns the number at the start of a chunk-size line (RFC 9112 section 7.1).
fn chunk_size(line: &[u8]) -> Option<u64> {
    let digits = line.trim_ascii_start().iter().map_while(|byte| char::from(*byte).to_digit(16));
    let add = |size: Option<u64>, digit: u32| {
        Some(size.unwrap_or(0).checked_mul(16)?.saturating_add(digit.into()))
    };
    digits.fold(None, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Owner = (1, 1);

    /// Returns the bodies in bytes that arrive in pieces of `size`, each with its end if that was found. Messages are
    /// known before their bytes, or after them.
    fn bodies(bytes: &[u8], framings: &[Framing], size: usize, is_known: bool) -> Vec<String> {
        let mut bodies = vec![String::new()];
        let mut found = |_, found: Found<'_>| {
            let last = bodies.last_mut().unwrap();
            match found {
                Found::Head(_) => {}
                Found::Data(data) => last.push_str(str::from_utf8(data).unwrap()),
                Found::End => bodies.push(String::new()),
            }
        };
        let mut stream = Stream::default();
        let messages = |stream: &mut Stream, found: &mut dyn FnMut(Owner, Found<'_>)| {
            framings.iter().for_each(|framing| stream.message(OWNER, *framing, found));
        };
        if is_known {
            messages(&mut stream, &mut found);
        }
        for (index, piece) in bytes.chunks(size).enumerate() {
            stream.bytes((index * size) as u64, piece, &mut found);
        }
        if !is_known {
            messages(&mut stream, &mut found);
        }
        bodies
    }

    #[test]
    fn bodies_are_found_in_any_pieces() {
        let bytes = b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n\
            3;x=y\r\nabc\r\n02\nde\n0\r\nX: y\r\n\r\nHTTP/1.1 200 OK\n\nfghHTTP/1.1 200 OK\r\n\r\ni\n\nj";
        let framings = [Framing::None, Framing::Chunked, Framing::Length(3), Framing::UntilClose];
        for size in 1..bytes.len() {
            for is_known in [true, false] {
                let found = bodies(bytes, &framings, size, is_known);
                assert_eq!(found, ["", "abcde", "fgh", "i\n\nj"], "{size}");
            }
        }
    }

    #[test]
    fn what_follows_missing_or_unexpected_bytes_is_not_divided() {
        let mut stream = Stream::default();
        let mut count = 0;
        let mut found = |_, found: Found<'_>| count += usize::from(matches!(found, Found::Data(_)));
        stream.message(OWNER, Framing::Length(10), &mut found);
        stream.bytes(0, b"GET / HTTP/1.1\r\n\r\n", &mut found);
        stream.bytes(20, b"abcd", &mut found);
        stream.bytes(24, b"abcd", &mut found);
        assert!(!stream.expects(OWNER.0));
        assert_eq!(count, 0);
        let chunked = bodies(b"HTTP/1.1 200 OK\r\n\r\nno size\r\n", &[Framing::Chunked], 9, true);
        assert_eq!(chunked, [""]);
        let switched = b"HTTP/1.1 101 Switching\r\n\r\nraw bytes";
        assert_eq!(bodies(switched, &[Framing::Switched], 4, true), ["", ""]);
    }
}
