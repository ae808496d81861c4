//! The pool: connections that wait for their next exchange, and how many there may be.
//!
//! It is a plain value. Whoever shares it between threads or tasks locks it for moments only: no
//! call waits, and none does IO beyond the one question whether a transport is still silent, which is
//! not even asked while connections are in use.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use core::time::Duration;

use super::lease::Lease;
use super::retirement::Retired;
use super::route::Route;
use crate::time::Mono;
use crate::trace::ConnectionId;
use crate::values::Retirement;

/// How many connections a pool keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolLimits {
    /// Connections altogether. 100 by default.
    pub connections: usize,
    /// Connections beyond which an idle one is closed. 20 by default.
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

/// Where nothing is in use, and no more connections are idle than this, each is asked whether it is
/// silent whenever the pool is used, so that one that the server has closed is closed at once, as
/// httpcore does it. Otherwise, only the one that is used again is asked: to ask others is a system
/// call each, for which everybody who needs the pool would wait.
const WATCHED: usize = 4;

/// The connections on one route.
#[derive(Debug)]
struct Place<T> {
    route: Route,
    /// How many there are.
    open: usize,
    /// Those that are idle, the last that became so at the end: it is used first, for the server is
    /// the least likely to have closed it.
    idle: Vec<Box<Lease<T>>>,
}

/// Connections by route, `T` being what a driver keeps of each.
///
/// ```
/// use limpid_core::client::{Action, Exchange, Lease, Pool, PoolLimits, Request};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ExchangeId, NoSink};
///
/// # let request = Request::builder(b"GET", "http://127.0.0.1/".parse()?).build();
/// # let mut exchange = Exchange::new(ExchangeId(1), request, Default::default());
/// // The socket's descriptor, say, and whether a look at it finds nothing to be read.
/// let mut pool = Pool::<u32>::new(PoolLimits::default());
/// let (now, is_silent) = (Mono::default(), |_: &u32| true);
///
/// assert_eq!(exchange.poll(now, &NoSink), Action::Acquire);
/// let mut lease = pool.acquire(exchange.route(), now, is_silent);
/// // The idle one that is handed out was not asked.
/// while let Some(stale) = lease.take_if(|it| !it.transport.iter().all(is_silent)) {
///     lease = pool.replace(stale, now, is_silent);
/// }
/// // If there is none, the pool is asked again when another exchange has released its connection.
/// let Some(mut lease) = lease else { return Ok(()) };
/// match lease.link.take() {
///     Some(link) => exchange.handle_reused(link, now, &NoSink)?,
///     None => exchange.handle_opened(lease.connection(), now, &NoSink)?,
/// }
///
/// // At Action::Release, Done or Failed, it goes back.
/// lease.link = exchange.take_link();
/// pool.release(lease, now, is_silent);
/// for retired in pool.retired() {
///     if let Lease { link: Some(link), transport: Some(socket), .. } = *retired.lease {
///         link.retire(retired.why, now, &NoSink, |last| println!("{last:?} to {socket}, close it"));
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pool<T> {
    limits: PoolLimits,
    /// In the order of the routes.
    places: Vec<Place<T>>,
    /// How many connections there are.
    open: usize,
    /// How many of them are idle.
    idle: usize,
    /// How many were opened so far.
    opened: u64,
    /// Before this, none can have been idle for too long.
    none_expires_before: Option<Mono>,
    /// Connections that have left it.
    retired: Vec<Retired<T>>,
}

impl<T> Pool<T> {
    /// An empty pool.
    #[must_use]
    pub const fn new(limits: PoolLimits) -> Self {
        Self {
            limits,
            places: Vec::new(),
            open: 0,
            idle: 0,
            opened: 0,
            none_expires_before: None,
            retired: Vec::new(),
        }
    }

