//! The sink that sends events to other threads.

#![cfg(test)]

mod samples;

use std::thread;

use limpid_core::time::Mono;
use limpid_core::trace::{Cx, EventKind, ExchangeId, Interest, Scope, Sink, TraceEvent};
use limpid_sinks::{ChannelSink, Item, Levels};

fn tell(sink: &ChannelSink, count: usize) {
    let mut scope = Scope::exchange(ExchangeId(1));
    let mut cx = Cx::new(Mono::default(), sink, &mut scope);
    for _ in 0..count {
        cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
    }
}

#[test]
fn channel_delivers_events_unchanged() {
    let (sink, receiver) = ChannelSink::bounded(100);
    let told = samples::full();
    for event in &told {
        let event = event.borrow();
        sink.event(&samples::meta(event.kind()), &event);
    }
    drop(sink);
    let received: Vec<Item> = receiver.iter().collect();
    let wanted = Levels::verbose().interest();
    let told: Vec<_> = told.into_iter().filter(|e| wanted.contains(e.borrow().kind())).collect();
    assert_eq!(received.len(), told.len());
    for (item, event) in received.iter().zip(&told) {
        assert_eq!(item.meta, samples::meta(event.borrow().kind()));
        assert_eq!((&item.event, item.dropped_before), (event, 0));
    }
}

#[test]
fn channel_reports_dropped_events_with_next_item() {
    let (sink, receiver) = ChannelSink::bounded(2);
    tell(&sink, 5);
    assert_eq!(sink.dropped(), 3);
    let dropped = |item: Item| item.dropped_before;
    assert_eq!(receiver.try_iter().map(dropped).collect::<Vec<_>>(), [0, 0]);
    tell(&sink, 2);
    assert_eq!(receiver.try_iter().map(dropped).collect::<Vec<_>>(), [3, 0]);
    assert_eq!(sink.dropped(), 3);
}

#[test]
fn channel_without_receiver_has_no_interest() {
    let (sink, receiver) = ChannelSink::bounded(2);
    assert_eq!(sink.interest(), Levels::verbose().interest());
    drop(receiver);
    tell(&sink, 2);
    assert!(sink.is_closed());
    assert_eq!(sink.interest(), Interest::NONE);
    assert_eq!(sink.dropped(), 0);
}

#[test]
fn channel_delivers_or_counts_events_of_many_threads() {
    const EACH: usize = 2000;
    let (sink, receiver) = ChannelSink::bounded(16);
    let reader = thread::spawn(move || {
        receiver.iter().fold((0, 0), |(count, dropped), item| {
            thread::yield_now();
            (count + 1, dropped + item.dropped_before)
        })
    });
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| tell(&sink, EACH));
        }
    });
    // The next event fits, and its item counts the dropped ones.
    while {
        let dropped = sink.dropped();
        thread::yield_now();
        tell(&sink, 1);
        sink.dropped() != dropped
    } {}
    let dropped = sink.dropped();
    drop(sink);
    let (received, told_dropped) = reader.join().unwrap();
    assert_eq!(told_dropped, dropped);
    assert!(received + dropped > (10 * EACH) as u64);
}
