//! Rejected requests: reasons and statuses.

use crate::error::{Cause, PeerError};
use crate::time::Waiting;

/// Why the session answers a request instead of the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejection {
    /// The client broke a rule.
    Rule(PeerError),
    /// The client took too long, or the server shuts down.
    Slow(Waiting),
    /// The client has an unsupported expectation.
    Expectation,
    /// The handler ended before it answered.
    Handler,
}

impl Rejection {
    /// Returns the rejection for a cause, if the client can receive one.
    pub(super) const fn of(cause: Cause) -> Option<Self> {
        match cause {
            Cause::Peer(error) => Some(Self::Rule(error)),
            Cause::TimedOut(
                why @ (Waiting::Head | Waiting::Body | Waiting::Request | Waiting::Shutdown),
            ) => Some(Self::Slow(why)),
            _ => None,
        }
    }

    /// Returns the status to answer with.
    pub(super) const fn status(self) -> u16 {
        match self {
            Self::Rule(error) => error.rule.status(),
            Self::Slow(Waiting::Shutdown) => 503,
            Self::Slow(_) => 408,
            Self::Expectation => 417,
            Self::Handler => 500,
        }
    }

    /// Returns its name: that of the rule, if one was broken.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Rule(error) => error.rule.name(),
            Self::Slow(why) => why.name(),
            Self::Expectation => "Expect",
            Self::Handler => "handler",
        }
    }

    /// Returns what is wrong.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Rule(error) => error.rule.description(),
            Self::Slow(Waiting::Shutdown) => "the server shuts down",
            Self::Slow(Waiting::Body) => "the body of the request came too slowly",
            Self::Slow(Waiting::Request) => "the whole request took too long",
            Self::Slow(_) => "the head of the request came too slowly",
            Self::Expectation => "the request expects something other than 100-continue",
            Self::Handler => "the server failed to answer",
        }
    }

    /// Returns the section of the RFC, in parentheses, to follow the description; empty if there is
    /// no section.
    pub(super) const fn section(self) -> &'static str {
        match self {
            Self::Rule(error) => error.rule.section(),
            Self::Expectation => "RFC 9110 section 10.1.1",
            Self::Slow(_) | Self::Handler => "limit",
        }
    }
}
