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
/// as long as an operation may take, it is set again. Until then it is not even asked, for it rings
/// a bell, and that knows who waits.
#[derive(Debug)]
pub(crate) struct Timer {
    sleep: Pin<Box<Sleep>>,
    /// When it goes off.
    at: Mono,
    bell: Arc<Bell>,
}

impl Timer {
    /// Goes off at `at`, where it is `now`.
    pub(crate) fn new(at: Mono, now: Mono) -> Self {
        Self { sleep: Box::pin(sleep(at.since(now))), at, bell: Arc::default() }
    }

    /// Whether the deadline of an operation that began at `now` has passed. If it has not, the task
    /// is woken when it has, or before.
    pub(crate) fn poll_passed(&mut self, until: Mono, now: Mono, cx: &Context<'_>) -> Poll<()> {
        if self.at <= until && self.bell.is_set_for(cx.waker()) {
            return Poll::Pending;
        }
        self.set(until, now, cx)
    }

    #[cold]
    fn set(&mut self, until: Mono, now: Mono, cx: &Context<'_>) -> Poll<()> {
        if self.at > until {
            self.reset(until, now);
        }
        let bell = Waker::from(Arc::clone(&self.bell));
        let bell = &mut Context::from_waker(&bell);
        loop {
            self.bell.set_for(cx.waker());
            if self.sleep.as_mut().poll(bell).is_pending() {
                return Poll::Pending;
            }
            self.bell.unset();
            if self.at >= until {
                return Poll::Ready(());
            }
            // It was set for an operation before this one.
            self.reset(until, self.at.max(now));
        }
    }

    fn reset(&mut self, at: Mono, now: Mono) {
        self.sleep.as_mut().reset(Instant::now() + at.since(now));
        self.at = at;
    }

    /// Wakes the task no more that has used it, and holds none of its memory.
    pub(crate) fn rest(&self) {
        self.bell.forget();
    }
}

/// What a timer wakes, whichever task waits for it.
#[derive(Debug, Default)]
struct Bell {
    /// Who is woken when the timer goes off; `None` if the bell rings only after that was asked for.
    waker: Mutex<Option<Waker>>,
}

impl Bell {
    /// Whether it will ring as it is: for this task from now on.
    fn is_set_for(&self, waker: &Waker) -> bool {
        match &mut *self.lock() {
            Some(known) => {
                known.clone_from(waker);
                true
            }
            None => false,
        }
    }

    /// The timer is about to be asked for it.
    fn set_for(&self, waker: &Waker) {
        *self.lock() = Some(waker.clone());
    }

    fn unset(&self) {
        *self.lock() = None;
    }

    /// It wakes nobody, though it rings.
    fn forget(&self) {
        let known = self.lock().as_mut().map(|known| mem::replace(known, Waker::noop().clone()));
        // This may be the end of a task, which is nothing to hold a lock for.
        drop(known);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Bell {
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
        let mut timer = Timer::new(after(1), NOW);
        // One after the time that it is set for, one before that, and one when it is at rest.
        for until in [after(2), after(1), after(3)] {
            poll_fn(|cx| timer.poll_passed(until, NOW, cx)).await;
            let waits = poll_fn(|cx| Poll::Ready(timer.poll_passed(hour, NOW, cx)));
            assert!(waits.await.is_pending(), "{until:?}");
            timer.rest();
        }
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
        let mut timer = Timer::new(after(1), NOW);
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
