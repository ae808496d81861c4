//! Settings of one request, over both drivers.

use std::sync::Arc;
use std::time::Duration;

use limpid_core::limits::{Lenient, Limits};
use limpid_core::trace::EventKind;
use limpid_sinks::EventList;
use limpid_tests::coded::in_gzip;
use limpid_tests::recorded::Recorded;
use limpid_tests::script::{Step, send};
use limpid_tests::server::Server;

use crate::both::block_on;
use crate::over_both::{exchanged, target};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const SHORT: Duration = Duration::from_millis(20);

/// Sends a request over each driver to a server that does not answer, and returns the errors.
macro_rules! unanswered {
    (|$client:ident, $url:ident| $request:expr) => {{
        let script = || vec![vec![Step::ReadRequest]];
        let over_std = {
            let server = Server::tcp(script()).unwrap();
            let url = format!("http://127.0.0.1:{}/", server.port());
            let ($client, $url) = (limpid_std::Client::builder().read_timeout(None).build(), &*url);
            let error = $request.send().unwrap_err();
            server.finish().unwrap();
            error
        };
        let over_tokio = {
            let server = Server::tcp(script()).unwrap();
            let url = format!("http://127.0.0.1:{}/", server.port());
            let error = block_on(async {
                let $client = limpid_tokio::Client::builder().read_timeout(None).build();
                let $url = &*url;
                $request.send().await.unwrap_err()
            });
            server.finish().unwrap();
            error
        };
        [over_std, over_tokio]
    }};
}

#[test]
fn timeouts_of_a_request_replace_those_of_the_client() {
    for error in unanswered!(|client, url| client.get(url).read_timeout(SHORT)) {
        assert!(error.is_timeout() && error.to_string().contains("read"), "{error}");
    }
    for error in unanswered!(|client, url| client.get(url).timeout(SHORT)) {
        assert!(error.is_timeout() && !error.to_string().contains("read"), "{error}");
    }
}

#[test]
fn tolerances_limits_and_decoding_are_those_of_the_request() {
    let bare = "HTTP/1.1 200 OK\nContent-Length: 2\n\nok";
    for (got, _) in exchanged!(bare, { .lenient(Lenient::NONE) }, |client, url| client.get(url).lenient(Lenient::ALL), .text())
    {
        assert_eq!(got.unwrap(), "ok");
    }
    for (got, _) in exchanged!(bare, { .lenient(Lenient::ALL) }, |client, url| client.get(url).lenient(Lenient::NONE), .text())
    {
        assert!(got.unwrap_err().exchange().is_some());
    }
    let limits = Limits::with(|limits| limits.body = 1);
    for (got, _) in exchanged!(OK, {}, |client, url| client.get(url).limits(limits), .text()) {
        assert!(got.unwrap_err().exchange().is_some());
    }
    let coded = in_gzip(b"hello", 1).unwrap();
    for (got, request) in
        exchanged!(coded, {}, |client, url| client.get(url).decompress(true), .text())
    {
        assert_eq!(got.unwrap(), "hello");
        assert!(request.field("Accept-Encoding").is_some());
    }
}

const REDIRECT: &str = "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n";

/// Two requests that follow a redirect, and between them one that does not.
const THREE: [&str; 5] = [REDIRECT, OK, REDIRECT, REDIRECT, OK];

/// Returns a server with these answers on one connection.
fn answering(answers: &[&str]) -> Server {
    let script = answers.iter().flat_map(|answer| [Step::ReadHead, send(answer)]).collect();
    Server::tcp(vec![script]).unwrap()
}

#[test]
fn settings_of_one_request_are_not_those_of_the_next() {
    let server = answering(&THREE);
    let (events, own) = (Arc::new(EventList::new()), Arc::new(EventList::new()));
    let client = limpid_std::Client::builder().sink(Arc::clone(&events)).build();
    let url = format!("http://127.0.0.1:{}/", server.port());
    // All requests are in the same memory.
    let follow = || client.get(&url).redirects(1);
    assert_eq!(follow().send().unwrap().text().unwrap(), "ok");
    assert_eq!(client.get(&url).send().unwrap().bytes().map(|bytes| bytes.len()).unwrap(), 0);
    assert_eq!(heads_sent(&events), 3);
    let prepared = follow().sink(Arc::clone(&own)).prepare().unwrap();
    let response = client.send(&prepared).unwrap();
    assert_eq!(response.text().unwrap(), "ok");
    assert_eq!((heads_sent(&events), heads_sent(&own)), (3, 2));
    drop(client);
    server.finish().unwrap();
}

fn heads_sent(events: &EventList) -> usize {
    let is_sent = |kind: EventKind| kind == EventKind::SendRequestHeadersComplete;
    events.events().iter().filter(|(_, event)| is_sent(event.borrow().kind())).count()
}

#[test]
fn recording_has_the_options_of_each_request() {
    let server = answering(&THREE);
    let events = Arc::new(EventList::new());
    let recorded = Recorded::start().unwrap();
    let builder = limpid_std::Client::builder().sink(Arc::clone(&events));
    let client = builder.recorder(recorded.recorder()).build();
    let url = format!("http://127.0.0.1:{}/", server.port());
    assert_eq!(client.get(&url).redirects(1).send().unwrap().text().unwrap(), "ok");
    assert_eq!(client.get(&url).send().unwrap().status(), 302);
    assert_eq!(client.get(&url).redirects(2).send().unwrap().text().unwrap(), "ok");
    drop(client);
    server.finish().unwrap();
    assert_eq!(recorded.difference(&events), None);
}

#[test]
fn prepared_request_keeps_its_settings_with_the_routes_of_the_client_that_sends_it() {
    let server = answering(&THREE[..2]);
    // Only the client that sends the request knows the host.
    let prepared =
        limpid_tokio::Client::new().get("http://host.test:1/").redirects(1).prepare().unwrap();
    let sent = block_on(async {
        let proxy = format!("http://127.0.0.1:{}", server.port());
        let client = limpid_tokio::Client::builder().proxy(proxy).build();
        client.send(&prepared).await.unwrap().text().await.unwrap()
    });
    assert_eq!(sent, "ok");
    let requests = server.finish().unwrap();
    assert_eq!(target(&requests[1]), "http://host.test:1/next");
}
