//! The connections of a client, whatever moves their bytes: the pool, and who is told of it.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use limpid_core::client::{Lease, Options, Origin, Pool, Retired};
use limpid_core::time::Mono;

use crate::builder::{Settings, SharedSink};
use crate::clock::Clock;
use crate::line::{Line, Ticket};
use crate::session::Parts;
use crate::spares::Spares;
use crate::tls::Trust;

/// A driver's part of a connection.
pub trait Transport {
    /// Whether nothing has arrived, the end included. It does not wait.
    fn is_silent(&self) -> bool;

    /// Sends the last bytes of a connection, as far as that is possible without waiting, and closes
    /// it.
    fn bid_farewell(self, bytes: &[u8]);
}

/// What the requests of a client share: its connections above all. When this is dropped, with the
/// last client and the last response that use it, idle connections are closed.
pub struct Connections<T: Transport> {
    shared: Mutex<Shared<T>>,
    spares: Spares<Box<Parts<T>>>,
    options: Arc<Options>,
    /// Whom to trust as an origin server, and whom as a proxy.
    trust: (Trust, Trust),
    sink: SharedSink,
    clock: Clock,
}

/// What is looked at together. Nobody asks the system for anything while he holds it: others would
/// wait for the answer too, and for being woken up after it.
struct Shared<T> {
    pool: Pool<T>,
    line: Line,
}

impl<T: Transport> fmt::Debug for Connections<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("open", &self.lock().pool.len()).finish_non_exhaustive()
    }
}

