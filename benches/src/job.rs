//! What a subject is asked to do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// How often, and with whom.
#[derive(Clone, Debug)]
pub struct Job {
    /// The server, for those who need one.
    pub server: SocketAddr,
    /// How many connections to it, each with a request on its way at all times.
    pub connections: usize,
    /// How long to go on.
    pub budget: Budget,
    /// Who vouches for the server; TLS is spoken where this is given.
    pub ca: Option<PathBuf>,
}

/// When a subject stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// After so many turns, on each connection.
    Turns(u64),
    /// When this time is over.
    Time(Duration),
}

impl Budget {
    /// Starts counting. A clock, if there is one, is looked at once in `stride` turns.
    #[must_use]
    pub fn turns(self, stride: u64) -> Turns {
        match self {
            Self::Turns(left) => Turns { left, stride: 0, end: None },
            Self::Time(time) => Turns { left: stride, stride, end: Some(Instant::now() + time) },
        }
    }

    /// Reads `200` as turns and `200ms` as time.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Ok(match text.strip_suffix("ms") {
            Some(millis) => Self::Time(Duration::from_millis(millis.parse()?)),
            None => Self::Turns(text.parse()?),
        })
    }
}

impl std::fmt::Display for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Turns(turns) => write!(f, "{turns}"),
            Self::Time(time) => write!(f, "{}ms", time.as_millis()),
        }
    }
}

/// Says before each turn whether there is one.
#[derive(Clone, Debug)]
pub struct Turns {
    left: u64,
    stride: u64,
    end: Option<Instant>,
}

impl Turns {
    /// Takes a turn; false when there is none left.
    #[inline]
    pub fn take(&mut self) -> bool {
        if self.left == 0 && !self.renew() {
            return false;
        }
        self.left -= 1;
        true
    }

    fn renew(&mut self) -> bool {
        self.left = match self.end {
            Some(end) if Instant::now() < end => self.stride,
            _ => 0,
        };
        self.left > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_counted() {
        let mut turns = Budget::Turns(3).turns(16);
        assert_eq!((0..9).filter(|_| turns.take()).count(), 3);
    }

    #[test]
    fn time_that_is_over_leaves_the_turns_of_one_stride() {
        let mut turns = Budget::Time(Duration::ZERO).turns(4);
        assert_eq!((0..9).filter(|_| turns.take()).count(), 4);
    }

    #[test]
    fn a_budget_reads_as_it_is_written() {
        for text in ["200", "1500ms"] {
            assert_eq!(Budget::parse(text).unwrap().to_string(), text);
        }
        assert!(Budget::parse("soon").is_err());
    }
}
