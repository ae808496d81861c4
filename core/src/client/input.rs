//! The inputs of an exchange as values.

use alloc::boxed::Box;
use core::net::SocketAddr;

use bytes::Bytes;

use super::dial::DialId;
use super::exchange::Exchange;
use super::route::TrustId;
use crate::error::{Error, MisuseError};
use crate::fields::Fields;
use crate::time::Mono;
use crate::trace::{ConnectionId, Sink};
use crate::transport::{Layer, Link};

/// A call of one of the `handle_` methods of an [`Exchange`], with its argument: for drivers that pass inputs on, and
/// for recordings of them.
///
/// ```
/// use limpid_core::client::{Action, Exchange, Input, Request};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
///
/// let request = Request::builder(b"GET", "http://127.0.0.1/".parse()?).build();
/// let mut exchange = Exchange::new(ExchangeId(1), request, Default::default());
/// let now = Mono::default();
/// assert_eq!(exchange.poll(now, &NoSink), Action::Acquire);
/// Input::Opened(ConnectionId(1)).hand_to(&mut exchange, now, &NoSink)?;
/// assert_eq!(exchange.poll(now, &NoSink), Action::Resolve);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub enum Input<'i> {
    /// [`handle_trusted`](Exchange::handle_trusted).
    Trusted(TrustId),
    /// [`handle_reused`](Exchange::handle_reused).
    Reused(Box<Link>),
    /// [`handle_opened`](Exchange::handle_opened).
    Opened(ConnectionId),
    /// [`handle_cookies`](Exchange::handle_cookies).
    Cookies(&'i [u8]),
    /// [`handle_resolved`](Exchange::handle_resolved).
    Resolved(&'i [SocketAddr]),
    /// [`handle_dialed`](Exchange::handle_dialed).
    Dialed(DialId),
    /// [`handle_dial_failed`](Exchange::handle_dial_failed).
    DialFailed(DialId, Error),
    /// [`handle_secured`](Exchange::handle_secured).
    Secured(Box<dyn Layer>),
    /// [`handle_failed`](Exchange::handle_failed).
    Failed(Error),
    /// [`handle_sent`](Exchange::handle_sent).
    Sent(usize),
    /// [`handle_send_failed`](Exchange::handle_send_failed).
    SendFailed(Error),
    /// [`handle_received`](Exchange::handle_received).
    Received(usize),
    /// [`handle_eof`](Exchange::handle_eof).
    Eof,
    /// [`handle_receive_failed`](Exchange::handle_receive_failed).
    ReceiveFailed(Error),
    /// [`handle_bytes`](Exchange::handle_bytes).
    Bytes(Bytes),
    /// [`handle_body`](Exchange::handle_body).
    Body(Bytes),
    /// [`handle_body_end`](Exchange::handle_body_end).
    BodyEnd(Fields<'i>),
    /// [`handle_body_failed`](Exchange::handle_body_failed).
    BodyFailed(Error),
    /// [`handle_timeout`](Exchange::handle_timeout).
    Timeout,
    /// [`pause`](Exchange::pause).
    Pause,
    /// [`hold`](Exchange::hold).
    Hold(bool),
    /// [`discard`](Exchange::discard).
    Discard,
    /// [`cancel`](Exchange::cancel).
    Cancel,
}

impl Input<'_> {
    /// Calls the method.
    ///
    /// # Errors
    /// The state of the exchange forbids the call. Nothing changes then.
    #[inline(always)]
    pub fn hand_to<S: Sink>(
        self,
        exchange: &mut Exchange,
        now: Mono,
        sink: &S,
    ) -> Result<(), MisuseError> {
        match self {
            // These occur in every request. The compiler does not see that a number needs no drop.
            Self::Sent(n) => {
                core::mem::forget(self);
                exchange.handle_sent(n, now, sink)
            }
            Self::Received(n) => {
                core::mem::forget(self);
                exchange.handle_received(n, now, sink)
            }
            Self::Reused(link) => exchange.handle_reused(link, now, sink),
            input => input.hand_over(exchange, now, sink),
        }
    }

    /// Calls one of the methods that few requests need.
    #[inline(never)]
    fn hand_over<S: Sink>(
        self,
        exchange: &mut Exchange,
        now: Mono,
        sink: &S,
    ) -> Result<(), MisuseError> {
        match self {
            Self::Trusted(trust) => exchange.handle_trusted(trust, now, sink),
            Self::Reused(link) => exchange.handle_reused(link, now, sink),
            Self::Opened(connection) => exchange.handle_opened(connection, now, sink),
            Self::Cookies(cookies) => exchange.handle_cookies(cookies, now, sink),
            Self::Resolved(addresses) => exchange.handle_resolved(addresses, now, sink),
            Self::Dialed(dial) => exchange.handle_dialed(dial, now, sink),
            Self::DialFailed(dial, error) => exchange.handle_dial_failed(dial, error, now, sink),
            Self::Secured(layer) => exchange.handle_secured(layer, now, sink),
            Self::Failed(error) => exchange.handle_failed(error, now, sink),
            Self::Sent(n) => exchange.handle_sent(n, now, sink),
            Self::Received(n) => exchange.handle_received(n, now, sink),
            Self::Bytes(bytes) => exchange.handle_bytes(bytes, now, sink),
            Self::Body(data) => exchange.handle_body(data, now, sink),
            Self::BodyEnd(trailers) => exchange.handle_body_end(trailers, now, sink),
            Self::BodyFailed(error) => exchange.handle_body_failed(error, now, sink),
            other => {
                other.hand_in(exchange, now, sink);
                Ok(())
            }
        }
    }

    /// Calls one of the methods that every state permits.
    fn hand_in<S: Sink>(self, exchange: &mut Exchange, now: Mono, sink: &S) {
        match self {
            Self::SendFailed(error) => exchange.handle_send_failed(error, now, sink),
            Self::Eof => exchange.handle_eof(now, sink),
            Self::ReceiveFailed(error) => exchange.handle_receive_failed(error, now, sink),
            Self::Timeout => exchange.handle_timeout(now, sink),
            Self::Pause => exchange.pause(now),
            Self::Hold(holds) => exchange.hold(holds),
            Self::Discard => exchange.discard(now, sink),
            Self::Cancel => exchange.cancel(now, sink),
            // hand_to() and hand_over() handle the others.
            _ => {}
        }
    }
}