impl<T: Transport> Connections<T> {
    /// No connections so far.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let Settings { options, trust, proxy_trust, pool, sink } = settings;
        Self {
            shared: Mutex::new(Shared { pool: Pool::new(pool), line: Line::default() }),
            spares: Spares::default(),
            options,
            trust: (trust, proxy_trust),
            sink,
            clock: Clock::start(),
        }
    }

    /// How requests are done.
    #[must_use]
    pub const fn options(&self) -> &Arc<Options> {
        &self.options
    }

    /// Whom to trust.
    #[must_use]
    pub const fn trust(&self, proxy: bool) -> &Trust {
        if proxy { &self.trust.1 } else { &self.trust.0 }
    }

    /// What time it is for the client.
    #[must_use]
    pub fn now(&self) -> Mono {
        self.clock.now()
    }

    /// Who is told.
    #[must_use]
    pub const fn sink(&self) -> &SharedSink {
        &self.sink
    }

    /// A connection to `origin`: an idle one, or leave to open one. `None` where every connection
    /// is in use, or others wait for one already.
    #[inline]
    pub fn try_acquire(&self, origin: &Origin, now: Mono) -> Option<Box<Lease<T>>> {
        let mut shared = self.lock();
        let lease = shared.acquire(origin, now, None);
        let has_retired = shared.pool.has_retired();
        drop(shared);
        self.silent(lease, has_retired, now)
    }

    /// The same, as soon as it is there. Those who wait are served in the order in which they came,
    /// whatever their origins; a future that is dropped leaves its place to the next.
    pub const fn acquire<'c>(&'c self, origin: &'c Origin) -> Acquire<'c, T> {
        Acquire { connections: self, origin, ticket: None }
    }

    /// Takes a connection for the one with this ticket; failing that, has it wait for `waker`.
    fn take(
        &self,
        origin: &Origin,
        ticket: &mut Option<Ticket>,
        waker: &Waker,
    ) -> Option<Box<Lease<T>>> {
        let (now, mut shared) = (self.now(), self.lock());
        let lease = shared.acquire(origin, now, *ticket);
        let next = match &lease {
            Some(_) => ticket.take().and_then(|ticket| shared.leave(ticket)),
            None => {
                shared.line.wait(ticket, waker);
                None
            }
        };
        let has_retired = shared.pool.has_retired();
        drop(shared);
        next.inspect(Waker::wake_by_ref);
        self.silent(lease, has_retired, now)
    }

    /// What was acquired, or another in its place if it is not silent.
    #[inline]
    fn silent(
        &self,
        mut lease: Option<Box<Lease<T>>>,
        mut has_retired: bool,
        now: Mono,
    ) -> Option<Box<Lease<T>>> {
        let is_loud = |lease: &mut Box<Lease<T>>| {
            lease.transport.as_ref().is_some_and(|transport| !transport.is_silent())
        };
        while let Some(loud) = lease.take_if(is_loud) {
            lease = self.lock().pool.replace(loud, now, T::is_silent);
            has_retired = true;
        }
        if has_retired {
            self.retire();
        }
        lease
    }

    /// Gives a connection back; one that lacks a part is closed.
    pub fn release(&self, lease: Box<Lease<T>>, now: Mono) {
        let mut shared = self.lock();
        shared.pool.release(lease, now, T::is_silent);
        let (has_retired, next) = (shared.pool.has_retired(), shared.line.next());
        drop(shared);
        next.inspect(Waker::wake_by_ref);
        if has_retired {
            self.retire();
        }
    }

    /// Sessions that are over.
    pub(crate) const fn spares(&self) -> &Spares<Box<Parts<T>>> {
        &self.spares
    }

    /// Closes what has left the pool.
    #[cold]
    fn retire(&self) {
        let retired = self.lock().pool.retired();
        for Retired { lease, why } in retired {
            let Lease { link, transport, .. } = *lease;
            if let Some((link, transport)) = link.zip(transport) {
                link.retire(why, self.now(), &self.sink, |bytes| transport.bid_farewell(bytes));
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared<T>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Transport> Shared<T> {
    /// A connection to `origin`, for the one with this ticket if it is his turn.
    #[inline]
    fn acquire(
        &mut self,
        origin: &Origin,
        now: Mono,
        ticket: Option<Ticket>,
    ) -> Option<Box<Lease<T>>> {
        match self.line.is_turn(ticket) {
            true => self.pool.acquire(origin, now, T::is_silent),
            false => None,
        }
    }

    /// Has one leave the line. If there are more connections to be had, the next is to know, who
    /// may have been behind when they were released.
    fn leave(&mut self, ticket: Ticket) -> Option<Waker> {
        self.line.leave(ticket);
        self.line.next().filter(|_| self.pool.has_room())
    }
}

/// A connection, once there is one: what [`Connections::acquire`] returns.
#[must_use = "a future does nothing until it is polled"]
pub struct Acquire<'c, T: Transport> {
    connections: &'c Connections<T>,
    origin: &'c Origin,
    /// The place in the line, once there was reason to stand in it.
    ticket: Option<Ticket>,
}

impl<T: Transport> fmt::Debug for Acquire<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").field("origin", self.origin).finish_non_exhaustive()
    }
}

impl<T: Transport> Future for Acquire<'_, T> {
    type Output = Box<Lease<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { connections, origin, ticket } = &mut *self;
        let taken = connections.take(origin, ticket, cx.waker());
        taken.map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T: Transport> Drop for Acquire<'_, T> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let next = self.connections.lock().leave(ticket);
            next.inspect(Waker::wake_by_ref);
        }
    }
}

