//! What wakes a connection when its socket does not: a deadline, and the end of the server.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use limpid_core::time::{Deadline, Mono};
use tokio::time::{Instant, Sleep, sleep_until};

use super::closing::Closing;

/// One timer for all the deadlines of a connection. Most of them are never reached: it is set anew
/// when it rings too early, or would ring too late, and not for every wait.
#[derive(Debug)]
pub(super) struct Alarm {
    pub(super) closing: Arc<Closing>,
    number: u64,
    /// The same moment on both clocks.
    origin: (Mono, Instant),
    timer: Option<Pin<Box<Sleep>>>,
    /// Whom the timer and the end of the server wake.
    waker: Option<Waker>,
}

impl Alarm {
    pub(super) fn new(closing: Arc<Closing>, now: Mono) -> Self {
        let number = closing.enter();
        Self { closing, number, origin: (now, Instant::now()), timer: None, waker: None }
    }

    /// Whether the deadline has passed. If it has not, the task is woken when it has, and when the
    /// server ends.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, until: Option<Deadline>) -> Poll<()> {
        let is_known = self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
        if !is_known {
            self.waker = Some(cx.waker().clone());
            self.closing.wake(self.number, cx.waker().clone());
        }
        let (since, origin) = self.origin;
        let at = until.and_then(|deadline| origin.checked_add(deadline.at.since(since)));
        let Some(at) = at else { return Poll::Pending };
        match &mut self.timer {
            Some(timer) => {
                let (rings, has_rung) = (timer.deadline(), timer.is_elapsed());
                if has_rung && rings >= at {
                    return Poll::Ready(());
                }
                if has_rung || rings > at {
                    timer.as_mut().reset(at);
                } else if is_known {
                    return Poll::Pending;
                }
                timer.as_mut().poll(cx)
            }
            // It is set by the first look at it.
            none => none.insert(Box::pin(sleep_until(at))).as_mut().poll(cx),
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.closing.leave(self.number);
    }
}
