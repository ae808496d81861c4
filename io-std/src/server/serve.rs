//! The loop of a connection, which alternates between the session and the handler.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use limpid_core::server::Outcome;
use limpid_io::server::Stop;

use super::connection::Connection;
use super::exchange::Exchange;

/// Serves a connection to its end.
pub(super) fn serve<E: Display>(
    mut connection: Connection,
    handler: &impl Fn(Exchange<'_>) -> Result<(), E>,
) {
    loop {
        match connection.run() {
            Stop::Request => {
                let exchange = Exchange::new(&mut connection);
                match catch_unwind(AssertUnwindSafe(|| handler(exchange))) {
                    Ok(Ok(())) => connection.serving.handled(Outcome::Done),
                    Ok(Err(error)) => connection.serving.handler_failed(&error),
                    Err(_) => connection.serving.handled(Outcome::Panicked),
                }
            }
            Stop::Done => return,
            // These were for a handler that has ended.
            Stop::Handle | Stop::Failed => connection.serving.handled(Outcome::Done),
        }
    }
}
