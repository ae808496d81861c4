//! Assertions on events.

use std::fmt::Write;

use limpid_core::trace::EventKind;
use limpid_sinks::{EventList, Levels};

/// Asserts that an event occurred: one of this name, and with these fields if there is a pattern, which may have a
/// condition. The message of a failure shows the events of that name with their fields, and all others.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use limpid_test::{EventList, Mock, Reply, assert_event, assert_no_event};
///
/// let (mock, events) = (Mock::answering(Reply::new(204)), EventList::new());
/// let client = mock.std_client().sink(std::sync::Arc::new(events.clone())).build();
/// client.get("http://api.test/a").send()?.bytes()?;
///
/// assert_event!(events, ExchangeComplete);
/// assert_event!(events, ExchangeStarted { method: b"GET", .. });
/// assert_event!(events, HttpRequest { status: 204, .. });
/// assert_event!(events, ReceiveResponseHeadersComplete { head } if head.fields.is_empty());
/// assert_no_event!(events, ExchangeFailed);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[macro_export]
macro_rules! assert_event {
    ($events:expr, $kind:ident $(,)?) => {
        $crate::internal::assert_found(
            &$events,
            $crate::internal::EventKind::$kind,
            ::core::stringify!($kind),
            |_| true,
        )
    };
    ($events:expr, $kind:ident { $($fields:tt)* } $(if $condition:expr)? $(,)?) => {
        $crate::internal::assert_found(
            &$events,
            $crate::internal::EventKind::$kind,
            ::core::stringify!($kind { $($fields)* } $(if $condition)?),
            |event| ::core::matches!(
                event,
                $crate::internal::TraceEvent::$kind { $($fields)* } $(if $condition)?
            ),
        )
    };
}

/// Asserts that no event of this name occurred, or with a pattern none with these fields. If one did, the message shows it.
///
/// [`assert_event!`] has an example.
#[macro_export]
macro_rules! assert_no_event {
    ($events:expr, $kind:ident $(,)?) => {
        $crate::internal::assert_not_found(
            &$events,
            $crate::internal::EventKind::$kind,
            ::core::stringify!($kind),
            |_| true,
        )
    };
    ($events:expr, $kind:ident { $($fields:tt)* } $(if $condition:expr)? $(,)?) => {
        $crate::internal::assert_not_found(
            &$events,
            $crate::internal::EventKind::$kind,
            ::core::stringify!($kind { $($fields)* } $(if $condition)?),
            |event| ::core::matches!(
                event,
                $crate::internal::TraceEvent::$kind { $($fields)* } $(if $condition)?
            ),
        )
    };
}

/// What the macros need.
#[doc(hidden)]
pub mod internal {
    pub use limpid_core::trace::{EventKind, TraceEvent};

    pub use super::{assert_found, assert_not_found};
}

/// Asserts that an event of this kind matches.
///
/// # Panics
/// Panics if none does.
#[doc(hidden)]
#[track_caller]
pub fn assert_found(
    events: &EventList,
    kind: EventKind,
    pattern: &str,
    matches: impl Fn(&internal::TraceEvent<'_>) -> bool,
) {
    let found = found(events, kind, &matches);
    assert!(!found.is_empty(), "no event matches {pattern}\n{}", shown(events, kind));
}

/// Asserts that no event of this kind matches.
///
/// # Panics
/// Panics if one does.
#[doc(hidden)]
#[track_caller]
pub fn assert_not_found(
    events: &EventList,
    kind: EventKind,
    pattern: &str,
    matches: impl Fn(&internal::TraceEvent<'_>) -> bool,
) {
    let found = found(events, kind, &matches);
    let first = found.first().map(String::as_str).unwrap_or_default();
    assert!(found.is_empty(), "an event matches {pattern}: {first}\n{}", shown(events, kind));
}

/// Returns the events of this kind that match, as text.
fn found(
    events: &EventList,
    kind: EventKind,
    matches: &dyn Fn(&internal::TraceEvent<'_>) -> bool,
) -> Vec<String> {
    let of_kind = events.events().into_iter().filter(|(meta, _)| meta.kind == kind);
    let matching = of_kind.filter(|(_, event)| matches(&event.borrow()));
    matching.map(|(_, event)| format!("{event:?}")).collect()
}

/// Returns the events of this kind with their fields, and a line for each event.
fn shown(events: &EventList, kind: EventKind) -> String {
    let mut text = String::new();
    let of_kind = found(events, kind, &|_| true);
    if !of_kind.is_empty() {
        let _ = writeln!(text, "Events of this name:");
        of_kind.iter().for_each(|event| _ = writeln!(text, "  {event}"));
    }
    let all = events.snapshot_of(&Levels::everything());
    let _ = writeln!(text, "All events:");
    all.lines().for_each(|line| _ = writeln!(text, "  {line}"));
    text
}
