//! Threads that look up host names.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use limpid_core::error::ResolveError;
use limpid_core::time::{Deadline, Mono};
use limpid_io::{Clock, Lookup, Lookups, Resolved};

/// A function that looks up a host and a port. The time is the deadline of its waiters. It may block.
///
/// [`LookupThreads`] has an example.
pub type ResolveFn = dyn Fn(&str, u16, Option<Instant>) -> Resolved + Send + Sync;

/// The handling of lookups for which the system cannot start a thread.
///
/// [`LookupThreads`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutThreads {
    /// The thread that asks performs them.
    Block,
    /// They fail.
    Fail,
}

/// A bounded pool of threads for lookups. A resolver cannot be interrupted: a lookup that times out
/// goes on in its thread.
///
/// ```
/// use std::future::Future;
/// use std::sync::Arc;
/// use limpid_socket::{LookupThreads, WithoutThreads};
///
/// let resolve = |_: &str, port: u16, _| Ok(vec![([127, 0, 0, 1], port).into()]);
/// let threads = Arc::new(LookupThreads::new(4, Box::new(resolve), WithoutThreads::Fail));
/// let lookup = threads.look_up("localhost", 80, None);
/// # fn is_future(_: impl Future<Output = limpid_io::Resolved>) {}
/// # is_future(lookup);
/// ```
pub struct LookupThreads {
    lookups: Lookups,
    resolve: Box<ResolveFn>,
    without_threads: WithoutThreads,
    clock: Clock,
}

impl LookupThreads {
    /// Creates a pool for at most `most` lookups at once.
    #[must_use]
    pub fn new(most: usize, resolve: Box<ResolveFn>, without_threads: WithoutThreads) -> Self {
        Self { lookups: Lookups::new(most), resolve, without_threads, clock: Clock::start() }
    }

    /// Starts a lookup, or joins one for the same host and port.
    pub fn look_up(
        self: &Arc<Self>,
        host: &str,
        port: u16,
        deadline: Option<Deadline>,
    ) -> Lookup<'_> {
        let lookup = self.lookups.look_up(host, port, deadline.map(|deadline| deadline.at));
        if self.lookups.add_worker() {
            self.spawn();
        }
        lookup
    }

    fn spawn(self: &Arc<Self>) {
        let this = Arc::clone(self);
        let thread = thread::Builder::new().name("limpid-resolve".to_owned());
        if thread.spawn(move || this.work(&*this.resolve)).is_err() {
            match self.without_threads {
                WithoutThreads::Block => self.work(&*self.resolve),
                WithoutThreads::Fail => self.work(&|_, _, _| Err(ResolveError::Temporary.into())),
            }
        }
    }

    /// Performs lookups until none are left.
    fn work(&self, resolve: &ResolveFn) {
        while let Some(job) = self.lookups.next_job() {
            let deadline = job.deadline().and_then(|deadline| self.instant(deadline));
            // A resolver that panics counts as one that failed.
            let resolved =
                catch_unwind(AssertUnwindSafe(|| resolve(job.host(), job.port(), deadline)));
            let resolved = resolved.unwrap_or_else(|_| Err(ResolveError::Temporary.into()));
            self.lookups.complete(&job, resolved, self.clock.now());
        }
    }

    fn instant(&self, at: Mono) -> Option<Instant> {
        Instant::now().checked_add(at.since(self.clock.now()))
    }
}

impl fmt::Debug for LookupThreads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LookupThreads").field("lookups", &self.lookups).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::pin::pin;
    use std::sync::mpsc::{Receiver, channel};
    use std::sync::{Condvar, Mutex};
    use std::task::{Context, Poll, Wake, Waker};
    use std::time::Duration;

    use super::*;

    /// A resolver that blocks until it is opened.
    #[derive(Default)]
    struct Gate {
        is_open: Mutex<bool>,
        opened: Condvar,
    }

    impl Gate {
        fn wait(&self) {
            drop(self.opened.wait_while(self.is_open.lock().unwrap(), |open| !*open).unwrap());
        }

        fn open(&self) {
            *self.is_open.lock().unwrap() = true;
            self.opened.notify_all();
        }
    }

    /// Returns threads that report each lookup when it begins, which then waits at the gate.
    fn gated(most: usize) -> (Arc<LookupThreads>, Arc<Gate>, Receiver<String>) {
        let (gate, (sender, begun)) = (Arc::<Gate>::default(), channel());
        let (waits, sender) = (Arc::clone(&gate), Mutex::new(sender));
        let resolve = Box::new(move |host: &str, port, _: Option<Instant>| {
            let _ = sender.lock().unwrap().send(host.to_owned());
            waits.wait();
            Ok(vec![SocketAddr::from(([192, 0, 2, 1], port))])
        });
        (Arc::new(LookupThreads::new(most, resolve, WithoutThreads::Fail)), gate, begun)
    }

    struct Unpark(thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn wait(lookup: Lookup<'_>) -> Resolved {
        let mut lookup = pin!(lookup);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        loop {
            match lookup.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(resolved) => return resolved,
                Poll::Pending => thread::park_timeout(Duration::from_secs(10)),
            }
        }
    }

    #[test]
    fn resolver_that_hangs_occupies_no_more_threads_than_allowed() {
        let (threads, gate, begun) = gated(3);
        for host in 0..100 {
            // The request is cancelled at once.
            drop(threads.look_up(&format!("host{host}"), 80, None));
        }
        let kept: Vec<_> =
            (0..100).map(|host| threads.look_up(&format!("kept{host}"), 80, None)).collect();
        let first: Vec<_> = (0..3).map(|_| begun.recv().unwrap()).collect();
        assert!(begun.recv_timeout(Duration::from_millis(20)).is_err(), "{first:?}");
        gate.open();
        for lookup in kept {
            assert_eq!(wait(lookup).unwrap(), [SocketAddr::from(([192, 0, 2, 1], 80))]);
        }
    }

    #[test]
    fn requests_for_one_host_share_a_lookup() {
        let (threads, gate, begun) = gated(8);
        let lookups: Vec<_> = (0..10).map(|_| threads.look_up("host", 80, None)).collect();
        assert_eq!(begun.recv().unwrap(), "host");
        gate.open();
        lookups.into_iter().for_each(|lookup| assert!(wait(lookup).is_ok()));
        assert!(begun.try_recv().is_err());
    }

    #[test]
    fn resolver_that_panics_fails_the_lookup_and_not_the_next() {
        let resolve = Box::new(|host: &str, _: u16, _: Option<Instant>| {
            assert_ne!(host, "bad", "the panic under test");
            Ok(Vec::new())
        });
        let threads = Arc::new(LookupThreads::new(1, resolve, WithoutThreads::Fail));
        let error = wait(threads.look_up("bad", 80, None)).unwrap_err();
        assert_eq!(error.kind(), ResolveError::Temporary);
        assert_eq!(wait(threads.look_up("good", 80, None)).unwrap(), []);
    }
}
