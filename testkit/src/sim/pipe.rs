//! One direction of a connection.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read};

use limpid_core::time::Mono;
use limpid_io::server::Departure;

use super::faults::{Course, Fate};
use super::os;

/// The most bytes in transit.
const ROOM: usize = 64 * 1024;

/// How a direction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// After the written bytes.
    Closed,
    Reset,
}

/// Bytes in transit from one end to the other.
#[derive(Debug)]
pub(super) struct Pipe {
    bytes: VecDeque<u8>,
    /// When how many of them arrive, in order.
    arrivals: VecDeque<(Mono, usize)>,
    end: Option<(Mono, End)>,
    /// The reader has closed.
    deaf: bool,
    /// No more bytes arrive, and neither does the end.
    lost: bool,
    course: Course,
}

impl Pipe {
    pub(super) const fn new(course: Course) -> Self {
        Self {
            bytes: VecDeque::new(),
            arrivals: VecDeque::new(),
            end: None,
            deaf: false,
            lost: false,
            course,
        }
    }

    /// Takes some of the bytes; `None` while there is no room.
    pub(super) fn write(&mut self, bytes: &[u8], now: Mono) -> Option<io::Result<usize>> {
        match self.end {
            Some((_, End::Closed)) => return Some(Err(os::broken())),
            Some((_, End::Reset)) => return Some(Err(os::reset())),
            None => {}
        }
        if self.deaf {
            // The peer responds with a reset, which has not arrived yet.
            self.end = Some((now, End::Reset));
            return Some(Ok(bytes.len()));
        }
        let room = ROOM - self.bytes.len();
        if room == 0 {
            return None;
        }
        let (n, fate) = self.course.write(bytes.len().min(room));
        match fate {
            Fate::Arrives(after) => {
                let last = self.arrivals.back().map_or(now, |(at, _)| *at);
                self.bytes.extend(&bytes[..n]);
                self.arrivals.push_back(((now + after).max(last), n));
            }
            Fate::Lost => self.lost = true,
            Fate::Closed => self.end = Some((now, End::Closed)),
            Fate::Reset => self.break_off(now),
        }
        Some(Ok(n))
    }

    /// Returns some bytes; `None` while there are no bytes.
    pub(super) fn read(&mut self, room: &mut [u8], now: Mono) -> Option<io::Result<usize>> {
        let arrived = self.arrived(now, room.len());
        if arrived > 0 {
            let n = self.course.read(arrived);
            // A queue of bytes reads without an error.
            let n = self.bytes.read(&mut room[..n]).unwrap_or(0);
            self.forget(n);
            return Some(Ok(n));
        }
        match self.end {
            Some((at, End::Closed)) if at <= now && self.bytes.is_empty() => Some(Ok(0)),
            Some((at, End::Reset)) if at <= now => Some(Err(os::reset())),
            _ => None,
        }
    }

    /// Returns whether bytes or the end can be read.
    pub(super) fn is_readable(&self, now: Mono) -> bool {
        self.has_arrived(now) || self.end.is_some_and(|(at, _)| at <= now && self.bytes.is_empty())
    }

    /// Returns when something can be read, if it is known.
    pub(super) fn next_arrival(&self) -> Option<Mono> {
        self.arrivals.front().map(|(at, _)| *at).or_else(|| self.end.map(|(at, _)| at))
    }

    /// Returns when the end arrives, if it is known.
    pub(super) fn end_arrival(&self) -> Option<Mono> {
        self.end.map(|(at, _)| at)
    }

    /// Returns how the writer has closed, as far as that has arrived.
    pub(super) fn departure(&self, now: Mono) -> Option<Departure> {
        match self.end {
            Some((at, End::Closed)) if at <= now => Some(Departure::HalfClosed),
            Some((at, End::Reset)) if at <= now => Some(Departure::Gone(Some(os::reset()))),
            _ => None,
        }
    }

    /// Ends the direction after the written bytes.
    pub(super) fn close(&mut self, now: Mono) {
        if self.lost {
            return;
        }
        let last = self.arrivals.back().map_or(now, |(at, _)| now.max(*at));
        self.end.get_or_insert((last, End::Closed));
    }

    /// Discards bytes in transit and resets the direction.
    pub(super) fn break_off(&mut self, now: Mono) {
        if !self.lost {
            self.end = Some((now, End::Reset));
        }
    }

    /// Closes the reader. Returns whether bytes were left, which TCP answers with a reset.
    pub(super) fn stop_reading(&mut self, now: Mono) -> bool {
        self.deaf = true;
        self.has_arrived(now)
    }

    fn has_arrived(&self, now: Mono) -> bool {
        self.arrivals.front().is_some_and(|(at, _)| *at <= now)
    }

    /// Returns how many bytes have arrived, at most `most`.
    fn arrived(&self, now: Mono, most: usize) -> usize {
        let mut arrived = 0;
        for (at, n) in &self.arrivals {
            if *at > now || arrived >= most {
                break;
            }
            arrived += n;
        }
        arrived.min(most)
    }

    /// Removes this many of the arrived bytes.
    fn forget(&mut self, mut n: usize) {
        while n > 0
            && let Some((_, first)) = self.arrivals.front_mut()
        {
            let taken = n.min(*first);
            (*first, n) = (*first - taken, n - taken);
            if *first == 0 {
                self.arrivals.pop_front();
            }
        }
    }
}

pub(super) fn is_reset(error: &io::Error) -> bool {
    error.kind() == ErrorKind::ConnectionReset
}
