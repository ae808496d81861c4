//! The pool: connections that wait for their next exchange, and how many there may be.
//!
//! It is a plain value. Whoever shares it between threads or tasks locks it for moments only: no
//! call waits, and none does IO beyond the one question whether a transport is still silent.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use super::proxy::Proxy;
use super::url::Url;
use crate::link::Link;
use crate::time::Mono;
use crate::trace::ConnectionId;

/// Where a connection leads, and through which proxy: connections are shared by requests to the same
/// origin that go the same way. It is cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(Arc<Way>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Way {
    port: u16,
    secure: bool,
    host: String,
    proxy: Option<Arc<Proxy>>,
}

impl Origin {
    /// The origin of a URL, asked directly.
    #[must_use]
    pub fn of(url: &Url) -> Self {
        Self::via(None, url)
    }

    /// The origin of a URL, asked through a proxy if there is one.
    pub(super) fn via(proxy: Option<Arc<Proxy>>, url: &Url) -> Self {
        let secure = url.scheme().is_secure();
        Self(Arc::new(Way { port: url.port(), secure, host: url.host().into(), proxy }))
    }

    /// The proxy on the way.
    #[must_use]
    pub fn proxy(&self) -> Option<&Proxy> {
        self.0.proxy.as_deref()
    }

    /// Whether `url` is of this origin, whatever the way to it.
    #[must_use]
    pub fn is_of(&self, url: &Url) -> bool {
        self.0.secure == url.scheme().is_secure()
            && self.0.port == url.port()
            && self.0.host == url.host()
    }
}

/// How many connections a pool keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// Connections altogether. 100 by default.
    pub connections: usize,
    /// Connections beyond which an idle one is closed. 20 by default.
    pub keep_alive: usize,
    /// How long a connection may be idle; `None` keeps it until the server closes it. Five seconds
    /// by default.
    pub expiry: Option<Duration>,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self { connections: 100, keep_alive: 20, expiry: Some(Duration::from_secs(5)) }
    }
}

/// A connection that is not in use: the machine's part, and the driver's.
#[derive(Debug)]
pub struct Parked<T> {
    /// The machine's part.
    pub link: Box<Link>,
    /// The driver's: a socket, most often.
    pub transport: T,
}

/// A connection that has left the pool, to be closed.
#[derive(Debug)]
pub struct Retired<T> {
    /// The connection.
    pub parked: Parked<T>,
    /// Why.
    pub why: Retirement,
}

/// Why an idle connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retirement {
    /// It was idle for too long.
    Expired,
    /// Something has arrived on it, which may be its end.
    NotSilent,
    /// More connections are open than are kept.
    Surplus,
    /// It makes room for one to another origin.
    Evicted,
    /// The client is closed, and so are all that are idle.
    Closed,
}

impl Retirement {
    /// The reason in words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Expired => "it was idle for too long",
            Self::NotSilent => "the server has closed it, or sent what was not asked for",
            Self::Surplus => "more connections are open than are kept",
            Self::Evicted => "it makes room for a connection to another origin",
            Self::Closed => "the client is closed",
        }
    }
}

/// Where there are no more idle connections than this, each is asked whether it is silent whenever
/// the pool is used, so that one that the server has closed is closed at once, as httpcore does it.
/// Where there are more, only the one that is used again is asked: to ask all of them is a system
/// call each.
const WATCHED: usize = 4;

/// A connection of the pool.
#[derive(Debug)]
struct Slot<T> {
    origin: Origin,
    /// Since when it is idle; `None` while it is in use.
    idle: Option<(Parked<T>, Mono)>,
}

/// The connections to one origin.
#[derive(Debug, Default)]
struct Place {
    /// How many there are.
    open: usize,
    /// Those that are idle, the last that became so at the end: it is used first, for the server is
    /// the least likely to have closed it.
    idle: Vec<ConnectionId>,
}

/// What a request was given.
#[derive(Debug)]
pub enum Acquired<T> {
    /// An idle connection.
    Reuse(Parked<T>),
    /// Leave to open a connection.
    Open,
    /// Neither: every connection is in use. Ask again when one was released.
    Full,
}

/// Connections by origin, `T` being what a driver keeps of each.
#[derive(Debug)]
pub struct Pool<T> {
    limits: PoolLimits,
    /// By their numbers, which is the order in which they were opened.
    slots: BTreeMap<ConnectionId, Slot<T>>,
    places: BTreeMap<Origin, Place>,
    /// Those that are idle, in the order in which they were opened.
    idle: Vec<ConnectionId>,
    /// Before this, none can have been idle for too long.
    none_expires_before: Option<Mono>,
}

