//! Exchanges on many connections at once: on threads, or as tasks.

use std::future::Future;
use std::sync::Barrier;
use std::thread;

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::Failure;
use crate::job::{Budget, Job, Turns};
use crate::measure::{Meter, Outcome, measured, warm_up};

/// How many bytes of a body an exchange brought.
pub type Exchanged = Result<u64, Failure>;

/// Requests on one thread.
pub trait Blocking {
    /// Does one request, and reads the response to its end.
    ///
    /// # Errors
    /// It fails.
    fn exchange(&mut self) -> Exchanged;
}

/// Requests of one task.
pub trait Asynchronous: Send + 'static {
    /// Does one request, and reads the response to its end.
    fn exchange(&mut self) -> impl Future<Output = Exchanged> + Send;
}

/// The threads of many connections need little memory each.
const STACK: usize = 512 * 1024;

/// Requests on as many threads as there are connections; with one, on this thread.
///
/// # Errors
/// A request fails.
pub fn on_threads<B: Blocking>(job: &Job, open: impl Fn() -> Result<B, Failure> + Sync) -> Outcome {
    let (start, mut meter) = (Barrier::new(job.connections + 1), Meter::default());
    let warm = || {
        let mut connection = open()?;
        for _ in 0..warm_up(job.connections) {
            connection.exchange()?;
        }
        Ok::<_, Failure>(connection)
    };
    if job.connections == 1 {
        let mut connection = warm()?;
        meter.begin();
        let (units, bytes) = exchanges(&mut connection, job.budget.turns(1))?;
        meter.end();
        return Ok(meter.finish(units, bytes));
    }
    let (mut units, mut bytes) = (0, 0);
    thread::scope(|scope| {
        let mut threads = Vec::with_capacity(job.connections);
        for _ in 0..job.connections {
            let run = || {
                let connection = warm();
                // Twice: the meter begins when everybody is there, and before anybody goes on.
                start.wait();
                start.wait();
                exchanges(&mut connection?, job.budget.turns(1))
            };
            threads.push(thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run)?);
        }
        start.wait();
        meter.begin();
        start.wait();
        for thread in threads {
            let done = thread.join().map_err(|_| "a thread of requests panicked")??;
            (units, bytes) = (units + done.0, bytes + done.1);
        }
        meter.end();
        Ok::<_, Failure>(())
    })?;
    Ok(meter.finish(units, bytes))
}

/// Requests until the turns are over: how many, and the bytes of their bodies.
fn exchanges(connection: &mut impl Blocking, mut turns: Turns) -> Result<(u64, u64), Failure> {
    let (mut units, mut bytes, mut failure) = (0, 0, None);
    measured(&mut || {
        while failure.is_none() && turns.take() {
            match connection.exchange() {
                Ok(n) => (units, bytes) = (units + 1, bytes + n),
                Err(error) => failure = Some(error),
            }
        }
    });
    failure.map_or(Ok((units, bytes)), Err)
}

/// Requests in as many tasks as there are connections, on one thread.
///
/// # Errors
/// A request fails.
pub fn in_tasks<A, O>(job: &Job, open: impl Fn() -> O) -> Outcome
where
    A: Asynchronous,
    O: Future<Output = Result<A, Failure>> + Send + 'static,
{
    let runtime = runtime()?;
    let opening = (0..job.connections).map(|_| runtime.spawn(open())).collect();
    let connections = runtime.block_on(all(opening))?;
    // All at once, so that a pool opens as many connections as there are tasks.
    let warm = start(&runtime, connections, Budget::Turns(warm_up(job.connections)));
    let warm = runtime.block_on(all(warm))?;
    let mut connections = warm.into_iter().map(|task| task.connection).collect();

    let (mut meter, mut done) = (Meter::default(), Ok(Vec::new()));
    meter.over(&mut || {
        let tasks = start(&runtime, std::mem::take(&mut connections), job.budget);
        done = runtime.block_on(all(tasks));
    });
    let done = done?;
    let units = done.iter().map(|task| task.units).sum();
    Ok(meter.finish(units, done.iter().map(|task| task.bytes).sum()))
}

/// The runtime of everything asynchronous: on one thread, so that libraries are compared and not
/// schedulers.
///
/// # Errors
/// The system has none to give.
pub fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// A task that is over, and what it did.
struct Done<A> {
    connection: A,
    units: u64,
    bytes: u64,
}

fn start<A: Asynchronous>(
    runtime: &Runtime,
    connections: Vec<A>,
    budget: Budget,
) -> Vec<JoinHandle<Result<Done<A>, Failure>>> {
    let spawn = |mut connection: A| {
        runtime.spawn(async move {
            let (mut units, mut bytes, mut turns) = (0, 0, budget.turns(1));
            while turns.take() {
                bytes += connection.exchange().await?;
                units += 1;
            }
            Ok(Done { connection, units, bytes })
        })
    };
    connections.into_iter().map(spawn).collect()
}

async fn all<T>(tasks: Vec<JoinHandle<Result<T, Failure>>>) -> Result<Vec<T>, Failure> {
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await??);
    }
    Ok(results)
}