    /// Asks for a connection to `route`. There is `None` while every connection is in use.
    ///
    /// `is_silent` tells whether nothing has arrived on an idle transport, its end included: what has
    /// would be taken for a response. What is handed out was not asked, so that whoever shares the
    /// pool can do that when he holds no others up, and [`replace`](Self::replace) it. The documentation
    /// of [`Pool`] has an example.
    ///
    /// An idle connection has both of its parts: [`Lease::link`] goes to
    /// [`Exchange::handle_reused`](super::Exchange::handle_reused).
    /// One that is to be opened has neither, and its number goes to
    /// [`Exchange::handle_opened`](super::Exchange::handle_opened). After this and every other call
    /// that changes the pool, there may be connections to be closed: see [`retired`](Self::retired).
    #[inline]
    pub fn acquire(
        &mut self,
        route: &Route,
        now: Mono,
        is_silent: impl FnMut(&T) -> bool,
    ) -> Option<Box<Lease<T>>> {
        match self.take(route) {
            Some(idle) if self.is_tidy(self.idle, self.idle + 1, now) => Some(idle),
            found => self.acquire_tidily(found, route, now, is_silent),
        }
    }

    /// Acquires what is left when the pool was looked through, or leave to open one.
    #[cold]
    fn acquire_tidily(
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

    /// Asks for another connection in place of one that turned out not to be silent.
    pub fn replace(
        &mut self,
        lease: Box<Lease<T>>,
        now: Mono,
        is_silent: impl FnMut(&T) -> bool,
    ) -> Option<Box<Lease<T>>> {
        let route = lease.route.clone();
        self.remove(&route);
        self.retired.push(Retired { lease, why: Retirement::NotSilent });
        self.acquire(&route, now, is_silent)
    }

    /// Gives a connection back. One that lacks a part is closed, and leaves the pool.
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
        let is_tidy = self.is_tidy(self.idle, self.idle + 1, now);
        lease.since = now;
        let last = self.put(lease);
        if !is_tidy {
            self.evict(Some(last), now, is_silent);
        }
    }

    /// Takes every idle connection out.
    pub fn close(&mut self) {
        self.retire(|_| Some(Retirement::Closed));
    }

    /// Whether connections have left the pool since [`retired`](Self::retired) was asked last.
    #[must_use]
    pub const fn has_retired(&self) -> bool {
        !self.retired.is_empty()
    }

    /// The connections that have left the pool since this was asked last, in the order in which they
    /// were opened. They are to be closed, which may take a while: nobody else should have to wait.
    pub fn retired(&mut self) -> Vec<Retired<T>> {
        let mut retired = core::mem::take(&mut self.retired);
        retired.sort_unstable_by_key(|retired| retired.lease.connection);
        retired
    }

