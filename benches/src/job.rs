//! The jobs of subjects.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// How often a work is done, and on which connections.
#[derive(Clone, Debug)]
pub struct Job {
    /// The server, if the work needs one.
    pub server: SocketAddr,
    /// The number of connections, each with a request in flight at all times.
    pub connections: usize,
    /// When the job ends.
    pub budget: Budget,
    /// The certificate of the authority; the job uses TLS if it is given.
    pub ca: Option<PathBuf>,
}

/// When a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// After this many turns on each connection.
    Turns(u64),
    /// After this time.
    Time(Duration),
}

impl Budget {
    /// Starts counting. A clock, if there is one, is read once in `stride` turns.
    #[must_use]
    pub fn turns(self, stride: u64) -> Turns {
        match self {
            Self::Turns(left) => Turns { left, stride: 0, end: None },
            Self::Time(time) => Turns { left: stride, stride, end: Some(Instant::now() + time) },
        }
    }

    /// Parses `200` as turns and `200ms` as time.
    ///
    /// # Errors
    /// The text is neither.
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

/// Decides before each turn whether there is one.
#[derive(Clone, Debug)]
pub struct Turns {
    left: u64,
    stride: u64,
    end: Option<Instant>,
}

impl Turns {
    /// Takes a turn. Returns false after the last one.
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
    fn expired_time_leaves_turns_of_one_stride() {
        let mut turns = Budget::Time(Duration::ZERO).turns(4);
        assert_eq!((0..9).filter(|_| turns.take()).count(), 4);
    }

    #[test]
    fn budget_round_trips() {
        for text in ["200", "1500ms"] {
            assert_eq!(Budget::parse(text).unwrap().to_string(), text);
        }
        assert!(Budget::parse("soon").is_err());
    }
}
