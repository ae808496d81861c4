//! The ring's treatment of each kind of event.

use limpid_core::trace::{EventKind, Interest};

use crate::lifecycle;

/// The treatment of a kind of event, in one byte, since every event reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KindPolicy(u8);

impl KindPolicy {
    const WANTED: u8 = 1;
    const KEPT: u8 = 2;
    const LAST: u8 = 4;

    /// Returns whether events of the kind are recorded.
    #[inline]
    pub(super) const fn is_wanted(self) -> bool {
        self.0 & Self::WANTED != 0
    }

    /// Returns whether they are kept while their exchange is open.
    #[inline]
    pub(super) const fn is_kept(self) -> bool {
        self.0 & Self::KEPT != 0
    }

    /// Returns whether they are only recorded: they neither show that their exchange is open nor end it.
    #[inline]
    pub(super) const fn is_plain(self) -> bool {
        self.0 == Self::WANTED
    }
}

/// Returns the policy of each kind, where those in `wanted` are recorded.
pub(super) fn of_all(wanted: Interest) -> [KindPolicy; EventKind::ALL.len()] {
    let (kept, last) = (kept(), lifecycle::ends());
    let mut policies = [KindPolicy(0); EventKind::ALL.len()];
    for (KindPolicy(flags), kind) in policies.iter_mut().zip(EventKind::ALL) {
        if wanted.contains(*kind) {
            *flags |= KindPolicy::WANTED;
        }
        // Nothing is kept of an exchange that ends.
        if last.contains(*kind) {
            *flags |= KindPolicy::LAST;
        } else if kept.contains(*kind) {
            *flags |= KindPolicy::KEPT;
        }
    }
    policies
}

/// Returns the events that are kept while their exchange is open: requests, heads of responses and
/// failures.
fn kept() -> Interest {
    const HEADS: [EventKind; 7] = [
        EventKind::ExchangeStarted,
        EventKind::ConnectTcpStarted,
        EventKind::ConnectUnixSocketStarted,
        EventKind::SendRequestHeadersStarted,
        EventKind::HttpRequest,
        EventKind::Refused,
        EventKind::DeadlinePassed,
    ];
    lifecycle::setbacks().with(Interest::matching(|event| {
        HEADS.contains(&event.kind) || event.fields.iter().any(|field| field.kind == "ResponseHead")
    }))
}
