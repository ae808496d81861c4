//! What the machine itself makes of a head that it received.

use super::facts::Wishes;
use crate::framing::{Asked, Decision, Framing, Why};
use crate::head::{Reading, is_informational};
use crate::values::Version;

/// What follows from a head: all that judging it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Where the body ends.
    pub(super) decision: Decision,
    pub(super) wishes: Wishes,
    pub(super) version: Version,
    /// 0 for a request.
    pub(super) status: u16,
    /// What a request asks, or a response answers.
    pub(super) asked: Asked,
}

impl Head {
    /// What stands for it before there is a head.
    pub(super) const NONE: Self = Self {
        decision: Decision {
            framing: Framing::None,
            why: Why::RequestWithoutLength,
            tolerated: None,
        },
        wishes: Wishes::NONE,
        version: Version::HTTP_11,
        status: 0,
        asked: Asked::Other,
    };

    /// Whether another message may follow, as far as this head says (RFC 9112 section 9.3).
    #[inline]
    pub(super) const fn keeps_alive(&self) -> bool {
        let persistent = self.version.minor() >= 1 || self.wishes.keep_alive;
        persistent && !self.wishes.close
    }

    #[inline]
    pub(super) const fn is_informational(&self) -> bool {
        is_informational(self.status)
    }

    /// What the connection makes of it.
    #[inline]
    pub(super) fn reading(&self) -> Reading {
        let framing = self.decision.framing;
        Reading {
            framing,
            keep_alive: self.keeps_alive()
                && !matches!(framing, Framing::Tunnel | Framing::UntilClose),
            expects_continue: self.wishes.expects_continue && self.version >= Version::HTTP_11,
        }
    }
}
