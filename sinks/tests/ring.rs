//! The flight recorder.

#![cfg(test)]

mod samples;

use std::sync::Barrier;
use std::thread;

use limpid_core::client::Timings;
use limpid_core::time::Mono;
use limpid_core::trace::{
    Cx, EventKind, ExchangeId, Interest, Meta, OwnedTraceEvent, Scope, Sink, TraceEvent,
};
use limpid_sinks::{EventList, Levels, LineSink, Ring, TimeZone};

const WHY: &str = "the peer said Connection: close";

/// Emits many events of one exchange.
fn chatter(sink: &impl Sink, exchange: u64, count: u64) {
    let mut scope = Scope::exchange(ExchangeId(exchange));
    let mut cx = Cx::new(Mono::default(), sink, &mut scope);
    for offset in 0..count {
        cx.emit(EventKind::ChunkRead, || TraceEvent::ChunkRead { size: 1, extension: 0, offset });
    }
}

fn of(events: &[(Meta, OwnedTraceEvent)], exchange: u64) -> Vec<EventKind> {
    let is_of = |(meta, _): &(Meta, OwnedTraceEvent)| meta.exchange == ExchangeId(exchange);
    events.iter().filter(|event| is_of(event)).map(|(meta, _)| meta.kind).collect()
}

#[test]
fn ring_returns_events_unchanged() {
    let ring = Ring::new(64 * 1024).levels(&Levels::everything());
    let mut told = samples::full();
    told.extend(samples::empty());
    for event in &told {
        let event = event.borrow();
        ring.event(&samples::meta(event.kind()), &event);
    }
    let events = ring.events();
    assert!(events.iter().all(|(meta, event)| *meta == samples::meta(event.borrow().kind())));
    assert!(events.into_iter().map(|(_, event)| event).eq(told));
    ring.clear();
    assert!(ring.events().is_empty());
}

#[test]
fn ring_records_head_lines_on_request() {
    let line = TraceEvent::FieldRead { name: b"Name", value: b"value", offset: 0 };
    for (ring, recorded) in
        [(Ring::new(Ring::LEAST), 0), (Ring::new(Ring::LEAST).levels(&Levels::verbose()), 1)]
    {
        ring.event(&samples::meta(line.kind()), &line);
        assert_eq!(ring.events().len(), recorded);
    }
}

#[test]
fn ring_keeps_newest_events() {
    let ring = Ring::new(Ring::LEAST);
    assert_eq!(ring.memory(), Ring::LEAST);
    chatter(&ring, 1, 10_000);
    let events = ring.events();
    assert!(events.len() > 50, "{}", events.len());
    let first = 10_000 - events.len() as u64;
    let numbers = events.iter().map(|(meta, _)| meta.seq);
    assert!(numbers.eq(first..10_000));
}

#[test]
fn ring_pins_heads_and_failures_of_open_exchanges() {
    let ring = Ring::new(Ring::LEAST);
    let (mut done, mut open) = (Scope::exchange(ExchangeId(1)), Scope::exchange(ExchangeId(2)));
    samples::exchange(&ring, &mut done, 1);
    // All but the last event, which ends the exchange.
    let wants = Interest::ALL.without(Interest::only(EventKind::ExchangeComplete));
    samples::exchange(&samples::Wants(wants, &ring), &mut open, 1);
    chatter(&ring, 3, 10_000);

    assert_eq!(of(&ring.events(), 1), []);
    let kept = [
        EventKind::ConnectTcpStarted,
        EventKind::SendRequestHeadersStarted,
        EventKind::HttpRequest,
    ];
    assert_eq!(of(&ring.events(), 2), kept);
    let kinds: Vec<_> = ring.exchange(ExchangeId(2)).iter().map(|(meta, _)| meta.kind).collect();
    assert_eq!(kinds, kept);
}

