//! The connection pool: idle connections by route, and limits on their number.
//!
//! A pool is a plain value. A driver that shares it between threads or tasks holds its lock briefly:
//! no call blocks, and the only system call is the check whether an idle transport is silent, which
//! is skipped while connections are in use.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use core::time::Duration;

use super::lease::Lease;
use super::retirement::Retired;
use super::route::Route;
use crate::time::Mono;
use crate::trace::{ConnectionId, Sink};
use crate::values::Retirement;

/// The limits of a [`Pool`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolLimits {
    /// The number of connections, idle or in use. 100 by default.
    pub connections: usize,
    /// The number of connections above which idle ones are closed. 20 by default.
    pub keep_alive: usize,
    /// How long a connection may be idle; `None` keeps it until the server closes it. Five seconds
    /// by default.
    pub expiry: Option<Duration>,
}

crate::values::with!(PoolLimits);

impl Default for PoolLimits {
    fn default() -> Self {
        Self { connections: 100, keep_alive: 20, expiry: Some(Duration::from_secs(5)) }
    }
}

/// If no connection is in use and at most this many are idle, each use of the pool checks that all of
/// them are silent, so that one that the server has closed is closed at once, as in httpcore.
/// Otherwise only the connection to be used is checked: each check is a system call, during which
/// other users of the pool wait.
const WATCHED: usize = 4;

/// The connections on one route.
#[derive(Debug)]
struct Place<T> {
    route: Route,
    /// The number of connections, idle or in use.
    open: usize,
    /// The idle connections, the most recently used last. The last is used first, because the server
    /// is the least likely to have closed it.
    idle: Vec<Box<Lease<T>>>,
}

/// How a pool numbers its connections.
#[derive(Clone, Copy, Debug)]
enum Numbering {
    /// The last number.
    Own(u64),
    /// A function that returns the next number.
    Shared(fn() -> ConnectionId),
}

impl Numbering {
    fn next(&mut self) -> ConnectionId {
        match self {
            Self::Own(last) => {
                *last += 1;
                ConnectionId(*last)
            }
            Self::Shared(next) => next(),
        }
    }
}

/// A pool of connections by route. `T` is what a driver keeps for each, such as a socket.
///
/// ```
/// use limpid_core::client::{Action, Exchange, Pool, PoolLimits, Request};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ExchangeId, NoSink};
///
/// # let request = Request::builder(b"GET", "http://127.0.0.1/".parse()?).build();
/// # let mut exchange = Exchange::new(ExchangeId(1), request, Default::default());
/// // A transport is a socket's descriptor; the closure returns whether nothing can be read from it.
/// let mut pool = Pool::<u32>::new(PoolLimits::default());
/// let (now, is_silent) = (Mono::default(), |_: &u32| true);
///
/// assert_eq!(exchange.poll(now, &NoSink), Action::Acquire);
/// // While the pool is full, the driver asks again after another exchange has released its connection.
/// let lease = exchange.acquire_from(&mut pool, now, &NoSink, is_silent)?;
/// let Some(lease) = lease else { return Ok(()) };
///
/// // At Action::Release, Done or Failed, the connection is returned.
/// exchange.release_to(&mut pool, lease, now, is_silent);
/// // Each of these calls may have retired connections, which are closed now.
/// pool.close_retired(now, &NoSink, |socket, last| println!("{last:?} to {socket}, close it"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pool<T> {
    limits: PoolLimits,
    /// Sorted by route.
    places: Vec<Place<T>>,
    /// The number of connections.
    open: usize,
    /// The number of idle connections.
    idle: usize,
    numbering: Numbering,
    /// Before this time, no idle connection can have expired.
    none_expires_before: Option<Mono>,
    /// Connections that have left the pool and are not closed yet.
    retired: Vec<Retired<T>>,
}

impl<T> Pool<T> {
    /// Creates an empty pool. It numbers its connections from 1.
    #[must_use]
    pub const fn new(limits: PoolLimits) -> Self {
        Self::numbered(limits, Numbering::Own(0))
    }

    /// Creates an empty pool whose connections have the numbers that `next` returns: each is larger than the
    /// ones before. Pools whose events go to one sink share the numbers, so that no two connections have the
    /// same.
    #[must_use]
    pub const fn with_ids(limits: PoolLimits, next: fn() -> ConnectionId) -> Self {
        Self::numbered(limits, Numbering::Shared(next))
    }

    const fn numbered(limits: PoolLimits, numbering: Numbering) -> Self {
        Self {
            limits,
            places: Vec::new(),
            open: 0,
            idle: 0,
            numbering,
            none_expires_before: None,
            retired: Vec::new(),
        }
    }

