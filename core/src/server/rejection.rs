//! Why a request is refused, and with which status.

use crate::error::{Cause, PeerError};
use crate::time::Waiting;

/// Why the machine answers in the handler's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rejection {
    /// The client broke a rule.
    Rule(PeerError),
    /// The client took too long, or the server has no more time for it.
    Slow(Waiting),
    /// The client expects what nobody can do.
    Expectation,
    /// The handler gave up before it answered.
    Handler,
}

impl Rejection {
    /// The refusal that a cause leads to, if the client is to be told of it.
    pub(super) const fn of(cause: Cause) -> Option<Self> {
        match cause {
            Cause::Peer(error) => Some(Self::Rule(error)),
            Cause::TimedOut(why @ (Waiting::Head | Waiting::Body | Waiting::Shutdown)) => {
                Some(Self::Slow(why))
            }
            _ => None,
        }
    }

    /// The status that it deserves.
    pub(super) const fn status(self) -> u16 {
        match self {
            Self::Rule(error) => error.rule.status(),
            Self::Slow(Waiting::Shutdown) => 503,
            Self::Slow(_) => 408,
            Self::Expectation => 417,
            Self::Handler => 500,
        }
    }

    /// Its name: that of the rule, where one was broken.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Rule(error) => error.rule.name(),
            Self::Slow(why) => why.name(),
            Self::Expectation => "Expect",
            Self::Handler => "handler",
        }
    }

    /// What is wrong.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Rule(error) => error.rule.description(),
            Self::Slow(Waiting::Shutdown) => "the server shuts down",
            Self::Slow(Waiting::Body) => "the body of the request came too slowly",
            Self::Slow(_) => "the head of the request came too slowly",
            Self::Expectation => "the request expects something other than 100-continue",
            Self::Handler => "the server failed to answer",
        }
    }

    /// Where it is written, in parentheses after the sentence; empty where it is nowhere.
    pub(super) const fn section(self) -> &'static str {
        match self {
            Self::Rule(error) => error.rule.section(),
            Self::Expectation => "RFC 9110 section 10.1.1",
            Self::Slow(_) | Self::Handler => "limit",
        }
    }
}
