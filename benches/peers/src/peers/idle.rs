//! Connections that wait for their next request.

use limpid_benches::drive::{Asynchronous, runtime};
use limpid_benches::works::idle::IDLE;
use limpid_benches::{Failure, Job, Meter, Outcome, Subject};

use super::blocking::{agent, read_body};
use super::names::{HYPER, RAW_TOKIO, REQWEST, UREQ};
use super::tasks::{Hyper, Raw, Reqwest};

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: IDLE, peer: RAW_TOKIO, run: raw },
    Subject { work: IDLE, peer: HYPER, run: hyper },
    Subject { work: IDLE, peer: REQWEST, run: reqwest },
    Subject { work: IDLE, peer: UREQ, run: ureq },
];

/// Returns the reading of opening connections that stay open until it is taken.
fn held<T>(job: &Job, open: impl FnOnce() -> Result<T, Failure>) -> Outcome {
    let mut meter = Meter::default();
    meter.begin();
    let open = open()?;
    meter.end();
    drop(open);
    Ok(meter.finish(job.connections as u64, 0))
}

/// Runs one exchange in each task. The server answers when all of them wait, so that each has its own
/// connection.
async fn all<A: Asynchronous>(
    tasks: impl Iterator<Item = impl Future<Output = Result<A, Failure>> + Send + 'static>,
) -> Result<Vec<A>, Failure> {
    let run = |open| async {
        let mut connection: A = open.await?;
        connection.exchange().await?;
        Ok::<_, Failure>(connection)
    };
    let tasks: Vec<_> = tasks.map(|open| tokio::spawn(run(open))).collect();
    let mut connections = Vec::with_capacity(tasks.len());
    for task in tasks {
        connections.push(task.await??);
    }
    Ok(connections)
}

/// A parked task for each connection, without a buffer.
fn raw(job: &Job) -> Outcome {
    let runtime = runtime()?;
    held(job, || {
        runtime.block_on(async {
            let open = (0..job.connections).map(|_| Raw::open(job.server));
            let streams: Vec<_> = all(open).await?.into_iter().map(|raw| raw.stream).collect();
            for stream in streams {
                tokio::spawn(async move { stream.readable().await });
            }
            tokio::task::yield_now().await;
            Ok(())
        })
    })
}

fn hyper(job: &Job) -> Outcome {
    let runtime = runtime()?;
    let open = || (0..job.connections).map(|_| Hyper::open(job.server));
    held(job, || runtime.block_on(all(open())))
}

fn reqwest(job: &Job) -> Outcome {
    let runtime = runtime()?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let url = format!("http://{}/", job.server);
    held(job, || {
        runtime.block_on(async {
            let open = (0..job.connections).map(|_| {
                let get = Reqwest::new(&client, &url);
                async { get }
            });
            // The pool keeps the connections; the tasks are not part of it.
            all(open).await.map(drop)
        })
    })
}

fn ureq(job: &Job) -> Outcome {
    let agent = agent(job.connections).build().new_agent();
    let url = format!("http://{}/", job.server);
    held(job, || {
        std::thread::scope(|scope| {
            let mut threads = Vec::with_capacity(job.connections);
            for _ in 0..job.connections {
                let get = || read_body(agent.get(&url).call()?, &mut [0; 4096]);
                let thread = std::thread::Builder::new().stack_size(256 * 1024);
                threads.push(thread.spawn_scoped(scope, get)?);
            }
            for thread in threads {
                thread.join().map_err(|_| "a thread panicked")??;
            }
            Ok(())
        })
    })
}
