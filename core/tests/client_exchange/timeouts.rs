//! Timeouts: each has an event, and an error that names it, its length and its setting.

use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{Action, Exchange, Interest, Options, Request};
use limpid_core::error::{Cause, Error};
use limpid_core::time::{Mono, Waiting};
use limpid_core::trace::ExchangeId;

use crate::bench::{Bench, Names, Stop};
use crate::upload::Upload;

const PASSED: Duration = Duration::from_millis(2_500);

fn options() -> Options {
    Options::with(|options| {
        options.timeouts.pool = Some(PASSED);
        options.timeouts.read = Some(PASSED);
        options.timeouts.write = Some(PASSED);
    })
}

fn get() -> Request {
    Request::builder(b"GET", "http://localhost/".parse().unwrap()).build()
}

fn assert_passed(error: &Error, events: &[String], why: Waiting, text: &str) {
    assert_eq!(error.cause, Cause::TimedOut(why));
    assert_eq!((error.limit(), error.rate()), (Some(PASSED), None));
    assert_eq!(error.to_string(), text);
    let passed = format!("deadline_passed: {why}");
    assert_eq!(events.iter().filter(|event| **event == passed).count(), 1, "{events:?}");
}

#[test]
fn pool_timeout_names_itself() {
    let (names, start) = (Names::default(), Mono::default());
    let mut exchange = Exchange::new(ExchangeId(1), get(), Arc::new(options()));
    assert_eq!(exchange.poll(start, &names), Action::Acquire);
    assert_eq!(exchange.poll(start, &names), Action::Wait(Interest::NONE));
    let deadline = exchange.deadline(start).unwrap();
    assert_eq!(deadline.at, start + PASSED);
    exchange.handle_timeout(deadline.at, &names);
    assert_eq!(exchange.poll(deadline.at, &names), Action::Failed);
    let text = "failed while waiting for a free connection: the pool timeout of 2.5s has passed \
                (pool_timeout changes it)";
    let error = exchange.take_error().unwrap();
    assert_passed(&error, &names.take(), Waiting::Pool, text);
    assert!(!error.request_was_sent() && error.is_safe_to_retry());
}

#[test]
fn write_timeout_names_itself() {
    let mut upload = Upload::new(1_000, options());
    upload.poll();
    upload.source_yields(1_000);
    upload.poll();
    assert_eq!(upload.until(), Some((2_500, Waiting::Write)));
    upload.advance(2_500);
    let text = "failed while sending the request body: the write timeout of 2.5s has passed \
                (write_timeout changes it)";
    let error = upload.error();
    assert_passed(&error, &upload.names(), Waiting::Write, text);
    assert!(error.request_was_sent() && !error.is_safe_to_retry());
}

#[test]
fn read_timeout_names_itself() {
    let mut bench = Bench::of(get(), options(), b"");
    assert_eq!(bench.run(), Stop::Read(Some(PASSED), "reading"));
    let Stop::Failed(error) = bench.advance(2_500) else { panic!() };
    let text = "failed while waiting for the response head: the read timeout of 2.5s has passed \
                (read_timeout changes it)";
    assert_passed(&error, &bench.events(), Waiting::Read, text);
}
