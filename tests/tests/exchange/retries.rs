//! Retries of requests over both drivers, and in replays.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::trace::{Meta, OwnedTraceEvent};
use limpid_io::{ClientBuilder, RetryPolicy, Settings};
use limpid_sinks::EventList;
use limpid_tests::recorded::Recorded;
use limpid_tests::script::{Step, answer, send};
use limpid_tests::server::Server;
use limpid_tokio::{NextPiece, Pieces};

use crate::both::block_on;

const BUSY: &str = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// The body of a request.
#[derive(Clone, Copy)]
enum Sent {
    Bytes,
    /// A source, which yields it once.
    Source,
}

/// Puts this to a URL. Returns the status and the body of the response.
type Put = fn(ClientBuilder<Settings>, &str, Sent) -> (u16, String);

fn over_std(builder: ClientBuilder<Settings>, url: &str, sent: Sent) -> (u16, String) {
    let body = match sent {
        Sent::Bytes => limpid_std::Body::from("hello"),
        Sent::Source => limpid_std::Body::reader(io::Cursor::new("hello"), None),
    };
    let response = limpid_std::Client::from(builder.build()).put(url).body(body).send().unwrap();
    (response.status(), response.text().unwrap())
}

struct Once(Option<Bytes>);

impl Pieces for Once {
    fn next(&mut self) -> NextPiece<'_> {
        Box::pin(async { Ok(self.0.take()) })
    }
}

fn over_tokio(builder: ClientBuilder<Settings>, url: &str, sent: Sent) -> (u16, String) {
    block_on(async {
        let body = match sent {
            Sent::Bytes => limpid_tokio::Body::from("hello"),
            Sent::Source => limpid_tokio::Body::pieces(Once(Some("hello".into())), None),
        };
        let client = limpid_tokio::Client::from(builder.build());
        let response = client.put(url).body(body).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    })
}

/// A decision: the hop that it was made in, whether it is retried, and why.
type Decision = (u16, bool, &'static str);

/// Returns the decisions.
fn decisions(events: &[(Meta, OwnedTraceEvent)]) -> Vec<Decision> {
    let decision = |(meta, event): &(Meta, OwnedTraceEvent)| match event {
        OwnedTraceEvent::RequestRetryDecided { again, why, .. } => Some((meta.hop, *again, *why)),
        _ => None,
    };
    events.iter().filter_map(decision).collect()
}

/// Puts this to a server that refuses it, closes its connection, and then answers.
fn put(over: Put, sent: Sent) -> ((u16, String), usize, Vec<Decision>) {
    let (recorded, events) = (Recorded::start().unwrap(), EventList::new());
    let first = vec![Step::ReadRequest, send(BUSY), Step::ReadRequest, send("HTTP/1"), Step::Close];
    let server = Server::tcp(vec![first, answer(OK)]).unwrap();
    let policy = RetryPolicy::with(|policy| policy.delay = Duration::from_millis(1));
    let builder = ClientBuilder::<Settings>::default()
        .retries(policy)
        .sink(events.clone())
        .recorder(recorded.recorder());
    let answer = over(builder, &format!("http://127.0.0.1:{}/", server.port()), sent);
    assert_eq!(recorded.difference(&events), None);
    let requests = match sent {
        Sent::Bytes => server.finish().unwrap(),
        // It waits for requests that are not sent.
        Sent::Source => Vec::new(),
    };
    assert!(requests.iter().all(|request| request.body == b"hello"));
    (answer, requests.len(), decisions(&events.events()))
}

#[test]
fn request_is_retried_until_it_is_answered() {
    for over in [over_std as Put, over_tokio] {
        let (answer, requests, decisions) = put(over, Sent::Bytes);
        assert_eq!((answer, requests), ((200, "ok".to_owned()), 3));
        let refused = "its status is one after which to retry";
        let lost = "the connection could not be opened, or was lost";
        assert_eq!(decisions, [(1, true, refused), (2, true, lost)]);
    }
}

#[test]
fn response_is_returned_if_the_body_cannot_be_produced_again() {
    for over in [over_std as Put, over_tokio] {
        let (answer, _, decisions) = put(over, Sent::Source);
        assert_eq!(answer, (503, "busy".to_owned()));
        assert_eq!(decisions, [(1, false, "its body cannot be produced again")]);
    }
}
