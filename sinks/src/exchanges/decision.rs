//! Decisions and their reasons.

use std::fmt::{self, Display, Formatter};

use limpid_core::time::Mono;
use limpid_core::trace::{Capture, EventKind, Interest, TraceEvent, Value};

use super::message::text;

/// A decision, or another fact that explains an exchange: what was decided, and why.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Capture, TraceEvent};
/// use limpid_sinks::exchanges::Decision;
///
/// let event = TraceEvent::ReuseDecided { reusable: false, why: "the peer closes it" };
/// let decision = Decision::of(Mono::default(), &event, Capture::Default);
/// assert_eq!(decision.to_string(), "reuse: not reusable; the peer closes it");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decision {
    /// When it was made.
    pub at: Mono,
    /// The kind of its event.
    pub kind: EventKind,
    /// What was decided; empty if the event says only what happened.
    pub outcome: &'static str,
    /// The reason; empty if the event has none.
    pub why: &'static str,
    /// The other fields of the event that have values, with their secrets hidden.
    pub facts: Vec<(&'static str, String)>,
}

impl Decision {
    /// The kinds of events that are decisions of an exchange or a connection.
    pub const KINDS: [EventKind; 23] = [
        EventKind::PoolFull,
        EventKind::RouteChosen,
        EventKind::RedirectDecided,
        EventKind::RetryDecided,
        EventKind::ResendDecided,
        EventKind::RequestRetryDecided,
        EventKind::DrainDecided,
        EventKind::DeadlinePassed,
        EventKind::ContinueDecided,
        EventKind::CodingDecided,
        EventKind::ContentDecoded,
        EventKind::ContentRefused,
        EventKind::FramingChosen,
        EventKind::LeniencyUsed,
        EventKind::LimitHit,
        EventKind::Refused,
        EventKind::SwitchDecided,
        EventKind::Switched,
        EventKind::ReuseDecided,
        EventKind::CloseNotifyMissing,
        EventKind::RequestRefused,
        EventKind::HandlerFailed,
        EventKind::ClientTooSlow,
    ];

    /// Returns the events that are decisions.
    pub(super) fn interest() -> Interest {
        Self::KINDS.iter().fold(Interest::NONE, |all, kind| all.with(Interest::only(*kind)))
    }

    /// Returns the decision that an event reports.
    #[must_use]
    pub fn of(at: Mono, event: &TraceEvent<'_>, capture: Capture) -> Self {
        let mut decision = Self { at, kind: event.kind(), outcome: "", why: "", facts: Vec::new() };
        event.visit(|field, value| {
            let shown = match (field.name, value) {
                ("why" | "rule" | "limit" | "fault", Value::Word(why))
                    if decision.why.is_empty() =>
                {
                    decision.why = why;
                    return;
                }
                ("via" | "framing", Value::Word(outcome)) => {
                    decision.outcome = outcome;
                    return;
                }
                (_, Value::Flag(flag)) => match outcome(decision.kind, flag) {
                    Some(outcome) => {
                        decision.outcome = outcome;
                        return;
                    }
                    None => if flag { "yes" } else { "no" }.to_owned(),
                },
                (_, Value::Word(word)) => word.to_owned(),
                (_, Value::Count(count)) => count.to_string(),
                (_, Value::Text(text)) => match capture.string(field.sensitivity, text) {
                    Some(text) => text.into_owned(),
                    None => return,
                },
                (name, Value::Bytes(bytes)) => {
                    match capture.bytes(field.sensitivity, name.as_bytes(), bytes) {
                        Some(bytes) => text(&bytes),
                        None => return,
                    }
                }
                _ => return,
            };
            decision.facts.push((field.name, shown));
        });
        decision
    }

    /// Returns what was decided about, in words.
    #[must_use]
    pub fn subject(&self) -> String {
        self.kind.metadata().name.replace("_decision", "").replace('_', " ")
    }
}

/// Returns the words for the flag of a decision.
const fn outcome(kind: EventKind, flag: bool) -> Option<&'static str> {
    let (yes, no) = match kind {
        EventKind::RedirectDecided => ("followed", "not followed"),
        EventKind::RetryDecided => ("tries again", "does not try again"),
        EventKind::RequestRetryDecided => ("retried", "not retried"),
        EventKind::ResendDecided => ("resent", "not resent"),
        EventKind::DrainDecided => ("connection kept", "connection closed"),
        EventKind::ContinueDecided => ("body sent", "body not sent"),
        EventKind::CodingDecided => ("decoded", "not decoded"),
        EventKind::SwitchDecided => ("accepted", "refused"),
        EventKind::ReuseDecided => ("reusable", "not reusable"),
        EventKind::CloseNotifyMissing => ("an error", "tolerated"),
        _ => return None,
    };
    Some(if flag { yes } else { no })
}

impl Display for Decision {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.subject())?;
        let parts = [self.outcome, self.why];
        for (index, part) in parts.into_iter().filter(|part| !part.is_empty()).enumerate() {
            write!(f, "{} {part}", if index == 0 { ":" } else { ";" })?;
        }
        for (index, (name, value)) in self.facts.iter().enumerate() {
            write!(f, "{}{name}={value}", if index == 0 { " (" } else { ", " })?;
        }
        if self.facts.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}
