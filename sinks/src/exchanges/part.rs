//! The parts of an exchange, as intervals of time.

use std::time::Duration;

use limpid_core::time::Mono;

/// A part of an exchange. The parts of a hop are consecutive and do not overlap, as those of
/// [`Timings`](limpid_core::client::Timings).
///
/// [`Parts`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Acquiring a connection from the pool.
    Pool,
    /// Resolving the host name.
    Resolve,
    /// Opening the connection: all attempts, the pauses between them, and the requests to a proxy.
    Connect,
    /// Performing the TLS handshake.
    Tls,
    /// Sending the request.
    Send,
    /// From the end of the request to the first byte of the final response. In a server: from the head of the request
    /// to that of the response.
    Wait,
    /// Receiving the response. In a server: sending it.
    Receive,
}

impl Part {
    /// All parts, in the order in which they usually happen.
    pub const ALL: [Self; 7] = [
        Self::Pool,
        Self::Resolve,
        Self::Connect,
        Self::Tls,
        Self::Send,
        Self::Wait,
        Self::Receive,
    ];

    /// Returns the name of the part, which is that of the field of [`Timings`](limpid_core::client::Timings).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pool => "pool",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Send => "send",
            Self::Wait => "wait",
            Self::Receive => "receive",
        }
    }
}

/// An interval of time that belongs to a part.
///
/// [`Parts`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The part.
    pub part: Part,
    /// Its start.
    pub start: Mono,
    /// Its end.
    pub end: Mono,
}

impl Slice {
    /// Returns the duration.
    #[must_use]
    pub const fn time(&self) -> Duration {
        self.end.since(self.start)
    }
}

/// The parts of a hop, in the order in which they happened. A part that is interrupted has several slices: name
/// resolution interrupts connecting.
///
/// ```
/// use std::time::Duration;
/// use limpid_core::time::Mono;
/// use limpid_sinks::exchanges::{Part, Parts};
///
/// let mut parts = Parts::default();
/// parts.turn(Part::Send, Mono::from_nanos(5));
/// parts.turn(Part::Wait, Mono::from_nanos(7));
/// parts.stop(Mono::from_nanos(10));
/// assert_eq!(parts.time(Part::Wait), Some(Duration::from_nanos(3)));
/// assert_eq!(parts.time(Part::Tls), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    slices: Vec<Slice>,
    /// The part that has not ended, and its start.
    current: Option<(Part, Mono)>,
}

/// The number of slices that are kept. A hop has as many only if it retries to connect very often.
const MOST: usize = 256;

impl Parts {
    /// Returns the slices, in order. The current part has none before it ends.
    #[must_use]
    pub fn slices(&self) -> &[Slice] {
        &self.slices
    }

    /// Returns the part that has not ended.
    #[must_use]
    pub fn current(&self) -> Option<Part> {
        self.current.map(|(part, _)| part)
    }

    /// Returns the time that a part took, or `None` if it did not happen.
    #[must_use]
    pub fn time(&self, part: Part) -> Option<Duration> {
        let of_part = self.slices.iter().filter(|slice| slice.part == part);
        of_part.map(Slice::time).reduce(Duration::saturating_add)
    }

    /// Ends the current part, and begins another unless it is the same.
    pub fn turn(&mut self, part: Part, at: Mono) {
        if self.current() != Some(part) {
            self.stop(at);
            self.current = Some((part, at));
        }
    }

    /// Ends the current part.
    pub fn stop(&mut self, at: Mono) {
        if let Some((part, start)) = self.current.take() {
            self.add(Slice { part, start, end: at.max(start) });
        }
    }

    /// Adds a slice. One without a duration is added only to report that its part happened.
    pub(crate) fn add(&mut self, slice: Slice) {
        let is_empty = slice.start == slice.end;
        if is_empty && self.slices.iter().any(|other| other.part == slice.part) {
            return;
        }
        let is_full = self.slices.len() >= MOST;
        match self.slices.last_mut() {
            Some(last) if is_full || is_continued(last, slice) => last.end = slice.end,
            _ => self.slices.push(slice),
        }
    }
}

fn is_continued(last: &Slice, slice: Slice) -> bool {
    last.part == slice.part && last.end == slice.start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Mono {
        Mono::from_nanos(nanos)
    }

    #[test]
    fn interrupted_part_has_several_slices_and_one_time() {
        let mut parts = Parts::default();
        parts.turn(Part::Connect, at(0));
        parts.turn(Part::Resolve, at(0));
        parts.turn(Part::Connect, at(4));
        parts.turn(Part::Tls, at(6));
        parts.turn(Part::Connect, at(9));
        parts.turn(Part::Send, at(10));
        parts.stop(at(10));
        let slices: Vec<_> =
            parts.slices().iter().map(|slice| (slice.part, slice.time())).collect();
        let nanos = Duration::from_nanos;
        let connect = |time| (Part::Connect, nanos(time));
        let expected = [
            connect(0),
            (Part::Resolve, nanos(4)),
            connect(2),
            (Part::Tls, nanos(3)),
            connect(1),
            (Part::Send, nanos(0)),
        ];
        assert_eq!(slices, expected);
        assert_eq!(parts.time(Part::Connect), Some(nanos(3)));
        assert_eq!(parts.time(Part::Send), Some(Duration::ZERO));
    }

    #[test]
    fn number_of_slices_is_bounded() {
        let mut parts = Parts::default();
        for time in 0..10_000 {
            parts.turn(if time % 2 == 0 { Part::Connect } else { Part::Resolve }, at(time));
        }
        parts.stop(at(10_000));
        assert_eq!(parts.slices().len(), MOST);
        assert_eq!(parts.slices().last().map(|slice| slice.end), Some(at(10_000)));
    }
}
