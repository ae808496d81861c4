//! Assertions on events.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use limpid_test::{EventList, Mock, Reply, assert_event, assert_no_event};

fn events() -> EventList {
    let (mock, events) = (Mock::answering(Reply::new(404)), EventList::new());
    let client = mock.std_client().sink(Arc::new(events.clone())).build();
    client.get("http://api.test/a").send().unwrap().bytes().unwrap();
    events
}

/// Returns the message with which an assertion fails.
fn message(assertion: impl FnOnce()) -> String {
    let failed = catch_unwind(AssertUnwindSafe(assertion)).unwrap_err();
    *failed.downcast::<String>().unwrap()
}

#[test]
fn event_is_found_by_name_fields_and_condition() {
    let events = events();
    let wanted = 404;
    assert_event!(events, ExchangeStarted);
    assert_event!(events, ExchangeStarted { method: b"GET", url: "http://api.test/a" });
    assert_event!(events, HttpRequest { status, .. } if *status == wanted);
    assert_no_event!(events, ExchangeFailed);
    assert_no_event!(events, ExchangeStarted { method: b"POST", .. });
    assert_no_event!(events, HttpRequest { status: 200, .. });
}

#[test]
fn failed_assertion_shows_the_events_of_that_name_and_all_others() {
    let events = events();
    let text = message(|| assert_event!(events, ExchangeStarted { method: b"POST", .. }));
    assert!(
        text.starts_with("no event matches ExchangeStarted { method: b\"POST\", .. }\n"),
        "{text}"
    );
    assert!(text.contains("Events of this name:\n  ExchangeStarted"), "{text}");
    assert!(text.contains("All events:\n"), "{text}");
    assert!(text.contains("close.started") || text.contains("exchange.complete"), "{text}");

    let text = message(|| assert_no_event!(events, ExchangeStarted));
    assert!(text.starts_with("an event matches ExchangeStarted: ExchangeStarted"), "{text}");
}
