//! Servers that answer with 13 bytes, under the load of another process.

use std::net::SocketAddr;
use std::thread;

use crate::drive::runtime;
use crate::failure::Failure;
use crate::job::Job;
use crate::load::{CHANGING, ONE, PIPELINED, under_load};
use crate::measure::Outcome;
use crate::subject::{LIMPID, Subject};

/// Requests one at a time on each connection.
pub const SERVE: &str = "serve 13 B";
/// The same, where the fields of each request differ from those of the previous one.
pub const SERVE_CHANGING: &str = "serve 13 B, changing fields";
/// Requests sixteen at a time.
pub const SERVE_PIPELINED: &str = "serve 13 B, pipelined by 16";
/// The blocking server, requests one at a time.
pub const THREADS: &str = "serve 13 B, threads";
/// The blocking server, requests sixteen at a time.
pub const THREADS_PIPELINED: &str = "serve 13 B, threads, pipelined by 16";

/// The body of every response.
pub const HELLO: &str = "Hello, World!";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: SERVE, peer: LIMPID, run: |job| loaded(job, tasks, ONE) },
    Subject { work: SERVE_CHANGING, peer: LIMPID, run: |job| loaded(job, tasks, CHANGING) },
    Subject { work: SERVE_PIPELINED, peer: LIMPID, run: |job| loaded(job, tasks, PIPELINED) },
    Subject { work: THREADS, peer: LIMPID, run: |job| loaded(job, threads, ONE) },
    Subject { work: THREADS_PIPELINED, peer: LIMPID, run: |job| loaded(job, threads, PIPELINED) },
];

fn loaded(job: &Job, start: fn() -> Result<SocketAddr, Failure>, load: &str) -> Outcome {
    under_load(job, start()?, load)
}

/// Starts the asynchronous server. It ends with the process.
fn tasks() -> Result<SocketAddr, Failure> {
    let server = limpid_tokio::Server::builder().bind("127.0.0.1:0")?;
    let address = server.local_addr().ok_or("it listens nowhere")?;
    thread::spawn(move || {
        let serving = server.serve(|mut exchange: limpid_tokio::Exchange| async move {
            exchange.field("Content-Type", "text/plain").respond(200, HELLO)
        });
        runtime()?.block_on(serving)?;
        Ok::<_, Failure>(())
    });
    Ok(address)
}

/// Starts the blocking server. It ends with the process.
fn threads() -> Result<SocketAddr, Failure> {
    let server = limpid_std::Server::builder().bind("127.0.0.1:0")?;
    let address = server.local_addr().ok_or("it listens nowhere")?;
    thread::spawn(move || {
        server.serve(|mut exchange: limpid_std::Exchange<'_>| {
            exchange.field("Content-Type", "text/plain").respond(200, HELLO)
        })
    });
    Ok(address)
}
