//! The blocking client.

use std::sync::Arc;

use limpid_core::trace::Capture;
use limpid_std::{Client, PoolLimits, Prepared, Recorder, RecorderOptions, Response};

use crate::drive::{Blocking, Exchanged, on_threads};
use crate::job::Job;
use crate::measure::Outcome;
use crate::messages::REQUEST_FIELDS;
use crate::subject::{LIMPID, Subject};

/// GETs in sequence on each connection.
pub const GET: &str = "GET, blocking";
/// The same, with a ring as the sink.
pub const TRACED: &str = "GET, blocking, traced";
/// The same, with a recorder of all bytes, to a file.
pub const RECORDED: &str = "GET, blocking, recorded";
/// The same, with a request that is built once.
pub const PREPARED: &str = "GET, blocking, prepared";
/// Prepared, and traced.
pub const PREPARED_TRACED: &str = "GET, blocking, prepared, traced";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: GET, peer: LIMPID, run: |job| get(job, &client(job.connections)) },
    Subject { work: TRACED, peer: LIMPID, run: |job| get(job, &traced(job.connections)) },
    Subject { work: RECORDED, peer: LIMPID, run: recorded },
    Subject { work: PREPARED, peer: LIMPID, run: |job| send(job, &client(job.connections)) },
    Subject { work: PREPARED_TRACED, peer: LIMPID, run: |job| send(job, &traced(job.connections)) },
];

/// Returns the limits of a pool for this many connections.
pub(super) fn pool(connections: usize) -> PoolLimits {
    PoolLimits::with(|limits| {
        limits.connections = connections;
        limits.keep_alive = connections;
        limits.expiry = None;
    })
}

fn client(connections: usize) -> Client {
    Client::builder().pool(pool(connections)).build()
}

fn traced(connections: usize) -> Client {
    let ring = limpid_sinks::Ring::new(1024 * 1024);
    Client::builder().pool(pool(connections)).sink(ring).build()
}

/// Sends requests of a client with a recorder, whose file is then removed.
fn recorded(job: &Job) -> Outcome {
    let path = std::env::temp_dir().join(format!("limpid-recorded-{}", std::process::id()));
    let options = RecorderOptions::with(|options| options.capture = Capture::Everything);
    let recorder = Recorder::create(&path, options)?;
    let client =
        Client::builder().pool(pool(job.connections)).recorder(Arc::clone(&recorder)).build();
    let outcome = get(job, &client);
    recorder.close();
    std::fs::remove_file(path)?;
    outcome
}

/// A client and its request.
struct Get {
    client: Client,
    url: String,
}

impl Blocking for Get {
    fn exchange(&mut self) -> Exchanged {
        let mut request = self.client.get(&self.url);
        for (name, value) in REQUEST_FIELDS {
            request = request.header(name, value);
        }
        read(request.send()?)
    }
}

/// A client and a prepared request.
struct Send {
    client: Client,
    request: Prepared,
}

impl Blocking for Send {
    fn exchange(&mut self) -> Exchanged {
        read(self.client.send(&self.request)?)
    }
}

fn read(response: Response) -> Exchanged {
    let (mut body, mut bytes) = (response.into_body(), 0);
    while let Some(piece) = body.next_piece()? {
        bytes += piece.len() as u64;
    }
    Ok(bytes)
}

fn send(job: &Job, client: &Client) -> Outcome {
    let mut request = client.get(&format!("http://{}/", job.server));
    for (name, value) in REQUEST_FIELDS {
        request = request.header(name, value);
    }
    let request = request.prepare()?;
    on_threads(job, || Ok(Send { client: client.clone(), request: request.clone() }))
}

fn get(job: &Job, client: &Client) -> Outcome {
    let url = format!("http://{}/", job.server);
    on_threads(job, || Ok(Get { client: client.clone(), url: url.clone() }))
}