#[test]
fn ring_keeps_head_among_many_exchanges() {
    let ring = Ring::new(Ring::LEAST);
    let tell = |exchange, event: TraceEvent<'_>| {
        let meta = samples::meta(event.kind());
        let mut meta = meta;
        meta.exchange = ExchangeId(exchange);
        ring.event(&meta, &event);
    };
    let head = TraceEvent::SendRequestHeadersStarted { request: b"GET" };
    for turn in 0..60 {
        tell(1 + turn % 2, head);
    }
    let timings = &Timings::default();
    for exchange in [1, 2] {
        tell(
            exchange,
            TraceEvent::ExchangeComplete {
                sent: 0,
                received: 0,
                request_body: 0,
                response_body: 0,
                timings,
            },
        );
    }
    tell(3, head);
    chatter(&ring, 4, 10_000);

    assert_eq!(of(&ring.events(), 1), []);
    assert_eq!(of(&ring.events(), 3), [EventKind::SendRequestHeadersStarted]);
}

#[test]
fn ring_bounds_memory_of_exchanges_without_end() {
    let ring = Ring::new(Ring::LEAST);
    let wants = Interest::ALL.without(Interest::only(EventKind::ExchangeComplete));
    for id in 1..=5_000 {
        let mut scope = Scope::exchange(ExchangeId(id));
        samples::exchange(&samples::Wants(wants, &ring), &mut scope, 1);
    }
    chatter(&ring, 9_999, 10_000);
    let pinned = ring.events().iter().filter(|(meta, _)| meta.exchange.0 != 9_999).count();
    assert!((10..100).contains(&pinned), "{pinned}");
    assert_eq!(ring.events().last().unwrap().0.seq, 9_999);
}

#[test]
fn ring_counts_event_larger_than_segment() {
    let ring = Ring::new(Ring::LEAST).levels(&Levels::everything());
    chatter(&ring, 1, 3);
    let meta = samples::meta(EventKind::BytesReceived);
    ring.event(
        &meta,
        &TraceEvent::BytesReceived { layer: "http", offset: 0, bytes: &[0; Ring::LEAST] },
    );
    assert_eq!((ring.events().len(), ring.lost()), (3, 1));
}

#[test]
fn dump_replays_events_with_their_times() {
    let ring = Ring::new(Ring::LEAST);
    let mut scope = Scope::exchange(ExchangeId(1));
    samples::refused(&ring, &mut scope);
    let lines = || {
        let base = ring.time_base();
        let at_epoch = limpid_sinks::TimeBase::new(base.mono, std::time::UNIX_EPOCH);
        LineSink::new(Vec::new()).time_zone(TimeZone::Utc).time_base(at_epoch)
    };
    let all = lines();
    ring.dump(&all);
    assert_eq!(
        String::from_utf8(all.into_writer()).unwrap(),
        "DEBUG [1970-01-01 00:00:00] httpcore.connection - connect_tcp.started \
         host='example.com' port=80 local_address=None timeout=None socket_options=None\n\
         DEBUG [1970-01-01 00:00:00] httpcore.connection - connect_tcp.failed \
         exception=ConnectError(ConnectionRefusedError(111, 'Connection refused'))\n"
    );
    let of_another = lines();
    ring.dump_exchange(ExchangeId(2), &of_another);
    assert!(of_another.into_writer().is_empty());
    // Only the events that the other sink has an interest in.
    let failures = Interest::only(EventKind::ConnectTcpFailed);
    let recorder = EventList::new();
    ring.dump(&samples::Wants(failures, recorder.clone()));
    assert_eq!(recorder.kinds(), [EventKind::ConnectTcpFailed]);
}

#[test]
fn recording_allocates_nothing() {
    let ring = Ring::new(Ring::LEAST).levels(&Levels::everything());
    let mut events = samples::full();
    events.extend(samples::empty());
    let count = allocation_counter::measure(|| {
        for round in 0..100 {
            for event in &events {
                let event = event.borrow();
                let exchange = ExchangeId(round);
                let mut meta = samples::meta(event.kind());
                meta.exchange = exchange;
                ring.event(&meta, &event);
            }
        }
    });
    assert_eq!(count.count_total, 0);
}

