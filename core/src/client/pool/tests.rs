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

    /// The connection that a request to `host` receives: an idle or a new one.
    fn acquire(&mut self, host: &str, seconds: u64) -> Option<(&'static str, u64)> {
        let url: Url = alloc::format!("http://{host}/").parse().unwrap();
        let at = Mono::from_nanos(seconds * 1_000_000_000);
        let silent = |transport: &u64| !self.loud.contains(transport);
        let mut lease = self.pool.acquire(&Options::default().route_to(&url), at, silent);
        while let Some(loud) = lease.take_if(|lease| lease.transport.is_some_and(|t| !silent(&t))) {
            lease = self.pool.replace(loud, Retirement::NotSilent, at, silent);
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
        let closed = |retired: Retired<u64>| (retired.lease.connection().0, retired.why);
        self.closed.extend(self.pool.retired().into_iter().map(closed));
    }
}

#[test]
fn pool_reuses_idle_connection_for_its_own_route() {
    let mut bench = Bench::new(10, 10);
    assert_eq!(bench.acquire("a", 0), Some(("open", 1)));
    assert_eq!(bench.acquire("a", 0), Some(("open", 2)), "the first is in use");
    bench.release(1, 0);
    assert_eq!(bench.acquire("b", 0), Some(("open", 3)));
    assert_eq!(bench.acquire("a", 0), Some(("reuse", 1)));
    assert_eq!(bench.closed, []);
}

#[test]
fn pool_closes_connection_that_expired_or_is_not_silent() {
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
fn pool_checks_other_routes_while_no_connection_is_in_use() {
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
fn pool_of_many_idle_connections_checks_only_those_to_be_used() {
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
fn full_pool_evicts_oldest_idle_connection() {
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
fn pool_without_keep_alive_closes_released_connection() {
    let mut bench = Bench::new(10, 0);
    bench.acquire("a", 0);
    bench.release(1, 0);
    assert_eq!(bench.closed, [(1, Retirement::Surplus)]);
    assert!(bench.pool.is_empty());
}

#[test]
fn pool_closes_idle_connections_in_order_of_opening() {
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
