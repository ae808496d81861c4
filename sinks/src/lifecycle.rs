//! Where an exchange stands, as far as its events tell.

use limpid_core::trace::{EventKind, Interest, Stage};

/// The events by which an exchange ends. No event of it follows.
pub(crate) fn ends() -> Interest {
    Interest::only(EventKind::ExchangeComplete).with(failures())
}

/// The event that tells that an exchange as a whole has failed.
pub(crate) const fn failures() -> Interest {
    Interest::only(EventKind::ExchangeFailed)
}

/// The events that tell a failure of a step of an exchange, which may yet succeed.
pub(crate) fn setbacks() -> Interest {
    Interest::matching(|event| event.stage == Stage::Failed)
}
