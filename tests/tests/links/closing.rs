//! Servers that close a connection after a response, without having announced it.

use std::time::Duration;

use limpid_core::trace::OwnedTraceEvent;
use limpid_io::Error;
use limpid_sinks::EventList;

use crate::origin::{After, HELLO, Origin};

/// How often each server is asked twice.
const RUNS: u32 = 30;

/// Servers that close before, while and after the second request is sent.
fn closings() -> impl Iterator<Item = After> {
    let times = [0, 200, 500, 1000, 2000].map(Duration::from_micros);
    times.into_iter().flat_map(|time| [After::Close(time), After::Reset(time)])
}

/// Sends two requests, one after the other, with a client of the blocking driver.
fn blocking(url: &str) -> Result<(), Error> {
    let client = limpid_std::Client::default();
    for _ in 0..2 {
        assert_eq!(client.get(url).send()?.text()?, "hello");
    }
    Ok(())
}

/// Does the same with the asynchronous driver.
async fn asynchronous(url: &str) -> Result<(), Error> {
    let client = limpid_tokio::Client::default();
    for _ in 0..2 {
        assert_eq!(client.get(url).send().await?.text().await?, "hello");
    }
    Ok(())
}

/// Returns how many of the runs failed, for each driver.
fn failures(after: After) -> [usize; 3] {
    let origin = Origin::start(HELLO, after).unwrap();
    let url = origin.url();
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let shared = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let count = |run: &dyn Fn() -> Result<(), Error>| (0..RUNS).filter(|_| run().is_err()).count();
    let failures = [
        count(&|| blocking(&url)),
        count(&|| alone.block_on(asynchronous(&url))),
        count(&|| shared.block_on(asynchronous(&url))),
    ];
    // Each request was answered once.
    assert_eq!(origin.requests(), 3 * 2 * RUNS as usize);
    failures
}

#[test]
fn no_request_fails_because_the_server_closed_an_idle_connection() {
    let failed: Vec<_> = closings().map(|after| (after, failures(after))).collect();
    assert!(failed.iter().all(|(_, failures)| *failures == [0; 3]), "{failed:?} of {RUNS}");
}

/// Returns the decisions about sending a request again.
fn decisions(recorder: &EventList) -> Vec<bool> {
    let events = recorder.events().into_iter().map(|(_, event)| event);
    let decision = |event| match event {
        OwnedTraceEvent::ResendDecided { again, .. } => Some(again),
        _ => None,
    };
    events.filter_map(decision).collect()
}

#[test]
fn only_idempotent_requests_are_sent_again_after_the_server_has_read_them() {
    for (method, again) in [("GET", true), ("PUT", true), ("POST", false), ("PATCH", false)] {
        let origin = Origin::start(HELLO, After::CloseOnRequest).unwrap();
        let recorder = EventList::new();
        let client = limpid_std::Client::builder().sink(recorder.clone()).build();
        client.get(&origin.url()).send().unwrap().text().unwrap();
        let second = client.request(method, &origin.url()).body("again").send();
        assert_eq!(second.is_ok(), again, "{method}");
        assert_eq!(decisions(&recorder), [again], "{method}");
        drop((second, client));
        // The first request, the second, and the second again.
        assert_eq!(origin.requests(), if again { 3 } else { 2 }, "{method}");
    }
}

#[test]
fn like_httpx_sends_nothing_again() {
    let origin = Origin::start(HELLO, After::CloseOnRequest).unwrap();
    let client = limpid_std::Client::builder().like_httpx().build();
    client.get(&origin.url()).send().unwrap().text().unwrap();
    client.get(&origin.url()).send().unwrap_err();
    assert_eq!(origin.requests(), 2);
}

#[test]
fn request_is_sent_again_on_a_new_connection_although_others_are_idle() {
    let origin = Origin::start(HELLO, After::CloseOnRequest).unwrap();
    let client = limpid_std::Client::default();
    let both = [(); 2].map(|()| client.get(&origin.url()).send().unwrap());
    assert_eq!(both.map(|response| response.text().unwrap()), ["hello"; 2]);
    assert_eq!(client.get(&origin.url()).send().unwrap().text().unwrap(), "hello");
    assert_eq!((origin.connections(), origin.requests()), (3, 4));
}
