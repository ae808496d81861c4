//! The documented page: the output of one GET over TLS.

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use common::documented::{FIELDS, events};
use common::{fields, tell};
use limpid_sinks::{LineSink, TimeZone};

const PAGE: &str = include_str!("documented.log");

/// Returns a line with the address of its object replaced, and the address.
fn without_address(line: &str) -> (String, Option<&str>) {
    match line.split_once("0x").and_then(|(before, rest)| Some((before, rest.split_once('>')?))) {
        Some((before, (address, after))) => (format!("{before}ADDRESS>{after}"), Some(address)),
        None => (line.into(), None),
    }
}

#[test]
fn documented_page_is_printed_line_for_line() {
    let block = fields(&FIELDS);
    // The first three lines are of 17:27:40, the others of the next second.
    let lines_told = AtomicU64::new(0);
    let clock = move || {
        let line = lines_told.fetch_add(1, Ordering::Relaxed);
        UNIX_EPOCH + Duration::from_secs(1_727_544_460 + u64::from(line >= 3))
    };
    let sink = LineSink::new(Vec::new()).time_zone(TimeZone::Utc).clock(clock);
    tell(&sink, &events(block.fields()));

    let written = String::from_utf8(sink.into_writer()).unwrap();
    assert_eq!(written.lines().count(), 19);
    assert!(written.ends_with("close.complete\n"));
    let mut addresses = Vec::new();
    for (ours, theirs) in written.lines().zip(PAGE.lines()) {
        let ((ours, address), (theirs, _)) = (without_address(ours), without_address(theirs));
        assert_eq!(ours, theirs);
        addresses.extend(address);
    }
    assert_eq!(addresses, ["7f0000001000", "7f0000001010"], "TLS makes a new stream");
}

#[test]
fn a_line_allocates_nothing_once_the_buffer_has_grown() {
    let block = fields(&FIELDS);
    let events = events(block.fields());
    let sink = LineSink::new(std::io::sink());
    tell(&sink, &events);
    let count = allocation_counter::measure(|| tell(&sink, &events));
    assert_eq!(count.count_total, 0);
}
