//! A request can be cancelled at any point: every span that has started ends.

#![cfg(test)]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use limpid_tests::certificates::Certificates;
use limpid_tests::golden::{cancel_at_every_poll, scenarios};

#[test]
fn exchange_cancelled_at_any_poll_ends_its_spans() {
    let mut playable = scenarios().unwrap();
    playable.retain(|scenario| !scenario.configures_logging() && scenario.unplayable().is_none());
    assert!(playable.len() > 100, "{}", playable.len());
    let certificates = Certificates::new().unwrap();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(scenario) = playable.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = cancel_at_every_poll(scenario, &certificates);
                    if !matches!(&found, Ok(found) if found.is_empty()) {
                        wrong.lock().unwrap().push((scenario.name.clone(), found));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
