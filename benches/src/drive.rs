//! Exchanges on many connections at once: in threads or tasks.

use std::future::Future;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::failure::Failure;
use crate::job::{Budget, Job, Turns};
use crate::measure::{Meter, Outcome, measured, warm_up};

/// The length of an exchange's body.
pub type Exchanged = Result<u64, Failure>;

/// Requests on one thread.
pub trait Blocking {
    /// Runs one request, and reads the response until its end.
    ///
    /// # Errors
    /// The exchange fails.
    fn exchange(&mut self) -> Exchanged;
}

/// Requests of one task.
pub trait Asynchronous: Send + 'static {
    /// Runs one request, and reads the response until its end.
    fn exchange(&mut self) -> impl Future<Output = Exchanged> + Send;
}

/// The stack of a thread; many threads need small ones.
const STACK: usize = 512 * 1024;

/// Runs requests in one thread for each connection; a single connection uses the present thread.
///
/// # Errors
/// A request fails.
pub fn on_threads<B: Blocking>(job: &Job, open: impl Fn() -> Result<B, Failure> + Sync) -> Outcome {
    let (together, mut meter) = (Barrier::new(job.connections), Meter::default());
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
        let (started, starts) = mpsc::channel();
        for _ in 0..job.connections {
            let (started, together) = (started.clone(), &together);
            let run = move || {
                let connection = warm();
                together.wait();
                let begun = connection.and_then(|mut connection| {
                    // Once more, so that every connection has a request in flight when the meter
                    // starts.
                    connection.exchange()?;
                    Ok(connection)
                });
                // The receiver may be gone if the other thread has failed.
                let _ = started.send(());
                exchanges(&mut begun?, job.budget.turns(1))
            };
            threads.push(thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run)?);
        }
        starts.iter().take(job.connections).for_each(drop);
        meter.begin();
        for thread in threads {
            let done = thread.join().map_err(|_| "a thread of requests panicked")??;
            (units, bytes) = (units + done.0, bytes + done.1);
        }
        meter.end();
        Ok::<_, Failure>(())
    })?;
    Ok(meter.finish(units, bytes))
}

/// Runs requests until the turns are over. Returns their number, and the bytes of their bodies.
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

/// Runs requests in one task for each connection, on one thread.
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
    let (tally, warm_up) = (Arc::new(Tally::default()), warm_up(job.connections));
    // The tasks start together, so that a pool opens as many connections as there are tasks.
    let spawn = |connection| runtime.spawn(keep_on(connection, warm_up, Arc::clone(&tally)));
    let tasks = connections.into_iter().map(spawn).collect();
    runtime.block_on(tally.reaches(&tally.warm, job.connections as u64));

    // Tasks run before and after: the meter measures connections in constant use.
    let (mut meter, before) = (Meter::default(), tally.done());
    meter.over(&mut || match job.budget {
        Budget::Turns(turns) => {
            let enough = before.0 + turns * job.connections as u64;
            runtime.block_on(tally.reaches(&tally.units, enough));
        }
        Budget::Time(time) => runtime.block_on(async { sleep(time).await }),
    });
    let done = tally.done();
    tally.end();
    runtime.block_on(all(tasks))?;
    Ok(meter.finish(done.0 - before.0, done.1 - before.1))
}

/// Runs requests in one task for each connection, with exactly this many on each, so that the work of
/// another process can be counted.
///
/// # Errors
/// A request fails.
pub fn turns_in_tasks<A, O>(connections: usize, turns: u64, open: impl Fn() -> O) -> Outcome
where
    A: Asynchronous,
    O: Future<Output = Result<A, Failure>> + Send + 'static,
{
    let runtime = runtime()?;
    let task = |opening: O| async move {
        let (mut connection, mut bytes) = (opening.await?, 0);
        for _ in 0..turns {
            bytes += connection.exchange().await?;
        }
        Ok(bytes)
    };
    let tasks = (0..connections).map(|_| runtime.spawn(task(open()))).collect();
    let mut meter = Meter::default();
    meter.begin();
    let bytes: Vec<u64> = runtime.block_on(all(tasks))?;
    meter.end();
    Ok(meter.finish(turns * connections as u64, bytes.iter().sum()))
}

