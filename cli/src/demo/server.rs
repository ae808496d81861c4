//! The handler of the demonstration's server.

use std::thread;
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::http1::BodySize;
use limpid_std::Exchange;

/// The body of the response.
const BODY: &str = "Hello! This came over TLS, from limpid's server to limpid's client.\n";

/// The value of the field Server.
pub(super) const NAME: &str = concat!("limpid/", env!("CARGO_PKG_VERSION"));

/// Answers a request. Most targets have the same page; the others give a view something to show.
pub(super) fn answer(mut exchange: Exchange<'_>) -> Result<(), Cause> {
    let target = exchange.head().target.to_vec();
    match &*target {
        b"/old" => exchange.field("Location", "/new").respond(302, ""),
        b"/slow" => slowly(exchange),
        b"/form" => {
            let mut received = Vec::new();
            while let Some(data) = exchange.data()? {
                received.extend_from_slice(data);
            }
            exchange
                .field("Content-Type", "application/x-www-form-urlencoded")
                .respond(201, received)
        }
        b"/large" => exchange
            .field("Content-Type", "application/octet-stream")
            .respond(200, vec![b'.'; 256 * 1024]),
        b"/missing" => {
            exchange.field("Content-Type", "text/plain; charset=utf-8").respond(404, "Not here.\n")
        }
        _ => exchange.field("Content-Type", "text/plain; charset=utf-8").respond(200, BODY),
    }
}

/// Lets the client wait for the response, and for each of its chunks.
fn slowly(mut exchange: Exchange<'_>) -> Result<(), Cause> {
    thread::sleep(Duration::from_millis(40));
    exchange.field("Content-Type", "text/plain; charset=utf-8").start(200, BodySize::Unknown)?;
    for chunk in ["This ", "takes ", "a while.\n"] {
        exchange.send(chunk)?;
        exchange.flush_now()?;
        thread::sleep(Duration::from_millis(15));
    }
    exchange.finish()
}