impl<T: Transport> Drop for Connections<T> {
    fn drop(&mut self) {
        self.lock().pool.close();
        self.retire();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::Wake;

    use limpid_core::client::{PoolLimits, Url};

    use super::*;
    use crate::builder::ClientBuilder;

    /// Nothing moves over it.
    struct Nothing;

    impl Transport for Nothing {
        fn is_silent(&self) -> bool {
            true
        }

        fn bid_farewell(self, _: &[u8]) {}
    }

    /// How often somebody was woken.
    #[derive(Default)]
    struct Bell(Mutex<u32>);

    impl Bell {
        fn rung(&self) -> u32 {
            *self.0.lock().unwrap()
        }
    }

    impl Wake for Bell {
        fn wake(self: Arc<Self>) {
            *self.0.lock().unwrap() += 1;
        }
    }

    struct Full(Connections<Nothing>);

    impl From<Settings> for Full {
        fn from(settings: Settings) -> Self {
            Self(Connections::new(settings))
        }
    }

    /// Connections that are all in use, and their leases.
    #[expect(clippy::vec_box, reason = "it is the box that goes back")]
    fn full(connections: usize) -> (Connections<Nothing>, Origin, Vec<Box<Lease<Nothing>>>) {
        let limits = PoolLimits { connections, ..PoolLimits::default() };
        let origin = Origin::of(&"http://a/".parse::<Url>().unwrap());
        let full = ClientBuilder::<Full>::default().pool(limits).build().0;
        let acquire = |_| full.try_acquire(&origin, full.now()).unwrap();
        let leases = (0..connections).map(acquire).collect();
        (full, origin, leases)
    }

    /// Has a connection closed.
    fn close(connections: &Connections<Nothing>, lease: Box<Lease<Nothing>>) {
        connections.release(lease, connections.now());
    }

    fn poll(
        acquire: Pin<&mut Acquire<'_, Nothing>>,
        bell: &Arc<Bell>,
    ) -> Option<Box<Lease<Nothing>>> {
        let waker = Waker::from(Arc::clone(bell));
        match acquire.poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(lease) => Some(lease),
            Poll::Pending => None,
        }
    }

    #[test]
    fn who_came_first_is_served_first() {
        let (connections, origin, mut leases) = full(1);
        let (mut first, mut second) =
            (pin!(connections.acquire(&origin)), pin!(connections.acquire(&origin)));
        let bells = [Arc::<Bell>::default(), Arc::default()];
        assert!(poll(first.as_mut(), &bells[0]).is_none());
        assert!(poll(second.as_mut(), &bells[1]).is_none());
        close(&connections, leases.remove(0));
        assert_eq!(bells.each_ref().map(|bell| bell.rung()), [1, 0]);
        assert!(connections.try_acquire(&origin, connections.now()).is_none(), "others wait");
        assert!(poll(second.as_mut(), &bells[1]).is_none(), "it is not the second's turn");
        let lease = poll(first.as_mut(), &bells[0]).unwrap();
        close(&connections, lease);
        assert_eq!(bells.each_ref().map(|bell| bell.rung()), [1, 1]);
        assert!(poll(second.as_mut(), &bells[1]).is_some());
    }

    #[test]
    fn two_released_at_once_are_for_two() {
        let (connections, origin, leases) = full(2);
        let (mut first, mut second) =
            (pin!(connections.acquire(&origin)), pin!(connections.acquire(&origin)));
        let bells = [Arc::<Bell>::default(), Arc::default()];
        assert!(poll(first.as_mut(), &bells[0]).is_none());
        assert!(poll(second.as_mut(), &bells[1]).is_none());
        leases.into_iter().for_each(|lease| close(&connections, lease));
        assert_eq!(bells[1].rung(), 0);
        assert!(poll(first.as_mut(), &bells[0]).is_some());
        assert_eq!(bells[1].rung(), 1, "there is one left");
        assert!(poll(second.as_mut(), &bells[1]).is_some());
    }

    #[test]
    fn who_leaves_gives_the_turn_to_the_next() {
        let (connections, origin, mut leases) = full(1);
        let mut first = Box::pin(connections.acquire(&origin));
        let mut second = pin!(connections.acquire(&origin));
        let bells = [Arc::<Bell>::default(), Arc::default()];
        assert!(poll(first.as_mut(), &bells[0]).is_none());
        assert!(poll(second.as_mut(), &bells[1]).is_none());
        close(&connections, leases.remove(0));
        drop(first);
        assert_eq!(bells[1].rung(), 1);
        assert!(poll(second.as_mut(), &bells[1]).is_some());
    }
}
