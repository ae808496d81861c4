//! The asynchronous client.

use limpid_tokio::Client;

use super::LIMPID;
use super::blocking::pool;
use crate::drive::{Asynchronous, Exchanged, in_tasks};
use crate::job::{Job, Subject};
use crate::measure::Outcome;
use crate::messages::REQUEST_FIELDS;

/// GETs, one after the other on each connection.
pub const GET: &str = "GET, tokio";

pub(super) const SUBJECTS: &[Subject] = &[Subject { work: GET, peer: LIMPID, run: get }];

pub(super) fn client(connections: usize) -> Client {
    Client::builder().pool(pool(connections)).build()
}

/// A client, and what it is to get.
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
        let mut response = request.send().await?;
        let mut bytes = 0;
        while let Some(piece) = response.next_piece().await? {
            bytes += piece.len() as u64;
        }
        Ok(bytes)
    }
}

fn get(job: &Job) -> Outcome {
    let (client, url) = (client(job.connections), format!("http://{}/", job.server));
    in_tasks(job, || {
        let get = Get { client: client.clone(), url: url.clone() };
        async { Ok(get) }
    })
}
