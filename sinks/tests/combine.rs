//! Sinks made of sinks.

#![cfg(test)]

mod samples;

use std::thread;
use std::time::Duration;

use limpid_core::time::Mono;
use limpid_core::trace::{Cx, EventKind, ExchangeId, Interest, Logger, Scope, Sink, TraceEvent};
use limpid_sinks::combine::{Filter, Group, Sampling, Tee};
use limpid_sinks::{Levels, Recorder};
use samples::{LIFE, Wants, exchange, refused};

/// The exchanges that a recorder was told of, event by event.
fn exchanges(recorder: &Recorder) -> Vec<u64> {
    recorder.events().iter().map(|(meta, _)| meta.exchange.0).collect()
}

fn scope(id: u64) -> Scope {
    Scope::exchange(ExchangeId(id))
}

#[test]
fn a_tee_tells_each_sink_what_it_wants() {
    let (all, http11) = (Recorder::new(), Recorder::new());
    let wants = Wants(Interest::logger(Logger::Http11), http11.clone());
    let tee = Tee::new().with(all.clone()).with(wants);
    assert_eq!(tee.interest(), Interest::ALL);
    assert_eq!(Tee::new().interest(), Interest::NONE);
    exchange(&tee, &mut scope(1), 1);
    assert_eq!((all.events().len(), http11.events().len()), (LIFE, 3));
}

#[test]
fn filters_add_up() {
    let recorder = Recorder::new();
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
fn failures_are_always_sampled_and_with_all_that_led_to_them() {
    let recorder = Recorder::new();
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
fn the_slow_are_always_sampled() {
    let recorder = Recorder::new();
    let sampling = Sampling::new(recorder.clone(), 0).slow(Duration::from_millis(10));
    exchange(&sampling, &mut scope(1), 9);
    exchange(&sampling, &mut scope(2), 10);
    assert_eq!(exchanges(&recorder), [2; LIFE]);
}

#[test]
fn of_the_others_one_in_so_many_is_sampled_and_always_the_same() {
    let sampled = || {
        let recorder = Recorder::new();
        let sampling = Sampling::new(recorder.clone(), 10);
        (1..=1000).for_each(|id| exchange(&sampling, &mut scope(id), 1));
        exchanges(&recorder)
    };
    let ids = sampled();
    assert_eq!(ids.len() % LIFE, 0);
    assert!((70..130).contains(&(ids.len() / LIFE)), "{}", ids.len() / LIFE);
    assert_eq!(ids, sampled());

    let recorder = Recorder::new();
    exchange(&Sampling::new(recorder.clone(), 1), &mut scope(7), 1);
    assert_eq!(recorder.events().len(), LIFE);
}

#[test]
fn sampling_forgets_the_oldest_to_stay_within_its_limits() {
    let recorder = Recorder::new();
    let sampling = Sampling::new(recorder.clone(), 0).limits(2, 400);
    let open = Interest::ALL.without(Interest::only(EventKind::ExchangeComplete));
    for id in 1..=3 {
        exchange(&Wants(open, &sampling), &mut scope(id), 1);
    }
    // The first exchange is forgotten, and of the others the first events are.
    assert!(sampling.lost() >= 4, "{}", sampling.lost());
    refused(&sampling, &mut scope(3));
    let kinds = recorder.kinds();
    assert_eq!(*kinds.last().unwrap(), EventKind::ExchangeFailed);
    assert!(kinds.contains(&EventKind::ResponseClosedStarted), "{kinds:?}");
}

#[test]
fn the_events_of_an_exchange_come_together() {
    let recorder = Recorder::new();
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
fn a_group_loses_nothing_when_it_has_no_room() {
    let recorder = Recorder::new();
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
fn what_is_needed_to_see_the_end_is_not_passed_on() {
    let info = Interest::only(EventKind::HttpRequest);
    let (grouped, sampled) = (Recorder::new(), Recorder::new());
    let group = Group::new(Wants(info, grouped.clone()));
    let sampling = Sampling::new(Wants(info, sampled.clone()), 0).slow(Duration::from_millis(5));
    exchange(&(&group, &sampling), &mut scope(1), 5);
    refused(&(&group, &sampling), &mut scope(2));
    assert_eq!(grouped.kinds(), [EventKind::HttpRequest]);
    assert_eq!(sampled.kinds(), [EventKind::HttpRequest]);
    assert_eq!(Group::new(limpid_core::trace::NoSink).interest(), Interest::NONE);
}

#[test]
fn events_of_no_exchange_pass() {
    let recorder = Recorder::new();
    let (group, sampling) = (Group::new(recorder.clone()), Sampling::new(recorder.clone(), 0));
    let mut scope = Scope::default();
    let both = (&group, &sampling);
    let mut cx = Cx::new(Mono::default(), &both, &mut scope);
    cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
    assert_eq!(recorder.kinds(), [EventKind::CloseStarted; 2]);
}
