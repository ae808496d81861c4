//! The timer of a connection.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use limpid_core::time::Mono;
use tokio::time::{Instant, Sleep, sleep};

/// A timer that the operations of a connection share.
///
/// One that is set for each operation, and almost never goes off, costs more than the operation. So
/// the timer of the one before is left running: where it goes off too early, which it does once in
/// as long as an operation may take, it is set again. Until then it is not even polled, for it wakes a
/// waker of its own, which knows the task that waits.
#[derive(Debug)]
pub(crate) struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    /// When it goes off: at the end of time as long as it was not set.
    at: Mono,
    waker: Arc<TimerWaker>,
}

impl Timer {
    /// A timer that was not set.
    pub(crate) fn new() -> Self {
        Self { sleep: None, at: Mono::from_nanos(u64::MAX), waker: Arc::default() }
    }

    /// Returns what wakes the task that waits for the timer: for whatever else is to wake it.
    pub(crate) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.waker))
    }

    /// Has the [waker](Self::waker) wake this task from now on.
    #[inline]
    pub(crate) fn watch(&self, cx: &Context<'_>) {
        if !self.waker.replace(cx.waker()) {
            self.waker.set(cx.waker());
        }
    }

    /// Returns whether the deadline of an operation that began at `now` has passed. If it has not, the
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
            // It was set for an operation before this one.
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

    /// Has it wake no task, and hold the memory of none, though it may go off.
    pub(crate) fn rest(&self) {
        self.waker.clear();
    }
}

/// What a timer wakes, whichever task waits for it.
#[derive(Debug, Default)]
struct TimerWaker {
    /// The task that is woken; `None` if there is none before the timer was polled again.
    task: Mutex<Option<Waker>>,
}

impl TimerWaker {
    /// Replaces the task that is woken, if there is one, and returns whether there was.
    fn replace(&self, waker: &Waker) -> bool {
        match &mut *self.lock() {
            Some(known) => {
                known.clone_from(waker);
                true
            }
            None => false,
        }
    }

    /// Sets the task that is woken.
    fn set(&self, waker: &Waker) {
        *self.lock() = Some(waker.clone());
    }

    fn unset(&self) {
        *self.lock() = None;
    }

    /// Wakes nothing from now on, though it is woken.
    fn clear(&self) {
        let known = self.lock().as_mut().map(|known| mem::replace(known, Waker::noop().clone()));
        // This may be the end of a task, which is nothing to hold a lock for.
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
    async fn deadlines_pass_whatever_the_timer_was_set_for_before() {
        let hour = after(3_600_000);
        let mut timer = Timer::new();
        // One after the time that it is set for, one before that, and one when it is at rest.
        for until in [after(2), after(1), after(3)] {
            poll_fn(|cx| timer.poll_passed(until, NOW, cx)).await;
            let waits = poll_fn(|cx| Poll::Ready(timer.poll_passed(hour, NOW, cx)));
            assert!(waits.await.is_pending(), "{until:?}");
            timer.rest();
        }
    }

    #[tokio::test]
    async fn waker_of_a_timer_that_is_not_set_wakes_the_task_that_watches() {
        let timer = Timer::new();
        let [first, second] = [Arc::<Task>::default(), Arc::default()];
        for task in [&first, &second] {
            timer.watch(&Context::from_waker(&Waker::from(Arc::clone(task))));
        }
        timer.waker().wake();
        // It is woken once, until it watches again.
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
    async fn the_last_task_that_waits_is_woken_and_none_is_held_at_rest() {
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
