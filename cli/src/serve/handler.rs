//! Answers requests.

use std::path::PathBuf;
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::server::reason;
use limpid_tokio::Exchange;
use limpid_tokio::files::Files;
use tokio::time::sleep;

use super::echo;

/// What requests are answered with.
pub(super) enum Reply {
    /// Files of this directory.
    Files(Files, PathBuf),
    /// What was received.
    Echo { status: u16 },
    /// This status.
    Status(u16),
}

/// What answers requests.
pub(super) struct Handler {
    pub(super) reply: Reply,
    /// How much later.
    pub(super) delay: Duration,
}

impl Handler {
    /// Answers a request. A client that has failed is no failure of the server; the events of its exchange say why.
    pub(super) async fn serve(&self, mut exchange: Exchange) -> Result<(), Cause> {
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
        let served = match &self.reply {
            Reply::Files(files, _) => exchange.respond_file(files).await,
            Reply::Echo { status } => echo(&mut exchange, *status).await,
            Reply::Status(status) => respond(&mut exchange, *status),
        };
        match served {
            Err(cause) if !matches!(cause, Cause::Misuse(_)) => Ok(()),
            served => served,
        }
    }
}

async fn echo(exchange: &mut Exchange, status: u16) -> Result<(), Cause> {
    let received = echo::receive(exchange).await?;
    match has_body(status) {
        true => exchange.field("Content-Type", "application/json").respond(status, received),
        false => exchange.respond(status, ""),
    }
}

fn respond(exchange: &mut Exchange, status: u16) -> Result<(), Cause> {
    match has_body(status) {
        true => exchange.respond_text(status, format!("{status} {}\n", reason(status))),
        false => exchange.respond(status, ""),
    }
}

/// Returns whether responses with this status have a body (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5).
const fn has_body(status: u16) -> bool {
    !matches!(status, 204 | 205 | 304)
}