    /// Returns a connection to `route`, or `None` while every connection is in use.
    ///
    /// `is_silent` returns whether nothing has arrived on an idle transport, including its end. Data
    /// that has arrived would be taken for a response. The returned connection itself is not checked,
    /// so that the caller can check it without a lock, and [`replace`](Self::replace) it. A caller
    /// without a lock calls [`acquire_silent`](Self::acquire_silent) instead.
    ///
    /// An idle connection has both of its parts, and a connection to open has neither.
    /// [`Exchange::handle_leased`](super::Exchange::handle_leased) takes both kinds. After this and
    /// every other call that changes the pool, the caller closes the [`retired`](Self::retired)
    /// connections.
    #[inline]
    pub fn acquire(
        &mut self,
        route: &Route,
        now: Mono,
        is_silent: impl FnMut(&T) -> bool,
    ) -> Option<Box<Lease<T>>> {
        match self.take(route) {
            Some(idle) if self.has_nothing_to_evict(self.idle, self.idle + 1, now) => Some(idle),
            found => self.evict_and_acquire(found, route, now, is_silent),
        }
    }

    /// Evicts connections, then returns an idle one or one to open.
    #[cold]
    fn evict_and_acquire(
        &mut self,
        found: Option<Box<Lease<T>>>,
        route: &Route,
        now: Mono,
        is_silent: impl FnMut(&T) -> bool,
    ) -> Option<Box<Lease<T>>> {
        let last = found.map(|idle| self.put(idle));
        self.evict(last, now, is_silent);
        self.take(route).or_else(|| self.open(route))
    }

    /// Returns a connection to `route` that is silent, or `None` while every connection is in use.
    ///
    /// This is [`acquire`](Self::acquire), and [`replace`](Self::replace) while the connection is not
    /// silent. [`Pool`] has an example.
    pub fn acquire_silent(
        &mut self,
        route: &Route,
        now: Mono,
        mut is_silent: impl FnMut(&T) -> bool,
    ) -> Option<Box<Lease<T>>> {
        let mut lease = self.acquire(route, now, &mut is_silent);
        while let Some(stale) = lease.take_if(|it| !it.transport.iter().all(&mut is_silent)) {
            lease = self.replace(stale, Retirement::NotSilent, now, &mut is_silent);
        }
        lease
    }

    /// Returns another connection instead of `lease`, which cannot be used for this reason.
    pub fn replace(
        &mut self,
        lease: Box<Lease<T>>,
        why: Retirement,
        now: Mono,
        is_silent: impl FnMut(&T) -> bool,
    ) -> Option<Box<Lease<T>>> {
        let route = lease.route.clone();
        self.remove(&route);
        self.retired.push(Retired { lease, why });
        self.acquire(&route, now, is_silent)
    }

    /// Returns a connection to the pool. One that lacks a part is closed, and leaves the pool.
    #[inline]
    pub fn release(
        &mut self,
        mut lease: Box<Lease<T>>,
        now: Mono,
        is_silent: impl FnMut(&T) -> bool,
    ) {
        if !lease.is_whole() {
            self.remove(&lease.route);
            return self.evict(None, now, is_silent);
        }
        let has_nothing_to_evict = self.has_nothing_to_evict(self.idle, self.idle + 1, now);
        lease.since = now;
        let last = self.put(lease);
        if !has_nothing_to_evict {
            self.evict(Some(last), now, is_silent);
        }
    }

    /// Removes every idle connection.
    pub fn close(&mut self) {
        self.retire(|_| Some(Retirement::Closed));
    }

    /// Returns whether connections have left the pool since the last call of
    /// [`retired`](Self::retired).
    #[must_use]
    pub const fn has_retired(&self) -> bool {
        !self.retired.is_empty()
    }

    /// Returns the connections that have left the pool since the last call, in the order in which
    /// they were opened. The caller closes them, after it has released a lock on the pool: closing
    /// can block.
    pub fn retired(&mut self) -> Vec<Retired<T>> {
        let mut retired = core::mem::take(&mut self.retired);
        retired.sort_unstable_by_key(|retired| retired.lease.connection);
        retired
    }

    /// Closes the connections that have left the pool since the last call, each as by
    /// [`Retired::close`].
    pub fn close_retired<S: Sink>(&mut self, now: Mono, sink: &S, mut close: impl FnMut(T, &[u8])) {
        for retired in self.retired() {
            retired.close(now, sink, &mut close);
        }
    }

