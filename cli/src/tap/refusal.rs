//! Why a request is not passed on, and what the client is answered.

use std::borrow::Cow;
use std::error::Error as StdError;

use limpid_core::client::UrlError;
use limpid_core::error::Cause;
use limpid_core::server::reason;
use limpid_core::trace::{EventKind, TraceEvent};
use limpid_tokio::{Error, Exchange};

use super::guard::OwnAddress;
use crate::report::Chain;

/// Why a request is not passed on, or its response.
pub(super) struct Refusal {
    /// The status code of the answer.
    status: u16,
    why: Cow<'static, str>,
    /// The number of the client's exchange, if one began.
    exchange: Option<u64>,
}

impl Refusal {
    /// A request to the proxy itself.
    pub(super) const NOT_A_PROXY_REQUEST: Self = Self::fixed(
        400,
        "this is a proxy: send it requests with whole URLs, such as GET http://www.example.com/, by naming it as \
         the proxy of the client; or start it with --to URL",
    );
    /// A URL that is not one of HTTP.
    pub(super) const SCHEME: Self = Self::fixed(501, "only http and https URLs can be requested");
    /// CONNECT to a proxy that passes requests on to one server.
    pub(super) const NO_TUNNELS: Self =
        Self::fixed(501, "started with --to, this proxy opens no tunnels");
    /// A request that has passed this proxy before.
    pub(super) const LOOP: Self = Self::fixed(
        508,
        "the request has passed this proxy before, as its field Via says: the servers pass it on in a circle",
    );
    /// A request whose client has closed its direction, and may have left.
    pub(super) const LEFT: Self = Self::fixed(
        504,
        "the client has closed its direction of the connection, and the server has not responded since",
    );
    /// A request that would reach the listener of this proxy.
    const SELF: Self = Self::fixed(508, "the request would reach this proxy itself");

    const fn fixed(status: u16, why: &'static str) -> Self {
        Self { status, why: Cow::Borrowed(why), exchange: None }
    }

    /// Returns the refusal of a host that cannot be connected to.
    pub(super) fn of_connecting(error: &std::io::Error, host: &str) -> Self {
        if is_of_own_address(error) {
            return Self::SELF;
        }
        let status = if error.kind() == std::io::ErrorKind::TimedOut { 504 } else { 502 };
        Self { status, why: format!("{host}: {error}").into(), exchange: None }
    }

    /// Returns the refusal of a request that could not be sent on, or has no usable response.
    pub(super) fn of_request(error: &Error) -> Self {
        let exchange = error.exchange_id().map(|exchange| exchange.0);
        if is_of_own_address(error) {
            return Self { exchange, ..Self::SELF };
        }
        let status = match error {
            Error::Url(UrlError { .. }) => 400,
            error if error.is_timeout() => 504,
            _ => 502,
        };
        Self { status, why: Chain(error).to_string().into(), exchange }
    }

    /// Returns the refusal of a response that cannot be sent on.
    pub(super) fn of_response(cause: Cause, exchange: u64) -> Self {
        let why = format!("the response cannot be passed on: {cause}").into();
        Self { status: 502, why, exchange: Some(exchange) }
    }

    /// Answers the client, and emits the event that says why.
    ///
    /// # Errors
    /// A response was started, or the client has disconnected.
    pub(super) fn answer(&self, exchange: &mut Exchange) -> Result<(), Cause> {
        let Self { status, ref why, exchange: client_exchange } = *self;
        exchange.emit(EventKind::ForwardFailed, || TraceEvent::ForwardFailed {
            client_exchange,
            status,
            error: why,
        });
        let body = format!("{}: {why}\n", reason(status));
        exchange.field("Content-Type", "text/plain; charset=utf-8").respond(status, body)
    }
}

/// Returns whether connecting was refused because the address is the proxy's own.
fn is_of_own_address(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if error.is::<OwnAddress>() || matches!(inner, Some(inner) if inner.is::<OwnAddress>()) {
            return true;
        }
        next = error.source();
    }
    false
}
