//! Exchanges that are cancelled.

use std::sync::Arc;

use limpid_core::client::{Action, Exchange, Request};
use limpid_core::error::Cause;
use limpid_core::time::Mono;
use limpid_core::trace::ExchangeId;

use crate::bench::Names;

#[test]
fn exchange_cancelled_before_its_first_poll_starts_and_fails() {
    let (now, names) = (Mono::default(), Names::default());
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let mut exchange = Exchange::new(ExchangeId(1), request, Arc::default());
    exchange.cancel(now, &names);
    assert_eq!(exchange.poll(now, &names), Action::Failed);
    assert_eq!(exchange.error().unwrap().cause, Cause::Cancelled);
    assert_eq!(names.take(), ["exchange.started", "exchange.failed"]);
}