    /// Whether a request to some route would be given a connection, or leave to open one.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.open < self.limits.connections || self.idle > 0
    }

    /// How many connections there are, idle or in use.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.open
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.open == 0
    }

    /// Where the connections to `route` are, or would have their place.
    #[inline]
    fn find(&self, route: &Route) -> Result<usize, usize> {
        self.places.binary_search_by(|place| place.route.cmp(route))
    }

    /// A place for a connection that is to be opened, if it must in place of one to another route.
    fn open(&mut self, route: &Route) -> Option<Box<Lease<T>>> {
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
        self.opened += 1;
        Some(Box::new(Lease {
            route: route.clone(),
            connection: ConnectionId(self.opened),
            since: Mono::default(),
            link: None,
            transport: None,
        }))
    }

    /// The connection to `route` that became idle last, which is in use from now on.
    #[inline]
    fn take(&mut self, route: &Route) -> Option<Box<Lease<T>>> {
        let index = self.find(route).ok()?;
        let idle = self.places[index].idle.pop()?;
        self.idle -= 1;
        Some(idle)
    }

    /// A connection is idle from now on: its number.
    #[inline]
    fn put(&mut self, idle: Box<Lease<T>>) -> ConnectionId {
        let id = idle.connection;
        if let Ok(index) = self.find(&idle.route) {
            self.places[index].idle.push(idle);
            self.idle += 1;
        }
        id
    }

    /// Whether nothing is to be taken out of so many that are `idle`, `others` of which are not the
    /// one that was used last: as far as can be told without looking at each.
    #[inline]
    fn is_tidy(&self, others: usize, idle: usize, now: Mono) -> bool {
        let has_surplus = self.open > self.limits.keep_alive;
        let none_expires = self.limits.expiry.is_none()
            || self.none_expires_before.is_some_and(|before| now <= before);
        let watches = others > 0 && self.watches(idle);
        idle == 0 || (!has_surplus && none_expires && !watches)
    }

    /// Whether so many that are idle are watched.
    #[inline]
    const fn watches(&self, idle: usize) -> bool {
        idle <= WATCHED && idle == self.open
    }

    /// Takes out what has expired, what is not silent, and what is idle beyond the limit. The `last`
    /// that was used is not asked whether it is silent: it is before its next use.
    #[cold]
    fn evict(
        &mut self,
        last: Option<ConnectionId>,
        now: Mono,
        mut is_silent: impl FnMut(&T) -> bool,
    ) {
        let others = self.idle.saturating_sub(usize::from(last.is_some()));
        if self.is_tidy(others, self.idle, now) {
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

    /// The last of the first `n` idle connections, in the order in which they were opened.
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

    /// Takes out the idle connections for which there is a reason.
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

    /// A connection that was in use is no longer one of the pool's.
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
mod tests {
    use super::*;
    use crate::client::{Options, Url};
    use crate::limits::Config;
    use crate::transport::Link;

    /// A pool whose transports are numbers; those in `loud` have something to read.
    struct Bench {
        pool: Pool<u64>,
        #[expect(clippy::vec_box, reason = "it is the box that goes back")]
        leases: Vec<Box<Lease<u64>>>,
        loud: Vec<u64>,
        closed: Vec<(u64, Retirement)>,
    }

    impl Bench {
        fn new(connections: usize, keep_alive: usize) -> Self {
            let limits = PoolLimits { connections, keep_alive, ..PoolLimits::default() };
            let (pool, leases) = (Pool::new(limits), Vec::new());
            Self { pool, leases, loud: Vec::new(), closed: Vec::new() }
        }

        /// The connection that a request to `host` is given: one that was idle, or a new one.
        fn acquire(&mut self, host: &str, seconds: u64) -> Option<(&'static str, u64)> {
            let url: Url = alloc::format!("http://{host}/").parse().unwrap();
            let at = Mono::from_nanos(seconds * 1_000_000_000);
            let silent = |transport: &u64| !self.loud.contains(transport);
            let mut lease = self.pool.acquire(&Options::default().route_to(&url), at, silent);
            while let Some(loud) =
                lease.take_if(|lease| lease.transport.is_some_and(|t| !silent(&t)))
            {
                lease = self.pool.replace(loud, at, silent);
            }
            self.close();
            let lease = lease?;
            let connection = lease.connection().0;
            let how = match lease.transport {
                Some(transport) => {
                    assert_eq!(transport, connection);
                    "reuse"
                }
                None => "open",
            };
            self.leases.push(lease);
            Some((how, connection))
        }

        fn release(&mut self, id: u64, seconds: u64) {
            let link = Link::new(crate::http1::Role::Client, ConnectionId(id), Config::default());
            let at = Mono::from_nanos(seconds * 1_000_000_000);
            let index = self.leases.iter().position(|lease| lease.connection().0 == id).unwrap();
            let (mut lease, loud) = (self.leases.remove(index), &self.loud);
            (lease.link, lease.transport) = (Some(Box::new(link)), Some(id));
            let silent = |transport: &u64| !loud.contains(transport);
            self.pool.release(lease, at, silent);
            self.close();
        }

        fn close(&mut self) {
            let told = |retired: Retired<u64>| (retired.lease.connection().0, retired.why);
            self.closed.extend(self.pool.retired().into_iter().map(told));
        }
    }

    #[test]
    fn an_idle_connection_serves_its_own_route() {
        let mut bench = Bench::new(10, 10);
        assert_eq!(bench.acquire("a", 0), Some(("open", 1)));
        assert_eq!(bench.acquire("a", 0), Some(("open", 2)), "the first is in use");
        bench.release(1, 0);
        assert_eq!(bench.acquire("b", 0), Some(("open", 3)));
        assert_eq!(bench.acquire("a", 0), Some(("reuse", 1)));
        assert_eq!(bench.closed, []);
    }

    #[test]
    fn what_was_idle_too_long_or_is_not_silent_is_closed() {
        let mut bench = Bench::new(10, 10);
        bench.acquire("a", 0);
        bench.acquire("a", 0);
        bench.release(1, 0);
        bench.release(2, 3);
        bench.loud = vec![2];
        assert_eq!(bench.acquire("a", 6), Some(("open", 3)));
        assert_eq!(bench.closed, [(1, Retirement::Expired), (2, Retirement::NotSilent)]);
    }

    #[test]
    fn what_leads_elsewhere_is_watched_while_nothing_is_in_use() {
        let mut bench = Bench::new(10, 10);
        for host in ["a", "b", "c"] {
            bench.acquire(host, 0);
        }
        bench.release(1, 0);
        bench.loud = vec![1, 2];
        bench.release(2, 0);
        assert_eq!(bench.closed, [], "the third is in use");
        bench.release(3, 0);
        assert_eq!(bench.closed, [(1, Retirement::NotSilent), (2, Retirement::NotSilent)]);
        assert_eq!(bench.acquire("c", 0), Some(("reuse", 3)));
    }

    #[test]
    fn of_many_idle_connections_only_those_that_are_to_be_used_are_asked() {
        let mut bench = Bench::new(10, 10);
        let many = WATCHED as u64 + 2;
        for _ in 0..many {
            bench.acquire("a", 0);
        }
        (1..=many).for_each(|id| bench.release(id, 0));
        bench.loud = vec![1, many];
        assert_eq!(bench.acquire("a", 0), Some(("reuse", many - 1)), "the last that is silent");
        assert_eq!(bench.closed, [(many, Retirement::NotSilent)], "the first was not asked");
        bench.acquire("a", 6);
        assert_eq!(bench.closed.len() as u64, many - 1, "all that are idle expire");
    }

    #[test]
    fn the_oldest_idle_connection_makes_room() {
        let mut bench = Bench::new(2, 2);
        bench.acquire("a", 0);
        bench.acquire("b", 0);
        assert_eq!(bench.acquire("c", 0), None, "both are in use");
        assert!(!bench.pool.has_room());
        bench.release(2, 0);
        assert!(bench.pool.has_room());
        assert_eq!(bench.acquire("c", 0), Some(("open", 3)));
        assert_eq!(bench.closed, [(2, Retirement::Evicted)]);
    }

    #[test]
    fn without_keep_alive_every_connection_is_closed_when_released() {
        let mut bench = Bench::new(10, 0);
        bench.acquire("a", 0);
        bench.release(1, 0);
        assert_eq!(bench.closed, [(1, Retirement::Surplus)]);
        assert!(bench.pool.is_empty());
    }

    #[test]
    fn closing_takes_idle_connections_in_the_order_they_were_opened() {
        let mut bench = Bench::new(10, 10);
        for host in ["a", "b", "c"] {
            bench.acquire(host, 0);
        }
        bench.release(3, 0);
        bench.release(1, 0);
        bench.pool.close();
        bench.close();
        assert_eq!(bench.closed, [(1, Retirement::Closed), (3, Retirement::Closed)]);
        assert_eq!(bench.pool.len(), 1);
    }
}
