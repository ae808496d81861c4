//! What the machine itself makes of a head that it received.

use super::framing_fields::ConnectionOptions;
use crate::framing::{Decision, Framing, RequestKind, Why};
use crate::head::{HeadInfo, is_informational};
use crate::values::Version;

/// What follows from a head: all that judging it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Where the body ends.
    pub(super) decision: Decision,
    pub(super) connection: ConnectionOptions,
    pub(super) version: Version,
    /// 0 for a request.
    pub(super) status: u16,
    /// What a request asks, or a response answers.
    pub(super) request_kind: RequestKind,
}

impl Head {
    /// What stands for it before there is a head.
    pub(super) const NONE: Self = Self {
        decision: Decision {
            framing: Framing::None,
            why: Why::RequestWithoutLength,
            tolerated: None,
        },
        connection: ConnectionOptions::NONE,
        version: Version::HTTP_11,
        status: 0,
        request_kind: RequestKind::Other,
    };

    /// Returns whether another message may follow, as far as this head says (RFC 9112 section 9.3).
    #[inline]
    pub(super) const fn keeps_alive(&self) -> bool {
        let persistent = self.version.minor() >= 1 || self.connection.keep_alive;
        persistent && !self.connection.close
    }

    #[inline]
    pub(super) const fn is_informational(&self) -> bool {
        is_informational(self.status)
    }

    /// Returns what the connection makes of it.
    #[inline]
    pub(super) fn head_info(&self) -> HeadInfo {
        let framing = self.decision.framing;
        HeadInfo {
            framing,
            keep_alive: self.keeps_alive()
                && !matches!(framing, Framing::Tunnel | Framing::UntilClose),
            expects_continue: self.connection.expects_continue && self.version >= Version::HTTP_11,
        }
    }
}