/// The progress of all tasks.
#[derive(Default)]
struct Tally {
    /// The number of warm connections.
    warm: AtomicU64,
    units: AtomicU64,
    bytes: AtomicU64,
    /// The goal of a counter.
    goal: AtomicU64,
    reached: Notify,
    over: AtomicBool,
}

impl Tally {
    fn add(&self, count: &AtomicU64) {
        if count.fetch_add(1, Relaxed) + 1 == self.goal.load(Relaxed) {
            self.reached.notify_one();
        }
    }

    /// Waits until the counter reaches the goal, or a task has failed.
    async fn reaches(&self, count: &AtomicU64, goal: u64) {
        self.goal.store(goal, Relaxed);
        while count.load(Relaxed) < goal && !self.over.load(Relaxed) {
            self.reached.notified().await;
        }
    }

    fn done(&self) -> (u64, u64) {
        (self.units.load(Relaxed), self.bytes.load(Relaxed))
    }

    fn end(&self) {
        self.over.store(true, Relaxed);
        self.reached.notify_one();
    }
}

/// Runs requests until the end.
async fn keep_on(
    mut connection: impl Asynchronous,
    warm_up: u64,
    tally: Arc<Tally>,
) -> Result<(), Failure> {
    let mut left = warm_up;
    while !tally.over.load(Relaxed) {
        let bytes = connection.exchange().await.inspect_err(|_| tally.end())?;
        if left > 0 {
            left -= 1;
            if left == 0 {
                tally.add(&tally.warm);
            }
            continue;
        }
        tally.bytes.fetch_add(bytes, Relaxed);
        tally.add(&tally.units);
    }
    Ok(())
}

/// Returns the runtime of everything asynchronous. It has one thread, so that libraries are compared and
/// not schedulers.
///
/// # Errors
/// The system cannot create it.
pub fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

async fn all<T>(tasks: Vec<JoinHandle<Result<T, Failure>>>) -> Result<Vec<T>, Failure> {
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await??);
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::program::NO_SERVER;

    /// Yields once, as a wait for a response does.
    struct Turn;

    impl Asynchronous for Turn {
        async fn exchange(&mut self) -> Exchanged {
            tokio::task::yield_now().await;
            Ok(3)
        }
    }

    #[test]
    fn tasks_take_exactly_their_turns() {
        let reading = turns_in_tasks(4, 10, || async { Ok(Turn) }).unwrap();
        assert_eq!((reading.units, reading.bytes), (40, 120));
    }

    /// Fails at the third request.
    struct Broken(u32);

    impl Asynchronous for Broken {
        async fn exchange(&mut self) -> Exchanged {
            tokio::task::yield_now().await;
            self.0 += 1;
            if self.0 == 3 { Err("it is broken".into()) } else { Ok(0) }
        }
    }

    impl Blocking for Turn {
        fn exchange(&mut self) -> Exchanged {
            Ok(3)
        }
    }

    fn job(budget: Budget) -> Job {
        Job { server: NO_SERVER, connections: 4, budget, ca: None }
    }

    #[test]
    fn tasks_take_at_least_their_turns() {
        let reading = in_tasks(&job(Budget::Turns(10)), || async { Ok(Turn) }).unwrap();
        assert!((40..80).contains(&reading.units), "{}", reading.units);
        assert_eq!(reading.bytes, 3 * reading.units);
        let time = Budget::Time(Duration::from_millis(1));
        assert!(in_tasks(&job(time), || async { Ok(Turn) }).unwrap().units > 0);
    }

    #[test]
    fn failing_task_ends_all() {
        let time = Budget::Time(Duration::from_millis(1));
        for budget in [Budget::Turns(10), time] {
            assert!(in_tasks(&job(budget), || async { Ok(Broken(0)) }).is_err());
        }
    }

    #[test]
    fn threads_take_their_turns() {
        let reading = on_threads(&job(Budget::Turns(10)), || Ok(Turn)).unwrap();
        assert_eq!((reading.units, reading.bytes), (40, 120));
    }
}
