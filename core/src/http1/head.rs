//! The result of validating a received head.

use super::framing_fields::ConnectionOptions;
use crate::framing::{Decision, Framing, RequestKind, Why};
use crate::head::{HeadInfo, is_informational};
use crate::values::Version;

/// The result of validating a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The framing of the body.
    pub(super) decision: Decision,
    /// A broken rule of framing was tolerated: the connection is not reused.
    pub(super) is_misframed: bool,
    pub(super) connection: ConnectionOptions,
    pub(super) version: Version,
    /// 0 for a request.
    pub(super) status: u16,
    /// The kind of the request, or of the request to which a response belongs.
    pub(super) request_kind: RequestKind,
}

impl Head {
    /// The value before a head is received.
    pub(super) const NONE: Self = Self {
        decision: Decision {
            framing: Framing::None,
            why: Why::RequestWithoutLength,
            tolerated: None,
        },
        is_misframed: false,
        connection: ConnectionOptions::NONE,
        version: Version::HTTP_11,
        status: 0,
        request_kind: RequestKind::Other,
    };

    /// Returns whether this head allows another message (RFC 9112 section 9.3).
    #[inline]
    pub(super) const fn keeps_alive(&self) -> bool {
        let persistent = self.version.minor() >= 1 || self.connection.keep_alive;
        persistent && !self.connection.close
    }

    #[inline]
    pub(super) const fn is_informational(&self) -> bool {
        is_informational(self.status)
    }

    /// Returns the information for the application.
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
