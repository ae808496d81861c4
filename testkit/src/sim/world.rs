//! Simulated time and tasks.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use limpid_core::time::{Deadline, Mono};

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// A world. Its tasks run in turns; when all of them wait, time advances to the next moment that one of
/// them waits for.
///
/// The [module](super) has an example.
#[derive(Clone, Default)]
pub struct World(Rc<State>);

#[derive(Default)]
struct State {
    now: Cell<Mono>,
    /// Whether anything happened that a task may wait for.
    moved: Cell<bool>,
    moments: RefCell<BTreeSet<Mono>>,
    tasks: RefCell<Vec<Task>>,
    born: RefCell<Vec<Task>>,
}

/// Every task waits for something that cannot happen.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck;

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("every task waits for something that cannot happen")
    }
}

impl std::error::Error for Stuck {}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl World {
    /// Returns the present time.
    #[must_use]
    pub fn now(&self) -> Mono {
        self.0.now.get()
    }

    /// Wakes tasks that wait for a change.
    pub fn moved(&self) {
        self.0.moved.set(true);
    }

    /// Starts a task. It runs when [`run`](Self::run) does.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.0.born.borrow_mut().push(Box::pin(task));
        self.moved();
    }

    /// Waits until this moment.
    pub async fn until(&self, moment: Mono) {
        poll_fn(|_| self.poll_until(moment)).await;
    }

    /// Waits for this time.
    pub async fn sleep(&self, time: Duration) {
        self.until(self.now() + time).await;
    }

    /// Returns whether this moment has come; if not, time will stop there.
    pub(super) fn poll_until(&self, moment: Mono) -> Poll<()> {
        if moment <= self.now() {
            return Poll::Ready(());
        }
        self.0.moments.borrow_mut().insert(moment);
        Poll::Pending
    }

    /// Returns the result of `future`; `None` if the moment comes first.
    pub async fn before<F: Future>(&self, moment: Option<Mono>, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|cx| match (future.as_mut().poll(cx), moment) {
            (Poll::Ready(output), _) => Poll::Ready(Some(output)),
            (Poll::Pending, Some(moment)) => self.poll_until(moment).map(|()| None),
            (Poll::Pending, None) => Poll::Pending,
        })
        .await
    }

    /// Runs the world until `main` is done. Other tasks stop then.
    ///
    /// # Errors
    /// `main` cannot complete.
    pub fn run<F: Future>(&self, main: F) -> Result<F::Output, Stuck> {
        let mut main = pin!(main);
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            self.0.moved.set(false);
            if let Poll::Ready(output) = main.as_mut().poll(&mut cx) {
                return Ok(output);
            }
            self.turn(&mut cx);
            if !self.0.moved.get() && !self.pass_time() {
                return Err(Stuck);
            }
        }
    }

    /// Polls each task once.
    fn turn(&self, cx: &mut Context<'_>) {
        let mut tasks = self.0.tasks.take();
        tasks.append(&mut self.0.born.borrow_mut());
        let all = tasks.len();
        tasks.retain_mut(|task| task.as_mut().poll(cx).is_pending());
        if tasks.len() < all {
            self.moved();
        }
        self.0.tasks.replace(tasks);
    }

    /// Advances to the next moment that a task waits for. Returns false without one.
    fn pass_time(&self) -> bool {
        let next = self.0.moments.borrow_mut().pop_first();
        self.0.now.set(next.unwrap_or_default().max(self.now()));
        next.is_some()
    }
}

/// Returns the moment of a deadline.
pub(super) fn at(until: Option<Deadline>) -> Option<Mono> {
    until.map(|deadline| deadline.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_advances_when_all_tasks_wait() {
        let world = World::default();
        let order = Rc::new(RefCell::new(Vec::new()));
        for seconds in [3, 1, 2] {
            let (world, order) = (world.clone(), Rc::clone(&order));
            world.clone().spawn(async move {
                world.sleep(Duration::from_secs(seconds)).await;
                order.borrow_mut().push(seconds);
            });
        }
        world.run(world.sleep(Duration::from_secs(10))).unwrap();
        assert_eq!(*order.borrow(), [1, 2, 3]);
        assert_eq!(world.now(), Mono::default() + Duration::from_secs(10));
    }

    #[test]
    fn future_is_cancelled_at_deadline() {
        let world = World::default();
        let second = world.now() + Duration::from_secs(1);
        let never = world.before(Some(second), std::future::pending::<()>());
        assert_eq!(world.run(never), Ok(None));
        assert_eq!(world.now(), second);
        assert_eq!(world.run(std::future::pending::<()>()), Err(Stuck));
    }
}