    /// Returns whether [`acquire`](Self::acquire) returns a connection for some route, idle or to
    /// open.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.open < self.limits.connections || self.idle > 0
    }

    /// Returns the limits.
    #[must_use]
    pub const fn limits(&self) -> PoolLimits {
        self.limits
    }

    /// Returns the number of connections, idle or in use.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.open
    }

    /// Returns whether there are no connections.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.open == 0
    }

    /// Returns the index of the connections to `route`, or the index to insert them at.
    #[inline]
    fn find(&self, route: &Route) -> Result<usize, usize> {
        self.places.binary_search_by(|place| place.route.cmp(route))
    }

    /// Returns a connection to `route` that is to be opened, even if an idle one exists; `None` while
    /// every connection is in use. If there is no room, an idle connection is evicted.
    pub fn open(&mut self, route: &Route) -> Option<Box<Lease<T>>> {
        if self.open >= self.limits.connections {
            let first = self.idle().map(|idle| idle.connection).min()?;
            let is_first = |idle: &Lease<T>| idle.connection == first;
            self.retire(|idle| is_first(idle).then_some(Retirement::Evicted));
        }
        let index = self.find(route).unwrap_or_else(|index| {
            self.places.insert(index, Place { route: route.clone(), open: 0, idle: Vec::new() });
            index
        });
        self.places[index].open += 1;
        self.open += 1;
        Some(Box::new(Lease {
            route: route.clone(),
            connection: self.numbering.next(),
            since: Mono::default(),
            link: None,
            transport: None,
        }))
    }

    /// Takes the idle connection to `route` that was used last.
    #[inline]
    fn take(&mut self, route: &Route) -> Option<Box<Lease<T>>> {
        let index = self.find(route).ok()?;
        let idle = self.places[index].idle.pop()?;
        self.idle -= 1;
        Some(idle)
    }

    /// Adds an idle connection. Returns its number.
    #[inline]
    fn put(&mut self, idle: Box<Lease<T>>) -> ConnectionId {
        let id = idle.connection;
        if let Ok(index) = self.find(&idle.route) {
            self.places[index].idle.push(idle);
            self.idle += 1;
        }
        id
    }

    /// Returns whether [`evict`](Self::evict) would find nothing in `idle` idle connections, `others`
    /// of which are not the last one used, as far as this is known without looking at each.
    #[inline]
    fn has_nothing_to_evict(&self, others: usize, idle: usize, now: Mono) -> bool {
        let has_surplus = self.open > self.limits.keep_alive;
        let none_expires = self.limits.expiry.is_none()
            || self.none_expires_before.is_some_and(|before| now <= before);
        let watches = others > 0 && self.watches(idle);
        idle == 0 || (!has_surplus && none_expires && !watches)
    }

    /// Returns whether `idle` idle connections are all checked for silence.
    #[inline]
    const fn watches(&self, idle: usize) -> bool {
        idle <= WATCHED && idle == self.open
    }

    /// Removes the idle connections that have expired, are not silent, or exceed the limit. The
    /// `last` one used is not checked for silence here: it is checked before its next use.
    #[cold]
    fn evict(
        &mut self,
        last: Option<ConnectionId>,
        now: Mono,
        mut is_silent: impl FnMut(&T) -> bool,
    ) {
        let others = self.idle.saturating_sub(usize::from(last.is_some()));
        if self.has_nothing_to_evict(others, self.idle, now) {
            return;
        }
        let PoolLimits { keep_alive, expiry, .. } = self.limits;
        let surplus = self.first_opened(self.open.saturating_sub(keep_alive));
        let (watches, mut first) = (self.watches(self.idle), now);
        let why = |idle: &Lease<T>| {
            let id = idle.connection;
            if surplus.is_some_and(|surplus| id <= surplus) {
                Some(Retirement::Surplus)
            } else if expiry.is_some_and(|expiry| now.since(idle.since) > expiry) {
                Some(Retirement::Expired)
            } else if watches
                && Some(id) != last
                && !idle.transport.as_ref().is_some_and(&mut is_silent)
            {
                Some(Retirement::NotSilent)
            } else {
                first = first.min(idle.since);
                None
            }
        };
        self.retire(why);
        self.none_expires_before = expiry.map(|expiry| first + expiry);
    }

    /// Returns the last of the first `n` idle connections, in the order in which they were opened.
    fn first_opened(&self, n: usize) -> Option<ConnectionId> {
        if n == 0 {
            return None;
        }
        let mut idle: Vec<_> = self.idle().map(|idle| idle.connection).collect();
        idle.sort_unstable();
        idle.get(n - 1).or(idle.last()).copied()
    }

    fn idle(&self) -> impl Iterator<Item = &Lease<T>> {
        self.places.iter().flat_map(|place| place.idle.iter().map(|idle| &**idle))
    }

    /// Removes the idle connections for which `why` returns a reason.
    fn retire(&mut self, mut why: impl FnMut(&Lease<T>) -> Option<Retirement>) {
        let (before, reason) = (self.retired.len(), Cell::new(None));
        for Place { open, idle, .. } in &mut self.places {
            let leaves = |idle: &mut Box<Lease<T>>| {
                reason.set(why(idle));
                reason.get().is_some()
            };
            for lease in idle.extract_if(.., leaves) {
                *open -= 1;
                self.retired.extend(reason.get().map(|why| Retired { lease, why }));
            }
        }
        let left = self.retired.len() - before;
        if left > 0 {
            self.open -= left;
            self.idle -= left;
            self.places.retain(|place| place.open > 0);
        }
    }

    /// Removes a connection that was in use.
    fn remove(&mut self, route: &Route) {
        let Ok(index) = self.find(route) else { return };
        let place = &mut self.places[index];
        place.open -= 1;
        self.open -= 1;
        if place.open == 0 {
            self.places.remove(index);
        }
    }
}

#[cfg(test)]
mod tests;
