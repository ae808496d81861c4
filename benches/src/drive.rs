//! Exchanges on many connections at once: on threads, or as tasks.

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
                    // Once more, so that as many requests are on their way when the meter begins.
                    connection.exchange()?;
                    Ok(connection)
                });
                // Nobody waits for it if the other thread is gone.
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
    let (tally, warm_up) = (Arc::new(Tally::default()), warm_up(job.connections));
    // All at once, so that a pool opens as many connections as there are tasks.
    let spawn = |connection| runtime.spawn(keep_on(connection, warm_up, Arc::clone(&tally)));
    let tasks = connections.into_iter().map(spawn).collect();
    runtime.block_on(tally.reaches(&tally.warm, job.connections as u64));

    // They go on before and after: the meter sees what a connection takes that is always in use.
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

/// Requests in as many tasks as there are connections, so many on each and not one more: what another
/// process takes to answer them can be counted.
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

/// What tasks have done so far.
#[derive(Default)]
struct Tally {
    /// Connections that are warm.
    warm: AtomicU64,
    units: AtomicU64,
    bytes: AtomicU64,
    /// What one of them is to reach.
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

    /// Waits until there are so many, or something has failed.
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

/// Requests until it is over.
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

/// The runtime of everything asynchronous: on one thread, so that libraries are compared and not
/// schedulers.
///
/// # Errors
/// The system has none to give.
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
    use crate::program::NOBODY;

    /// Yields, as one that waits for an answer does.
    struct Turn;

    impl Asynchronous for Turn {
        async fn exchange(&mut self) -> Exchanged {
            tokio::task::yield_now().await;
            Ok(3)
        }
    }

    #[test]
    fn so_many_turns_are_as_many_and_not_one_more() {
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
        Job { server: NOBODY, connections: 4, budget, ca: None }
    }

    #[test]
    fn tasks_take_at_least_the_turns_that_they_are_given() {
        let reading = in_tasks(&job(Budget::Turns(10)), || async { Ok(Turn) }).unwrap();
        assert!((40..80).contains(&reading.units), "{}", reading.units);
        assert_eq!(reading.bytes, 3 * reading.units);
        let time = Budget::Time(Duration::from_millis(1));
        assert!(in_tasks(&job(time), || async { Ok(Turn) }).unwrap().units > 0);
    }

    #[test]
    fn a_task_that_fails_ends_all() {
        let time = Budget::Time(Duration::from_millis(1));
        for budget in [Budget::Turns(10), time] {
            assert!(in_tasks(&job(budget), || async { Ok(Broken(0)) }).is_err());
        }
    }

    #[test]
    fn threads_take_the_turns_that_they_are_given() {
        let reading = on_threads(&job(Budget::Turns(10)), || Ok(Turn)).unwrap();
        assert_eq!((reading.units, reading.bytes), (40, 120));
    }
}