impl<T> Pool<T> {
    /// An empty pool.
    #[must_use]
    pub const fn new(limits: PoolLimits) -> Self {
        Self {
            limits,
            slots: BTreeMap::new(),
            places: BTreeMap::new(),
            idle: Vec::new(),
            none_expires_before: None,
        }
    }

    /// Asks for a connection to `origin`. `is_silent` tells whether nothing has arrived on an idle
    /// transport, its end included: what has would be taken for a response. `fresh` is the number
    /// of a connection that is to be opened, higher than those before it. What `retired` is given
    /// is to be closed.
    pub fn acquire(
        &mut self,
        origin: &Origin,
        fresh: ConnectionId,
        now: Mono,
        mut is_silent: impl FnMut(&T) -> bool,
        retired: &mut Vec<Retired<T>>,
    ) -> Acquired<T> {
        let are_silent = self.tidy(now, None, &mut is_silent, retired);
        while let Some(parked) = self.last_idle(origin) {
            if are_silent || is_silent(&parked.transport) {
                return Acquired::Reuse(parked);
            }
            self.forget(parked.link.connection());
            retired.push(Retired { parked, why: Retirement::NotSilent });
        }
        if self.slots.len() >= self.limits.connections {
            let Some(first) = self.idle.first() else { return Acquired::Full };
            self.retire(*first, Retirement::Evicted, retired);
        }
        self.slots.insert(fresh, Slot { origin: origin.clone(), idle: None });
        self.places.entry(origin.clone()).or_default().open += 1;
        Acquired::Open
    }

    /// Gives a connection back: `None` if it is closed.
    pub fn release(
        &mut self,
        id: ConnectionId,
        parked: Option<Parked<T>>,
        now: Mono,
        mut is_silent: impl FnMut(&T) -> bool,
        retired: &mut Vec<Retired<T>>,
    ) {
        match parked {
            Some(parked) => self.rest(id, parked, now),
            None => self.forget(id),
        }
        self.tidy(now, Some(id), &mut is_silent, retired);
    }

    /// Takes every idle connection out, in the order in which they were opened.
    pub fn close(&mut self, retired: &mut Vec<Retired<T>>) {
        for id in core::mem::take(&mut self.idle) {
            self.retire(id, Retirement::Closed, retired);
        }
    }

