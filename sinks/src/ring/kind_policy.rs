//! What an event of each kind means to the ring.

use limpid_core::trace::{EventKind, Interest};

use crate::lifecycle;

/// What is done with an event of some kind. In one byte, for it is looked at for each event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KindPolicy(u8);

impl KindPolicy {
    const WANTED: u8 = 1;
    const KEPT: u8 = 2;
    const LAST: u8 = 4;

    /// It is recorded.
    #[inline]
    pub(super) const fn is_wanted(self) -> bool {
        self.0 & Self::WANTED != 0
    }

    /// It is kept while its exchange is open.
    #[inline]
    pub(super) const fn is_kept(self) -> bool {
        self.0 & Self::KEPT != 0
    }

    /// It is recorded, and that is all: it says neither that its exchange is open, nor that it ends.
    #[inline]
    pub(super) const fn is_plain(self) -> bool {
        self.0 == Self::WANTED
    }
}

/// What is done with the events of each kind, of which those in `wanted` are recorded.
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

/// The events that are kept while their exchange is open: what it asked for, what it was answered,
/// and what went wrong.
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
