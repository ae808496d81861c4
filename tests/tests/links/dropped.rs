//! Responses that are dropped before the end of their body.

use limpid_core::trace::OwnedTraceEvent;
use limpid_sinks::EventList;
use tokio::runtime::{Builder, Runtime};

use crate::origin::{After, HELLO, Origin};

/// A response whose body does not arrive.
const ONLY_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";

/// How often a prepared request is sent.
const POLLS: usize = 50;

fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()]
        .map(|mut builder| builder.enable_all().build().unwrap())
}

/// Returns the decision about the connection of a dropped response.
fn decision(recorder: &EventList) -> Option<(u64, bool)> {
    recorder.events().into_iter().find_map(|(_, event)| match event {
        OwnedTraceEvent::DrainDecided { bytes, keeps, .. } => Some((bytes, keeps)),
        _ => None,
    })
}

/// Returns the head and the body, which are sent with a pause between them.
fn in_two_parts(length: usize) -> Vec<Vec<u8>> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    vec![head.into_bytes(), vec![b'x'; length]]
}

#[test]
fn prepared_request_is_polled_on_one_connection() {
    for response in [HELLO, "HTTP/1.1 503 Not Yet\r\nContent-Length: 0\r\n\r\n"] {
        let origin = Origin::start(response, After::Keep).unwrap();
        let client = limpid_std::Client::default();
        let health = client.get(&origin.url()).prepare().unwrap();
        for _ in 0..POLLS {
            assert!(client.send(&health).unwrap().status() >= 200);
        }
        drop(client);
        assert_eq!((origin.connections(), origin.requests()), (1, POLLS));
    }
}

#[test]
fn prepared_request_is_polled_on_one_connection_by_tokio() {
    for runtime in runtimes() {
        let origin = Origin::start(HELLO, After::Keep).unwrap();
        runtime.block_on(async {
            let client = limpid_tokio::Client::default();
            let health = client.get(&origin.url()).prepare().unwrap();
            for _ in 0..POLLS {
                assert_eq!(client.send(&health).await.unwrap().status(), 200);
            }
        });
        assert_eq!((origin.connections(), origin.requests()), (1, POLLS));
    }
}

#[test]
fn blocking_client_does_not_wait_for_the_rest() {
    let origin = Origin::start(ONLY_HEAD, After::Keep).unwrap();
    let recorder = EventList::new();
    let client = limpid_std::Client::builder().sink(recorder.clone()).build();
    for _ in 0..2 {
        drop(client.get(&origin.url()).send().unwrap());
    }
    assert_eq!(decision(&recorder), Some((0, false)));
    assert_eq!(origin.connections(), 2);
}

#[test]
fn asynchronous_client_reads_a_short_rest_in_a_task() {
    for runtime in runtimes() {
        let origin = Origin::start_in_parts(in_two_parts(5), After::Keep).unwrap();
        let recorder = EventList::new();
        let client = limpid_tokio::Client::builder()
            // The machine may be busy.
            .drain(limpid_tokio::DrainLimits::with(|limits| limits.time *= 100))
            .sink(recorder.clone())
            .build();
        runtime.block_on(async {
            drop(client.get(&origin.url()).send().await.unwrap());
            while decision(&recorder).is_none() {
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(decision(&recorder), Some((5, true)));
        drop((client, runtime));
        assert_eq!(origin.connections(), 1);
    }
}

#[test]
fn long_rest_closes_the_connection() {
    let origin = Origin::start_in_parts(in_two_parts(1 << 20), After::Keep).unwrap();
    let recorder = EventList::new();
    let client = limpid_std::Client::builder().sink(recorder.clone()).build();
    drop(client.get(&origin.url()).send().unwrap());
    assert_eq!(decision(&recorder), Some((0, false)));
    for runtime in runtimes() {
        let recorder = EventList::new();
        let client = limpid_tokio::Client::builder().sink(recorder.clone()).build();
        runtime.block_on(async { drop(client.get(&origin.url()).send().await.unwrap()) });
        assert_eq!(decision(&recorder), Some((0, false)));
    }
}

#[test]
fn response_that_is_dropped_outside_of_a_runtime_closes_its_connection_unless_it_is_complete() {
    for (response, connections) in [(ONLY_HEAD, 2), (HELLO, 1)] {
        let origin = Origin::start(response, After::Keep).unwrap();
        let [runtime, _] = runtimes();
        let client = limpid_tokio::Client::default();
        for _ in 0..2 {
            drop(runtime.block_on(client.get(&origin.url()).send()).unwrap());
        }
        drop((client, runtime));
        assert_eq!(origin.connections(), connections);
    }
}

#[test]
fn like_httpx_closes_the_connection_of_a_dropped_response() {
    let origin = Origin::start(HELLO, After::Keep).unwrap();
    let client = limpid_std::Client::builder().like_httpx().build();
    for _ in 0..3 {
        drop(client.get(&origin.url()).send().unwrap());
    }
    let [runtime, _] = runtimes();
    let client = limpid_tokio::Client::builder().like_httpx().build();
    for _ in 0..3 {
        runtime.block_on(async { drop(client.get(&origin.url()).send().await.unwrap()) });
    }
    assert_eq!(origin.connections(), 6);
}
