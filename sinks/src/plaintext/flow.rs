//! One direction of a connection.

use limpid_core::trace::TraceEvent;

use super::piece::Part;

/// Receives the bytes of a part.
pub(super) type Emit<'e> = &'e mut dyn FnMut(Part, &[u8]);

/// The most bytes that are kept until their part is known. Heads are smaller.
const MOST: usize = 1 << 20;

/// The state of one direction.
#[derive(Debug, Default)]
pub(super) struct Flow {
    state: State,
    /// The bytes whose part is not known yet.
    held: Vec<u8>,
    /// Number of bytes of the connection before them.
    offset: u64,
    /// The framing of the message that is received, and its length.
    framing: (&'static str, Option<u64>),
    /// Whether the head that is sent is informational, so another one follows.
    is_informational: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before a head.
    #[default]
    Between,
    Head,
    /// In a body that has this many more bytes, if that is known.
    Body(Option<u64>),
}

impl Flow {
    /// Handles an event of the direction in which the peer sends.
    pub(super) fn received(&mut self, event: &TraceEvent<'_>, emit: Emit<'_>) {
        match *event {
            TraceEvent::BytesReceived { layer: "http", offset, bytes } => {
                self.settle(emit);
                if self.held.is_empty() {
                    self.offset = offset;
                }
                self.held.extend_from_slice(bytes);
                if self.held.len() > MOST {
                    self.flush(emit);
                }
            }
            TraceEvent::StartLineRead { offset, .. } => {
                let before = offset.saturating_sub(self.offset);
                let before = usize::try_from(before).unwrap_or(usize::MAX);
                self.emit(Part::Data, before.min(self.held.len()), emit);
                self.state = State::Head;
                self.framing = ("none", None);
            }
            TraceEvent::FramingChosen { framing, length, .. } => self.framing = (framing, length),
            TraceEvent::InformationalRead { .. } => self.head(State::Between, emit),
            TraceEvent::ReceiveResponseHeadersComplete { .. } | TraceEvent::RequestRead { .. } => {
                let next = match self.framing {
                    ("none", _) | (_, Some(0)) => State::Between,
                    (_, length) => State::Body(length),
                };
                self.head(next, emit);
            }
            TraceEvent::ReceiveResponseBodyComplete {} | TraceEvent::AnswerComplete { .. } => {
                self.settle(emit);
                self.state = State::Between;
            }
            TraceEvent::Switched { .. } => {
                self.state = State::Body(None);
                self.settle(emit);
            }
            TraceEvent::Refused { .. } => self.flush(emit),
            _ => self.settle(emit),
        }
    }

    /// Handles an event of the direction in which this side sends.
    pub(super) fn sent(&mut self, event: &TraceEvent<'_>, emit: Emit<'_>) {
        match *event {
            TraceEvent::RequestSent { .. } => {
                (self.state, self.is_informational) = (State::Head, false);
            }
            TraceEvent::ResponseSent { head } => {
                self.state = State::Head;
                self.is_informational = (100..200).contains(&head.status) && head.status != 101;
            }
            TraceEvent::BytesSent { layer: "http", offset, bytes } => {
                if self.held.is_empty() {
                    self.offset = offset;
                }
                self.held.extend_from_slice(bytes);
                if self.state == State::Between {
                    self.state = State::Body(None);
                }
                if self.state == State::Head {
                    let next = if self.is_informational { State::Head } else { State::Body(None) };
                    self.head(next, emit);
                }
                self.settle(emit);
            }
            _ => {}
        }
    }

    /// Emits the head at the start of the kept bytes, if it is complete.
    fn head(&mut self, next: State, emit: Emit<'_>) {
        if self.state != State::Head {
            return;
        }
        let Some(len) = head_len(&self.held) else { return };
        self.emit(Part::Head, len, emit);
        self.state = next;
        self.settle(emit);
    }

    /// Emits the kept bytes that belong to the body.
    fn settle(&mut self, emit: Emit<'_>) {
        let State::Body(left) = self.state else { return };
        let left = left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        let len = self.held.len().min(left);
        self.emit(Part::Data, len, emit);
        if let State::Body(Some(left)) = &mut self.state {
            *left -= len as u64;
            if *left == 0 {
                self.state = State::Between;
            }
        }
    }

    /// Emits all kept bytes.
    pub(super) fn flush(&mut self, emit: Emit<'_>) {
        let part = if self.state == State::Head { Part::Head } else { Part::Data };
        self.emit(part, self.held.len(), emit);
    }

    fn emit(&mut self, part: Part, len: usize, emit: Emit<'_>) {
        if len > 0 {
            emit(part, &self.held[..len]);
            self.held.drain(..len);
            self.offset += len as u64;
        }
    }
}

/// Returns the length of the head at the start of bytes, with the empty line at its end. A line may end in LF alone.
fn head_len(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        start += line.len();
        if matches!(line, b"\n" | b"\r\n") {
            return Some(start);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_ends_with_its_empty_line() {
        assert_eq!(head_len(b"HTTP/1.1 200 OK\r\n\r\nabc"), Some(19));
        assert_eq!(head_len(b"HTTP/1.1 200 OK\na: b\n\nabc"), Some(22));
        assert_eq!(head_len(b"HTTP/1.1 200 OK\r\na: b\r\n\r"), None);
    }

    /// The emitted parts, with their bytes as text.
    fn received(events: &[TraceEvent<'_>]) -> Vec<(Part, String)> {
        let (mut flow, mut parts) = (Flow::default(), Vec::new());
        let mut emit = |part, bytes: &[u8]| {
            parts.push((part, String::from_utf8_lossy(bytes).into_owned()));
        };
        for event in events {
            flow.received(event, &mut emit);
        }
        flow.flush(&mut emit);
        parts
    }

    const fn bytes(offset: u64, bytes: &[u8]) -> TraceEvent<'_> {
        TraceEvent::BytesReceived { layer: "http", offset, bytes }
    }

    const fn framing(framing: &'static str, length: Option<u64>) -> TraceEvent<'static> {
        TraceEvent::FramingChosen { framing, length, why: "" }
    }

    const fn start(offset: u64) -> TraceEvent<'static> {
        TraceEvent::StartLineRead { line: b"", offset }
    }

    #[test]
    fn pipelined_requests_in_one_read_have_their_heads() {
        let read = TraceEvent::RequestRead { head: limpid_core::http1::RequestHead::NONE };
        let parts = received(&[
            bytes(0, b"A\r\n\r\nxyB\r\n\r\nC\r"),
            start(0),
            framing("length", Some(2)),
            read,
            TraceEvent::DeadlinePassed { why: "" },
            start(7),
            framing("none", None),
            read,
            bytes(14, b"\n\r\n"),
            start(12),
            read,
        ]);
        let part = |part, text: &str| (part, text.to_owned());
        let expected = [
            part(Part::Head, "A\r\n\r\n"),
            part(Part::Data, "xy"),
            part(Part::Head, "B\r\n\r\n"),
            part(Part::Head, "C\r\n\r\n"),
        ];
        assert_eq!(parts, expected);
    }

    #[test]
    fn refused_bytes_are_not_lost() {
        let refused = TraceEvent::Refused { rule: "", section: "", byte: None, offset: 0 };
        let parts = received(&[bytes(0, b"\x16\x03"), refused, bytes(2, b"A"), start(2), refused]);
        assert_eq!(parts, [(Part::Data, "\u{16}\u{3}".to_owned()), (Part::Head, "A".to_owned())]);
    }
}
