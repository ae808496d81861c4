//! Connections that wait for their next request.

use super::tasks::{Get, client};
use crate::drive::{Asynchronous, runtime};
use crate::failure::Failure;
use crate::job::Job;
use crate::measure::{Meter, Outcome};
use crate::subject::{LIMPID, Subject};

/// Connections that were used once and stay open.
pub const IDLE: &str = "idle connection";

pub(super) const SUBJECTS: &[Subject] = &[Subject { work: IDLE, peer: LIMPID, run: idle }];

fn idle(job: &Job) -> Outcome {
    let runtime = runtime()?;
    let (client, url) = (client(job.connections), format!("http://{}/", job.server));
    let mut meter = Meter::default();
    meter.begin();
    runtime.block_on(async {
        // The server answers when all of them wait, so that each has its own connection.
        let mut tasks = Vec::with_capacity(job.connections);
        for _ in 0..job.connections {
            let mut get = Get { client: client.clone(), url: url.clone() };
            tasks.push(tokio::spawn(async move { get.exchange().await }));
        }
        for task in tasks {
            task.await??;
        }
        Ok::<_, Failure>(())
    })?;
    meter.end();
    Ok(meter.finish(job.connections as u64, 0))
}
