//! Sinks that combine other sinks.

#![cfg(test)]

mod samples;

use std::thread;
use std::time::Duration;

use limpid_core::time::Mono;
use limpid_core::trace::{Cx, EventKind, ExchangeId, Interest, Logger, Scope, Sink, TraceEvent};
use limpid_sinks::combine::{Filter, Group, Sampling, Tee};
use limpid_sinks::{EventList, Levels};
use samples::{LIFE, Wants, exchange, refused};

/// Returns the exchange of each recorded event.
fn exchanges(recorder: &EventList) -> Vec<u64> {
    recorder.events().iter().map(|(meta, _)| meta.exchange.0).collect()
}

fn scope(id: u64) -> Scope {
    Scope::exchange(ExchangeId(id))
}

#[test]
fn tee_passes_events_by_interest_of_sink() {
    let (all, http11) = (EventList::new(), EventList::new());
    let wants = Wants(Interest::logger(Logger::Http11), http11.clone());
    let tee = Tee::new().with(all.clone()).with(wants);
    assert_eq!(tee.interest(), Interest::ALL);
    assert_eq!(Tee::new().interest(), Interest::NONE);
    exchange(&tee, &mut scope(1), 1);
    assert_eq!((all.events().len(), http11.events().len()), (LIFE, 3));
}

#[test]
fn filter_applies_all_conditions() {
    let recorder = EventList::new();
    let filter = Filter::new(recorder.clone())
        .levels(&Levels::documented())
        .only(Interest::logger(Logger::Http11).with(Interest::logger(Logger::LimpidHttp1)))
        .when(|meta, _| meta.seq > 0);
    assert_eq!(filter.interest(), Interest::logger(Logger::Http11));
    exchange(&filter, &mut scope(1), 1);
    assert_eq!(
        recorder.kinds(),
        [EventKind::ResponseClosedStarted, EventKind::ResponseClosedComplete]
    );
}

#[test]
fn sampling_passes_failed_exchange_with_all_events() {
    let recorder = EventList::new();
    let sampling = Sampling::new(recorder.clone(), 0);
    exchange(&sampling, &mut scope(1), 10_000);
    refused(&sampling, &mut scope(2));
    assert_eq!(
        recorder.kinds(),
        [EventKind::ConnectTcpStarted, EventKind::ConnectTcpFailed, EventKind::ExchangeFailed]
    );
    assert_eq!((exchanges(&recorder), sampling.lost()), (vec![2, 2, 2], 0));
}

#[test]
fn sampling_passes_slow_exchange() {
    let recorder = EventList::new();
    let sampling = Sampling::new(recorder.clone(), 0).slow(Duration::from_millis(10));
    exchange(&sampling, &mut scope(1), 9);
    exchange(&sampling, &mut scope(2), 10);
    assert_eq!(exchanges(&recorder), [2; LIFE]);
}

#[test]
fn sampling_selects_same_exchanges_in_every_run() {
    let sampled = || {
        let recorder = EventList::new();
        let sampling = Sampling::new(recorder.clone(), 10);
        (1..=1000).for_each(|id| exchange(&sampling, &mut scope(id), 1));
        exchanges(&recorder)
    };
    let ids = sampled();
    assert_eq!(ids.len() % LIFE, 0);
    assert!((70..130).contains(&(ids.len() / LIFE)), "{}", ids.len() / LIFE);
    assert_eq!(ids, sampled());

    let recorder = EventList::new();
    exchange(&Sampling::new(recorder.clone(), 1), &mut scope(7), 1);
    assert_eq!(recorder.events().len(), LIFE);
}

#[test]
fn sampling_drops_oldest_beyond_limits() {
    let recorder = EventList::new();
    let sampling = Sampling::new(recorder.clone(), 0).limits(2, 400);
    let open = Interest::ALL.without(Interest::only(EventKind::ExchangeComplete));
    for id in 1..=3 {
        exchange(&Wants(open, &sampling), &mut scope(id), 1);
    }
    // The first exchange is dropped, and so are the first events of the others.
    assert!(sampling.lost() >= 4, "{}", sampling.lost());
    refused(&sampling, &mut scope(3));
    let kinds = recorder.kinds();
    assert_eq!(*kinds.last().unwrap(), EventKind::ExchangeFailed);
    assert!(kinds.contains(&EventKind::ResponseClosedStarted), "{kinds:?}");
}

#[test]
fn group_passes_exchange_as_a_whole() {
    let recorder = EventList::new();
    let group = Group::new(recorder.clone());
    thread::scope(|threads| {
        for id in 1..=10 {
            let group = &group;
            threads.spawn(move || {
                for round in 0..20 {
                    exchange(group, &mut scope(id * 100 + round), 1);
                }
            });
        }
    });
    let ids = exchanges(&recorder);
    assert_eq!(ids.len(), 10 * 20 * LIFE);
    for together in ids.chunks(LIFE) {
        assert!(together.iter().all(|id| *id == together[0]), "{together:?}");
    }
}

#[test]
fn group_passes_events_early_beyond_limits() {
    let recorder = EventList::new();
    let group = Group::new(recorder.clone()).limits(2, 150);
    let open = Interest::ALL.without(Interest::only(EventKind::ExchangeComplete));
    for id in 1..=3 {
        exchange(&Wants(open, &group), &mut scope(id), 1);
    }
    drop(group);
    let mut ids = exchanges(&recorder);
    ids.sort_unstable();
    assert_eq!(ids, [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
    for id in 1..=3 {
        let events = recorder.events();
        let mine = events.iter().filter(|(meta, _)| meta.exchange.0 == id);
        assert!(mine.map(|(meta, _)| meta.seq).eq(0..5));
    }
}

#[test]
fn group_filters_end_events_without_interest() {
    let info = Interest::only(EventKind::HttpRequest);
    let (grouped, sampled) = (EventList::new(), EventList::new());
    let group = Group::new(Wants(info, grouped.clone()));
    let sampling = Sampling::new(Wants(info, sampled.clone()), 0).slow(Duration::from_millis(5));
    exchange(&(&group, &sampling), &mut scope(1), 5);
    refused(&(&group, &sampling), &mut scope(2));
    assert_eq!(grouped.kinds(), [EventKind::HttpRequest]);
    assert_eq!(sampled.kinds(), [EventKind::HttpRequest]);
    assert_eq!(Group::new(limpid_core::trace::NoSink).interest(), Interest::NONE);
}

#[test]
fn events_without_exchange_are_passed_on() {
    let recorder = EventList::new();
    let (group, sampling) = (Group::new(recorder.clone()), Sampling::new(recorder.clone(), 0));
    let mut scope = Scope::default();
    let both = (&group, &sampling);
    let mut cx = Cx::new(Mono::default(), &both, &mut scope);
    cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
    assert_eq!(recorder.kinds(), [EventKind::CloseStarted; 2]);
}
