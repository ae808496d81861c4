//! The state of an exchange, as its events show.

use limpid_core::trace::{EventKind, Interest, Stage};

/// Returns the events that end an exchange. They are its last.
pub(crate) fn ends() -> Interest {
    Interest::only(EventKind::ExchangeComplete).with(failures())
}

/// Returns the event of an exchange's failure.
pub(crate) const fn failures() -> Interest {
    Interest::only(EventKind::ExchangeFailed)
}

/// Returns the events of failed steps of an exchange, which may still succeed.
pub(crate) fn setbacks() -> Interest {
    Interest::matching(|event| event.stage == Stage::Failed)
}
