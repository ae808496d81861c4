//! The handler of the demonstration's server.

use limpid_core::error::Cause;
use limpid_std::Exchange;

/// The body of the response.
const BODY: &str = "Hello! This came over TLS, from limpid's server to limpid's client.\n";

/// The value of the field Server.
pub(super) const NAME: &str = concat!("limpid/", env!("CARGO_PKG_VERSION"));

/// Answers every request with the same page.
pub(super) fn answer(mut exchange: Exchange<'_>) -> Result<(), Cause> {
    exchange.field("Content-Type", "text/plain; charset=utf-8").respond(200, BODY)
}
