//! The asynchronous client.

use limpid_tokio::{Client, Prepared, Response};

use super::blocking::pool;
use crate::drive::{Asynchronous, Exchanged, in_tasks};
use crate::job::Job;
use crate::measure::Outcome;
use crate::messages::REQUEST_FIELDS;
use crate::subject::{LIMPID, Subject};

/// GETs in sequence on each connection.
pub const GET: &str = "GET, tokio";
/// The same, with a request that is built once.
pub const PREPARED: &str = "GET, tokio, prepared";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: GET, peer: LIMPID, run: get },
    Subject { work: PREPARED, peer: LIMPID, run: send },
];

pub(super) fn client(connections: usize) -> Client {
    Client::builder().pool(pool(connections)).build()
}

/// A client and its request.
pub(super) struct Get {
    pub(super) client: Client,
    pub(super) url: String,
}

impl Asynchronous for Get {
    async fn exchange(&mut self) -> Exchanged {
        let mut request = self.client.get(&self.url);
        for (name, value) in REQUEST_FIELDS {
            request = request.header(name, value);
        }
        read(request.send().await?).await
    }
}

/// A client and a prepared request.
struct Send {
    client: Client,
    request: Prepared,
}

impl Asynchronous for Send {
    async fn exchange(&mut self) -> Exchanged {
        read(self.client.send(&self.request).await?).await
    }
}

async fn read(mut response: Response) -> Exchanged {
    let mut bytes = 0;
    while let Some(piece) = response.next_piece().await? {
        bytes += piece.len() as u64;
    }
    Ok(bytes)
}

fn send(job: &Job) -> Outcome {
    let client = client(job.connections);
    let mut request = client.get(&format!("http://{}/", job.server));
    for (name, value) in REQUEST_FIELDS {
        request = request.header(name, value);
    }
    let request = request.prepare()?;
    in_tasks(job, || {
        let send = Send { client: client.clone(), request: request.clone() };
        async { Ok(send) }
    })
}

fn get(job: &Job) -> Outcome {
    let (client, url) = (client(job.connections), format!("http://{}/", job.server));
    in_tasks(job, || {
        let get = Get { client: client.clone(), url: url.clone() };
        async { Ok(get) }
    })
}
