//! Connections of a pool, which are leased to exchanges, returned and closed.

use std::sync::Arc;

use limpid_core::client::{
    Action, Emitted, Exchange, Interest, Options, Pool, PoolLimits, Request,
};
use limpid_core::error::Call;
use limpid_core::time::Mono;
use limpid_core::trace::ExchangeId;

use crate::transport::{Script, Told};

const NOW: Mono = Mono::from_nanos(0);

fn exchange() -> Exchange {
    let request = Request::builder(b"GET", "http://h/".parse().unwrap()).build();
    Exchange::new(ExchangeId(1), request, Arc::new(Options::default()))
}

/// Runs an exchange on a connection of the pool, whose transports are numbers.
fn run(pool: &mut Pool<u64>, told: &Told, is_silent: impl Fn(&u64) -> bool) -> u64 {
    let mut exchange = exchange();
    assert_eq!(exchange.poll(NOW, told), Action::Acquire);
    let mut lease = exchange.acquire_from(pool, NOW, told, &is_silent).unwrap().unwrap();
    if lease.transport.is_none() {
        assert_eq!(exchange.poll(NOW, told), Action::Resolve);
        exchange.handle_resolved(&["127.0.0.1:80".parse().unwrap()], NOW, told).unwrap();
        let Action::Dial(dial) = exchange.poll(NOW, told) else { panic!() };
        exchange.handle_dialed(dial, NOW, told).unwrap();
        lease.transport = Some(lease.connection().0);
    }
    assert_eq!(exchange.poll(NOW, told), Action::Wait(Interest::WRITE));
    assert!(exchange.write_to(Script::write(Ok(100)), NOW, told));
    assert_eq!(exchange.poll(NOW, told), Action::Wait(Interest::READ));
    assert!(exchange.read_from(Script::read(Ok(b"HTTP/1.1 204 .\r\n\r\n")), NOW, told));
    assert_eq!(exchange.poll(NOW, told), Action::Event(Emitted::Head));
    assert_eq!(exchange.poll(NOW, told), Action::Done);
    let connection = lease.connection().0;
    exchange.release_to(pool, lease, NOW, is_silent);
    connection
}

/// Closes the connections that have left the pool, and returns their transports.
fn closed(pool: &mut Pool<u64>, told: &Told) -> Vec<u64> {
    let mut closed = Vec::new();
    pool.close_retired(NOW, told, |transport, last| {
        assert_eq!(last, b"", "plain connections send no last bytes");
        closed.push(transport);
    });
    closed
}

#[test]
fn leased_connection_is_opened_and_then_reused() {
    let (mut pool, told) = (Pool::new(PoolLimits::default()), Told::default());
    assert_eq!(run(&mut pool, &told, |_| true), 1);
    assert_eq!(run(&mut pool, &told, |_| true), 1);
    assert_eq!(closed(&mut pool, &told), []);
}

#[test]
fn idle_connection_that_is_not_silent_is_replaced_and_closed() {
    let (mut pool, told) = (Pool::new(PoolLimits::default()), Told::default());
    assert_eq!(run(&mut pool, &told, |_| true), 1);
    assert_eq!(run(&mut pool, &told, |transport| *transport != 1), 2);
    assert_eq!(closed(&mut pool, &told), [1]);
    assert_eq!(pool.len(), 1);
}

#[test]
fn unexpected_lease_is_returned() {
    let (mut pool, told) = (Pool::new(PoolLimits::default()), Told::default());
    run(&mut pool, &told, |_| true);
    let mut exchange = exchange();
    let early = exchange.acquire_from(&mut pool, NOW, &told, |_| true).unwrap_err();
    assert_eq!(early.call, Call::HandleReused);
    let mut lease = pool.acquire_silent(exchange.route(), NOW, |_| true).unwrap();
    let error = exchange.handle_leased(&mut lease, NOW, &told).unwrap_err();
    assert_eq!(error.call, Call::HandleReused);
    assert!(lease.link.is_some());
    pool.release(lease, NOW, |_| true);
    assert_eq!(pool.len(), 1);
}
