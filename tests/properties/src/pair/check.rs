//! Comparison of received messages with the plan.

use limpid_core::internal::transcript::{Message, Start};

use super::plan::Exchange;
use crate::message::check_fields;

pub(super) fn check_request(exchange: &Exchange, message: &Message) {
    let (method, target) = (exchange.method.into(), exchange.target().into());
    assert_eq!(message.start, Start::Request { method, target });
    check_fields(exchange.request.fields.fields(), message.fields.fields());
    assert_eq!(message.body, exchange.request.body());
    assert_eq!(message.trailers, exchange.request.trailers);
}

pub(super) fn check_response(exchange: &Exchange, message: &Message) {
    let status = exchange.status;
    assert_eq!(message.start, Start::Response { status, reason: b"why"[..].into() });
    check_fields(exchange.response.fields.fields(), message.fields.fields());
    assert_eq!(message.body, exchange.response.body());
    assert_eq!(message.trailers, exchange.response.trailers);
    assert_eq!(message.keep_alive, !exchange.closes() && !exchange.switches());
}
