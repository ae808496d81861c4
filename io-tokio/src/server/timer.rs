//! What wakes a connection when its socket does not: a deadline, and the end of the server.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use limpid_core::time::{Deadline, Mono};
use limpid_io::server::{ShutdownSignal, WakerId};
use tokio::time::{Instant, Sleep, sleep_until};

/// One timer for all the deadlines of a connection. Most of them are never reached: it is set anew
/// when it has rung too early, or would ring too late, and not for every wait.
#[derive(Debug)]
pub(super) struct Timer {
    shutdown: Arc<ShutdownSignal>,
    id: WakerId,
    /// The same moment on both clocks.
    origin: (Mono, Instant),
    timer: Option<Pin<Box<Sleep>>>,
    /// When it rings.
    rings: Mono,
    /// Whom the timer and the end of the server wake.
    waker: Option<Waker>,
}

impl Timer {
    pub(super) fn new(shutdown: Arc<ShutdownSignal>, now: Mono) -> Self {
        let (id, origin) = (shutdown.register(), (now, Instant::now()));
        Self { shutdown, id, origin, timer: None, rings: now, waker: None }
    }

    /// From now on, the task is woken when the deadline has passed, or before, and when the server
    /// ends.
    pub(super) fn set(&mut self, cx: &mut Context<'_>, until: Option<Deadline>) {
        let is_known = self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker()));
        if !is_known {
            self.waker = Some(cx.waker().clone());
            self.shutdown.set_waker(self.id, cx.waker().clone());
        }
        let Some(Deadline { at, .. }) = until else { return };
        match &self.timer {
            Some(timer) if is_known && self.rings <= at && !timer.is_elapsed() => {}
            _ => self.ring_at(at, cx),
        }
    }

    #[inline(never)]
    fn ring_at(&mut self, at: Mono, cx: &mut Context<'_>) {
        self.rings = at;
        let (since, origin) = self.origin;
        let Some(at) = origin.checked_add(at.since(since)) else { return };
        let timer = match &mut self.timer {
            Some(timer) => {
                timer.as_mut().reset(at);
                timer
            }
            none => none.insert(Box::pin(sleep_until(at))),
        };
        // It is set by the first look at it.
        if timer.as_mut().poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.shutdown.deregister(self.id);
    }
}
