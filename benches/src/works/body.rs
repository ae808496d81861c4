//! One large body.

use super::blocking;
use crate::drive::runtime;
use crate::failure::Failure;
use crate::job::Job;
use crate::measure::{Outcome, once};
use crate::subject::{LIMPID, Subject};

/// A body is read once until its end; the units are bytes.
pub const BODY: &str = "large body";
/// The name of the asynchronous client's row beside the blocking one.
pub const LIMPID_TOKIO: &str = "limpid, tokio";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: BODY, peer: LIMPID, run: blocking },
    Subject { work: BODY, peer: LIMPID_TOKIO, run: tasks },
];

/// Returns the URL of a job's server: by name if its certificate is verified.
#[must_use]
pub fn url(job: &Job) -> String {
    match job.ca {
        Some(_) => format!("https://localhost:{}/", job.server.port()),
        None => format!("http://{}/", job.server),
    }
}

fn blocking(job: &Job) -> Outcome {
    let mut builder = limpid_std::Client::builder().pool(blocking::pool(1));
    if let Some(ca) = &job.ca {
        builder = builder.ca_file(ca);
    }
    let client = builder.build();
    once(|| {
        let mut body = client.get(&url(job)).send()?.into_body();
        let mut bytes = 0;
        while let Some(piece) = body.next_piece()? {
            bytes += piece.len() as u64;
        }
        Ok(bytes)
    })
}

fn tasks(job: &Job) -> Outcome {
    let mut builder = limpid_tokio::Client::builder().pool(blocking::pool(1));
    if let Some(ca) = &job.ca {
        builder = builder.ca_file(ca);
    }
    let (client, runtime) = (builder.build(), runtime()?);
    once(|| {
        runtime.block_on(async {
            let mut response = client.get(&url(job)).send().await?;
            let mut bytes = 0;
            while let Some(piece) = response.next_piece().await? {
                bytes += piece.len() as u64;
            }
            Ok::<_, Failure>(bytes)
        })
    })
}