    /// Whether a request to some origin would be given a connection, or leave to open one.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.slots.len() < self.limits.connections || !self.idle.is_empty()
    }

    /// How many connections there are, idle or in use.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The connection to `origin` that became idle last, which is in use from now on.
    fn last_idle(&mut self, origin: &Origin) -> Option<Parked<T>> {
        let id = self.places.get_mut(origin)?.idle.pop()?;
        if let Ok(index) = self.idle.binary_search(&id) {
            self.idle.remove(index);
        }
        self.slots.get_mut(&id)?.idle.take().map(|(parked, _)| parked)
    }

    /// A connection is idle from now on.
    fn rest(&mut self, id: ConnectionId, parked: Parked<T>, now: Mono) {
        let Some(slot) = self.slots.get_mut(&id) else { return };
        slot.idle = Some((parked, now));
        if let Some(place) = self.places.get_mut(&slot.origin) {
            place.idle.push(id);
        }
        if let Err(index) = self.idle.binary_search(&id) {
            self.idle.insert(index, id);
        }
    }

    /// Takes out what has expired, what is not silent, and what is idle beyond the limit. The
    /// connection that was just used is not asked whether it is silent: it is before its next use.
    /// True if all that are left were found to be silent.
    fn tidy(
        &mut self,
        now: Mono,
        just_used: Option<ConnectionId>,
        is_silent: &mut impl FnMut(&T) -> bool,
        retired: &mut Vec<Retired<T>>,
    ) -> bool {
        let PoolLimits { keep_alive, expiry, .. } = self.limits;
        let watches = self.idle.len() <= WATCHED;
        let may_expire = expiry.is_some() && self.none_expires_before.is_none_or(|at| now > at);
        if self.slots.len() <= keep_alive && !may_expire && !watches {
            return false;
        }
        let (mut open, mut first) = (self.slots.len(), now);
        let mut leaves = Vec::new();
        for id in self.idle.iter().copied() {
            let Some(Slot { idle: Some((parked, since)), .. }) = self.slots.get(&id) else {
                continue;
            };
            let why = if open > keep_alive {
                Retirement::Surplus
            } else if expiry.is_some_and(|expiry| now.since(*since) > expiry) {
                Retirement::Expired
            } else if watches && just_used != Some(id) && !is_silent(&parked.transport) {
                Retirement::NotSilent
            } else {
                first = first.min(*since);
                continue;
            };
            leaves.push((id, why));
            open -= 1;
        }
        self.none_expires_before = expiry.map(|expiry| first + expiry);
        for (id, why) in leaves {
            self.retire(id, why, retired);
        }
        watches
    }

    /// Takes an idle connection out.
    fn retire(&mut self, id: ConnectionId, why: Retirement, retired: &mut Vec<Retired<T>>) {
        let idle = self.slots.get_mut(&id).and_then(|slot| slot.idle.take());
        self.forget(id);
        if let Some((parked, _)) = idle {
            retired.push(Retired { parked, why });
        }
    }

    /// A connection is no longer one of the pool's.
    fn forget(&mut self, id: ConnectionId) {
        let Some(slot) = self.slots.remove(&id) else { return };
        let Some(place) = self.places.get_mut(&slot.origin) else { return };
        place.open -= 1;
        place.idle.retain(|idle| *idle != id);
        if place.open == 0 {
            self.places.remove(&slot.origin);
        }
        if let Ok(index) = self.idle.binary_search(&id) {
            self.idle.remove(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Config;

    /// A pool whose transports are numbers; those in `loud` have something to read.
    struct Bench {
        pool: Pool<u64>,
        opened: u64,
        loud: Vec<u64>,
        closed: Vec<(u64, Retirement)>,
    }

    impl Bench {
        fn new(connections: usize, keep_alive: usize) -> Self {
            let limits = PoolLimits { connections, keep_alive, ..PoolLimits::default() };
            Self { pool: Pool::new(limits), opened: 0, loud: Vec::new(), closed: Vec::new() }
        }

        /// The connection that a request to `host` is given: one that was idle, or a new one.
        fn acquire(&mut self, host: &str, seconds: u64) -> Option<(&'static str, u64)> {
            let url: Url = alloc::format!("http://{host}/").parse().unwrap();
            let (loud, mut retired) = (self.loud.clone(), Vec::new());
            let fresh = ConnectionId(self.opened + 1);
            let silent = |transport: &u64| !loud.contains(transport);
            let at = Mono::from_nanos(seconds * 1_000_000_000);
            let acquired = self.pool.acquire(&Origin::of(&url), fresh, at, silent, &mut retired);
            self.closed
                .extend(retired.iter().map(|retired| (retired.parked.transport, retired.why)));
            match acquired {
                Acquired::Reuse(parked) => Some(("reuse", parked.transport)),
                Acquired::Open => {
                    self.opened += 1;
                    Some(("open", self.opened))
                }
                Acquired::Full => None,
            }
        }

        fn release(&mut self, id: u64, seconds: u64) {
            let link = Link::new(crate::http1::Role::Client, ConnectionId(id), Config::default());
            let (loud, mut retired) = (self.loud.clone(), Vec::new());
            let silent = |transport: &u64| !loud.contains(transport);
            let at = Mono::from_nanos(seconds * 1_000_000_000);
            let parked = Some(Parked { link: Box::new(link), transport: id });
            self.pool.release(ConnectionId(id), parked, at, silent, &mut retired);
            self.closed
                .extend(retired.iter().map(|retired| (retired.parked.transport, retired.why)));
        }
    }

    #[test]
    fn an_idle_connection_serves_its_own_origin() {
        let mut bench = Bench::new(10, 10);
        assert_eq!(bench.acquire("a", 0), Some(("open", 1)));
        assert_eq!(bench.acquire("a", 0), Some(("open", 2)), "the first is in use");
        bench.release(1, 0);
        assert_eq!(bench.acquire("b", 0), Some(("open", 3)));
        assert_eq!(bench.acquire("a", 0), Some(("reuse", 1)));
        assert_eq!(bench.closed, []);
    }

    #[test]
    fn connections_through_other_proxies_lead_elsewhere() {
        let url: Url = "http://a/".parse().unwrap();
        let via = |proxy: &str| Origin::via(Some(Arc::new(proxy.parse().unwrap())), &url);
        assert_eq!(via("http://p:1"), via("http://p:1"));
        assert_ne!(via("http://p:1"), via("http://p:2"));
        assert_ne!(via("http://p:1"), via("http://me@p:1"));
        assert_ne!(via("http://p:1"), Origin::of(&url));
        assert!(via("http://p:1").is_of(&url));
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
        let mut retired = Vec::new();
        bench.pool.close(&mut retired);
        let order: Vec<_> = retired.iter().map(|retired| retired.parked.transport).collect();
        assert_eq!((order, bench.pool.len()), (vec![1, 3], 1));
    }
}
