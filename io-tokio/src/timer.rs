//! The timer of a connection.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use limpid_core::time::Mono;
use tokio::time::{Instant, Sleep, sleep};

/// A timer that the operations of a connection share.
///
/// Setting a timer for each operation costs more than the operation, and almost no timer fires. So
/// the timer of an earlier operation is left running. If it fires too early, which happens once in
/// the duration of a timeout, it is set again. It is not polled until then, because it wakes a waker
/// of its own, which contains that of the waiting task.
#[derive(Debug)]
pub(crate) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    /// When it fires; the end of time until it is first set.
    at: Mono,
    waker: Arc<TimerWaker>,
}

impl Timer {
    /// Creates a timer that is not set.
    pub(crate) fn new() -> Self {
        Self { sleep: None, at: Mono::from_nanos(u64::MAX), waker: Arc::default() }
    }

    /// Returns a waker that wakes the task which waits for the timer.
    pub(crate) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.waker))
    }

    /// Makes the [waker](Self::waker) wake this task.
    #[inline]
    pub(crate) fn watch(&self, cx: &Context<'_>) {
        if !self.waker.replace(cx.waker()) {
            self.waker.set(cx.waker());
        }
    }

    /// Returns whether the deadline of an operation that started at `now` has passed. If not, the
    /// task is woken when it has, or before.
    #[inline]
    pub(crate) fn poll_passed(&mut self, until: Mono, now: Mono, cx: &Context<'_>) -> Poll<()> {
        if self.at <= until && self.waker.replace(cx.waker()) {
            return Poll::Pending;
        }
        self.set(until, now, cx)
    }

    #[cold]
    fn set(&mut self, until: Mono, now: Mono, cx: &Context<'_>) -> Poll<()> {
        if self.at > until {
            self.reset(until, now);
        }
        let waker = self.waker();
        let waker = &mut Context::from_waker(&waker);
        loop {
            self.waker.set(cx.waker());
            if self.sleep.as_mut().is_none_or(|sleep| sleep.as_mut().poll(waker).is_pending()) {
                return Poll::Pending;
            }
            self.waker.unset();
            if self.at >= until {
                return Poll::Ready(());
            }
            // The timer was set for an earlier operation.
            self.reset(until, self.at.max(now));
        }
    }

    fn reset(&mut self, at: Mono, now: Mono) {
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().reset(Instant::now() + at.since(now)),
            None => self.sleep = Some(Box::pin(sleep(at.since(now)))),
        }
        self.at = at;
    }

    /// Releases the waker of the task. The timer may still fire.
    pub(crate) fn rest(&self) {
        self.waker.clear();
    }
}

/// A waker that forwards to the task that waits.
#[derive(Debug, Default)]
struct TimerWaker {
    /// The waiting task; `None` until the timer is polled again.
    task: Mutex<Option<Waker>>,
}

impl TimerWaker {
    /// Replaces the waiting task, if there is one. Returns whether there was.
    fn replace(&self, waker: &Waker) -> bool {
        match &mut *self.lock() {
            Some(known) => {
                known.clone_from(waker);
                true
            }
            None => false,
        }
    }

    /// Sets the waiting task.
    fn set(&self, waker: &Waker) {
        *self.lock() = Some(waker.clone());
    }

    fn unset(&self) {
        *self.lock() = None;
    }

    /// Removes the waiting task.
    fn clear(&self) {
        let known = self.lock().as_mut().map(|known| mem::replace(known, Waker::noop().clone()));
        // Dropping the waker may drop a task, and therefore happens after the lock is released.
        drop(known);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Waker>> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for TimerWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let known = self.lock().take();
        known.inspect(Waker::wake_by_ref);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    const NOW: Mono = Mono::from_nanos(0);

    fn after(millis: u64) -> Mono {
        NOW + Duration::from_millis(millis)
    }

    #[tokio::test]
    async fn deadline_passes_regardless_of_earlier_ones() {
        let hour = after(3_600_000);
        let mut timer = Timer::new();
        // One after the time for which the timer is set, one before it, and one while it is not
        // watched.
        for until in [after(2), after(1), after(3)] {
            poll_fn(|cx| timer.poll_passed(until, NOW, cx)).await;
            let waits = poll_fn(|cx| Poll::Ready(timer.poll_passed(hour, NOW, cx)));
            assert!(waits.await.is_pending(), "{until:?}");
            timer.rest();
        }
    }

    #[tokio::test]
    async fn waker_of_unset_timer_wakes_the_watching_task() {
        let timer = Timer::new();
        let [first, second] = [Arc::<Task>::default(), Arc::default()];
        for task in [&first, &second] {
            timer.watch(&Context::from_waker(&Waker::from(Arc::clone(task))));
        }
        timer.waker().wake();
        // A task is woken once, until it watches again.
        timer.waker().wake();
        assert_eq!((*first.0.lock().unwrap(), *second.0.lock().unwrap()), (0, 1));
    }

    #[derive(Default)]
    struct Task(Mutex<u32>);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            *self.0.lock().unwrap() += 1;
        }
    }

    #[tokio::test]
    async fn last_waiting_task_is_woken_and_none_is_kept_at_rest() {
        let mut timer = Timer::new();
        let [first, second] = [Arc::<Task>::default(), Arc::default()];
        for task in [&first, &second, &second] {
            let waker = Waker::from(Arc::clone(task));
            let cx = Context::from_waker(&waker);
            assert!(timer.poll_passed(after(1), NOW, &cx).is_pending());
        }
        assert_eq!((Arc::strong_count(&first), Arc::strong_count(&second)), (1, 2));
        sleep(Duration::from_millis(5)).await;
        assert_eq!((*first.0.lock().unwrap(), *second.0.lock().unwrap()), (0, 1));

        let waker = Waker::from(Arc::clone(&first));
        let cx = Context::from_waker(&waker);
        assert!(timer.poll_passed(after(60_000), NOW, &cx).is_pending());
        drop(waker);
        assert_eq!(Arc::strong_count(&first), 2);
        timer.rest();
        assert_eq!(Arc::strong_count(&first), 1);
    }
}