#[test]
fn dump_orders_events_of_threads_by_time() {
    let ring = Ring::new(Ring::LEAST);
    let tell = |exchange, at| {
        let mut scope = Scope::exchange(ExchangeId(exchange));
        let mut cx = Cx::new(Mono::from_nanos(at), &ring, &mut scope);
        cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
    };
    tell(1, 10);
    thread::scope(|scope| scope.spawn(|| [20, 40].map(|at| tell(2, at))).join()).unwrap();
    tell(1, 30);
    let times: Vec<u64> = ring.events().iter().map(|(meta, _)| meta.at.as_nanos()).collect();
    assert_eq!(times, [10, 20, 30, 40]);
}

#[test]
fn ended_thread_frees_its_segments() {
    let ring = Ring::new(Ring::LEAST);
    for id in 1..=200 {
        thread::scope(|scope| scope.spawn(|| chatter(&ring, id, 3)).join()).unwrap();
    }
    let events = ring.events();
    let exchanges = events.iter().map(|(meta, _)| meta.exchange.0);
    let newest = (1..=200).flat_map(|id| [id; 3]).skip(600 - events.len());
    assert!(exchanges.eq(newest));
    assert!(events.len() > 100, "{}", events.len());
}

#[test]
fn threads_beyond_limit_share_a_segment() {
    let ring = Ring::new(Ring::LEAST);
    let barrier = Barrier::new(16);
    thread::scope(|scope| {
        for id in 1..=16 {
            let (ring, barrier) = (&ring, &barrier);
            scope.spawn(move || {
                chatter(ring, id, 1);
                // All threads are still running.
                barrier.wait();
                chatter(ring, id, 2);
            });
        }
    });
    let events = ring.events();
    for id in 1..=16 {
        assert_eq!(of(&events, id).len(), 3);
    }
}

#[test]
fn thread_records_in_many_rings() {
    let many = || (0..6).map(|_| Ring::new(Ring::LEAST)).collect::<Vec<_>>();
    // The second round takes the places of the dropped rings.
    for rings in [many(), many()] {
        for _ in 0..100 {
            rings.iter().for_each(|ring| chatter(ring, 1, 1));
        }
        assert!(rings.iter().all(|ring| ring.events().len() == 100));
    }
}

#[test]
fn cleared_ring_records_again() {
    let ring = Ring::new(Ring::LEAST);
    chatter(&ring, 1, 10_000);
    ring.clear();
    assert!(ring.events().is_empty());
    chatter(&ring, 2, 5);
    assert_eq!(of(&ring.events(), 2).len(), 5);
    // Removed events do not reappear when their memory is overwritten.
    chatter(&ring, 3, 10_000);
    assert_eq!(of(&ring.events(), 1), []);
}

#[test]
fn threads_share_a_ring() {
    const THREADS: u64 = 8;
    let ring = Ring::new(256 * 1024);
    let barrier = Barrier::new(usize::try_from(THREADS).unwrap() + 1);
    thread::scope(|scope| {
        for id in 1..=THREADS {
            let (ring, barrier) = (&ring, &barrier);
            scope.spawn(move || {
                barrier.wait();
                chatter(ring, id, 5_000);
                let mut scope = Scope::exchange(ExchangeId(id));
                Cx::new(Mono::default(), ring, &mut scope).emit(EventKind::ReuseDecided, || {
                    TraceEvent::ReuseDecided { reusable: false, why: WHY }
                });
            });
        }
        barrier.wait();
        // A reader sees whole events, and those of each thread in order.
        for _ in 0..50 {
            let events = ring.events();
            for id in 1..=THREADS {
                let mine: Vec<u64> = events
                    .iter()
                    .filter(|(meta, _)| meta.exchange.0 == id && meta.kind == EventKind::ChunkRead)
                    .map(|(meta, _)| meta.seq)
                    .collect();
                assert!(mine.windows(2).all(|pair| pair[0] + 1 == pair[1]));
            }
        }
    });
    let is_end =
        |event: &OwnedTraceEvent| matches!(event, OwnedTraceEvent::ReuseDecided { why: WHY, .. });
    assert!(ring.events().iter().any(|(_, event)| is_end(event)));
}
