//! The pool: connections that wait for their next exchange, and how many there may be.
//!
//! It is a plain value. Whoever shares it between threads or tasks locks it for moments only: no
//! call waits, and none does IO beyond the one question whether a transport is still silent.

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
/// origin that go the same way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    secure: bool,
    host: String,
    port: u16,
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
        Self { secure, host: url.host().into(), port: url.port(), proxy }
    }

    /// The proxy on the way.
    #[must_use]
    pub fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_deref()
    }

    /// Whether `url` is of this origin, whatever the way to it.
    #[must_use]
    pub fn is_of(&self, url: &Url) -> bool {
        self.secure == url.scheme().is_secure()
            && self.port == url.port()
            && self.host == url.host()
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
    pub link: Link,
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

/// A place in the pool.
#[derive(Debug)]
struct Slot<T> {
    id: ConnectionId,
    origin: Origin,
    /// Since when it is idle; `None` while it is in use.
    idle: Option<(Parked<T>, Mono)>,
}

/// What a request was given.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a link is moved once an exchange; a box would allocate"
)]
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
    slots: Vec<Slot<T>>,
}

impl<T> Pool<T> {
    /// An empty pool.
    #[must_use]
    pub const fn new(limits: PoolLimits) -> Self {
        Self { limits, slots: Vec::new() }
    }

    /// Asks for a connection to `origin`. `is_silent` tells whether nothing has arrived on an idle
    /// transport, its end included: what has would be taken for a response. `fresh` is the number
    /// of a connection that is to be opened. What `retired` is given is to be closed.
    pub fn acquire(
        &mut self,
        origin: &Origin,
        fresh: ConnectionId,
        now: Mono,
        is_silent: impl FnMut(&T) -> bool,
        retired: &mut Vec<Retired<T>>,
    ) -> Acquired<T> {
        self.tidy(now, is_silent, retired);
        let of_origin = |slot: &&mut Slot<T>| slot.origin == *origin && slot.idle.is_some();
        if let Some((parked, _)) =
            self.slots.iter_mut().find(of_origin).and_then(|slot| slot.idle.take())
        {
            return Acquired::Reuse(parked);
        }
        if self.slots.len() >= self.limits.connections {
            let Some(index) = self.slots.iter().position(|slot| slot.idle.is_some()) else {
                return Acquired::Full;
            };
            self.retire(index, Retirement::Evicted, retired);
        }
        self.slots.push(Slot { id: fresh, origin: origin.clone(), idle: None });
        Acquired::Open
    }

    /// Gives a connection back: `None` if it is closed.
    pub fn release(
        &mut self,
        id: ConnectionId,
        parked: Option<Parked<T>>,
        now: Mono,
        is_silent: impl FnMut(&T) -> bool,
        retired: &mut Vec<Retired<T>>,
    ) {
        if let Some(index) = self.slots.iter().position(|slot| slot.id == id) {
            match parked {
                Some(parked) => self.slots[index].idle = Some((parked, now)),
                None => drop(self.slots.remove(index)),
            }
        }
        self.tidy(now, is_silent, retired);
    }

    /// Takes every idle connection out, in the order in which they were opened.
    pub fn close(&mut self, retired: &mut Vec<Retired<T>>) {
        let mut index = 0;
        while index < self.slots.len() {
            if self.slots[index].idle.is_some() {
                self.retire(index, Retirement::Closed, retired);
            } else {
                index += 1;
            }
        }
    }

    /// Whether a request to some origin would be given a connection, or leave to open one.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.slots.len() < self.limits.connections
            || self.slots.iter().any(|slot| slot.idle.is_some())
    }

    /// How many connections there are, idle or in use.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Takes out what has expired, what is not silent, and what is idle beyond the limit.
    fn tidy(
        &mut self,
        now: Mono,
        mut is_silent: impl FnMut(&T) -> bool,
        retired: &mut Vec<Retired<T>>,
    ) {
        let PoolLimits { keep_alive, expiry, .. } = self.limits;
        let mut index = 0;
        while index < self.slots.len() {
            let surplus = self.slots.len() > keep_alive;
            let leaves = match &self.slots[index].idle {
                None => None,
                Some(_) if surplus => Some(Retirement::Surplus),
                Some((_, since)) if expiry.is_some_and(|expiry| now.since(*since) > expiry) => {
                    Some(Retirement::Expired)
                }
                Some((parked, _)) => {
                    (!is_silent(&parked.transport)).then_some(Retirement::NotSilent)
                }
            };
            match leaves {
                None => index += 1,
                Some(why) => self.retire(index, why, retired),
            }
        }
    }

    fn retire(&mut self, index: usize, why: Retirement, retired: &mut Vec<Retired<T>>) {
        if let Some((parked, _)) = self.slots.remove(index).idle {
            retired.push(Retired { parked, why });
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
            let parked = Some(Parked { link, transport: id });
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
