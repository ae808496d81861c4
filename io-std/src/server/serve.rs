//! The loop of a connection, which alternates between the session and the handler.

use std::panic::{AssertUnwindSafe, catch_unwind};

use limpid_core::server::Outcome;
use limpid_io::server::Stop;

use super::connection::Connection;
use super::exchange::Exchange;

/// Serves a connection to its end.
pub(super) fn serve<E>(
    mut connection: Connection,
    handler: &impl Fn(Exchange<'_>) -> Result<(), E>,
) {
    loop {
        match connection.run() {
            Stop::Request => {
                let exchange = Exchange::new(&mut connection);
                let outcome = match catch_unwind(AssertUnwindSafe(|| handler(exchange))) {
                    Ok(Ok(())) => Outcome::Done,
                    Ok(Err(_)) => Outcome::Failed,
                    Err(_) => Outcome::Panicked,
                };
                connection.serving.handled(outcome);
            }
            Stop::Done => return,
            // These were for a handler that has ended.
            Stop::Handle | Stop::Failed => connection.serving.handled(Outcome::Done),
        }
    }
}
