//! Tests of the queue of waiters for a connection.

#![cfg(test)]

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use limpid_core::client::{Lease, Options, PoolLimits, Route, Url};
use limpid_io::{Acquire, BuildClient, ClientBuilder, Connections, PooledTransport, Settings};

/// A transport without data.
struct Nothing;

impl PooledTransport for Nothing {
    type Network = ();

    fn is_silent(&self) -> bool {
        true
    }

    fn close(self, _: &[u8]) {}
}

/// Counts how often it was woken.
#[derive(Default)]
struct Count(Mutex<u32>);

impl Count {
    fn get(&self) -> u32 {
        *self.0.lock().unwrap()
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        *self.0.lock().unwrap() += 1;
    }
}

struct Full(Connections<Nothing>);

impl BuildClient for Full {
    type Resolver = ();
    type Connector = ();

    fn build(settings: Settings, (): (), (): ()) -> Self {
        Self(Connections::new(settings, ()))
    }
}

/// Returns connections that are all in use, and their leases.
#[expect(clippy::vec_box, reason = "it is the box that goes back")]
fn full(connections: usize) -> (Connections<Nothing>, Route, Vec<Box<Lease<Nothing>>>) {
    let limits = PoolLimits::with(|limits| limits.connections = connections);
    let route = Options::default().route_to(&"http://a/".parse::<Url>().unwrap());
    let full = ClientBuilder::<Full>::default().pool(limits).build().0;
    let acquire = |_| full.try_acquire((&route).into(), full.now()).unwrap();
    let leases = (0..connections).map(acquire).collect();
    (full, route, leases)
}

/// Releases a connection without its parts, so that it is closed.
fn close(connections: &Connections<Nothing>, lease: Box<Lease<Nothing>>) {
    connections.release(lease, connections.now());
}

fn poll(
    acquire: Pin<&mut Acquire<'_, Nothing>>,
    count: &Arc<Count>,
) -> Option<Box<Lease<Nothing>>> {
    let waker = Waker::from(Arc::clone(count));
    match acquire.poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(lease) => Some(lease),
        Poll::Pending => None,
    }
}

#[test]
fn waiters_are_served_in_order() {
    let (connections, route, mut leases) = full(1);
    let (mut first, mut second) =
        (pin!(connections.acquire((&route).into())), pin!(connections.acquire((&route).into())));
    let counts = [Arc::<Count>::default(), Arc::default()];
    assert!(poll(first.as_mut(), &counts[0]).is_none());
    assert!(poll(second.as_mut(), &counts[1]).is_none());
    close(&connections, leases.remove(0));
    assert_eq!(counts.each_ref().map(|count| count.get()), [1, 0]);
    assert!(connections.try_acquire((&route).into(), connections.now()).is_none(), "others wait");
    assert!(poll(second.as_mut(), &counts[1]).is_none(), "it is not the second's turn");
    let lease = poll(first.as_mut(), &counts[0]).unwrap();
    close(&connections, lease);
    assert_eq!(counts.each_ref().map(|count| count.get()), [1, 1]);
    assert!(poll(second.as_mut(), &counts[1]).is_some());
}

#[test]
fn two_released_connections_serve_two_waiters() {
    let (connections, route, leases) = full(2);
    let (mut first, mut second) =
        (pin!(connections.acquire((&route).into())), pin!(connections.acquire((&route).into())));
    let counts = [Arc::<Count>::default(), Arc::default()];
    assert!(poll(first.as_mut(), &counts[0]).is_none());
    assert!(poll(second.as_mut(), &counts[1]).is_none());
    leases.into_iter().for_each(|lease| close(&connections, lease));
    assert_eq!(counts[1].get(), 0);
    assert!(poll(first.as_mut(), &counts[0]).is_some());
    assert_eq!(counts[1].get(), 1, "there is one left");
    assert!(poll(second.as_mut(), &counts[1]).is_some());
}

#[test]
fn dropped_waiter_leaves_its_turn_to_the_next() {
    let (connections, route, mut leases) = full(1);
    let mut first = Box::pin(connections.acquire((&route).into()));
    let mut second = pin!(connections.acquire((&route).into()));
    let counts = [Arc::<Count>::default(), Arc::default()];
    assert!(poll(first.as_mut(), &counts[0]).is_none());
    assert!(poll(second.as_mut(), &counts[1]).is_none());
    close(&connections, leases.remove(0));
    drop(first);
    assert_eq!(counts[1].get(), 1);
    assert!(poll(second.as_mut(), &counts[1]).is_some());
}
