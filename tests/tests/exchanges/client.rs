//! Exchanges of a client.

use std::sync::Arc;
use std::time::Duration;

use limpid_core::trace::{Capture, EventKind};
use limpid_sinks::exchanges::{Collector, Hop, Limits, Model, Part};
use limpid_std::{Client, ClientBuilder, RetryPolicy};
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::{Step, answer, send};
use limpid_tests::server::{Listen, Server};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
    5\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 11\r\n\r\n";

/// Returns the model of what the client does.
fn model(capture: Capture, build: ClientBuilder, requests: impl FnOnce(&Client)) -> Model {
    let collector = Arc::new(Collector::new(Limits::default()).capture(capture));
    let client = build.sink(Arc::clone(&collector)).build();
    requests(&client);
    drop(client);
    collector.model()
}

fn status(hop: &Hop) -> Option<u16> {
    hop.response.as_ref().map(|response| response.status)
}

/// Returns the outcome of a decision of a hop.
fn outcome(hop: &Hop, kind: EventKind) -> &str {
    let decision = hop.decisions.iter().rfind(|decision| decision.kind == kind);
    decision.unwrap_or_else(|| panic!("no {kind:?}: {:?}", hop.decisions)).outcome
}

#[test]
fn redirect_is_a_hop_on_the_reused_connection() {
    let redirect =
        "HTTP/1.1 302 Found\r\nLocation: /b?token=tiger\r\nContent-Length: 4\r\n\r\ngone";
    let script = [answer(redirect), answer(CHUNKED)].concat();
    let server = Server::tcp(vec![script]).unwrap();
    let url = format!("http://127.0.0.1:{}/a", server.port());
    let builder = Client::builder().redirects(1);
    let model = model(Capture::Default, builder, |client| {
        assert_eq!(client.get(&url).send().unwrap().text().unwrap(), "hello world");
    });
    let [exchange] = &model.exchanges[..] else { panic!("{model:?}") };
    let [first, second] = &exchange.hops[..] else { panic!("{exchange:?}") };
    assert_eq!((&first.url, first.number, status(first)), (&url, 1, Some(302)));
    assert_eq!(outcome(first, EventKind::RedirectDecided), "followed");
    assert_eq!(first.response_body.size, Some(4));
    assert!(first.reuse.is_none() && first.ended.is_some() && first.failed.is_none());
    assert_eq!(second.url, url.replace("/a", "/b?token=[secure]"));
    assert_eq!(second.request.as_ref().unwrap().target, "/b?token=[secure]");
    assert_eq!((second.number, status(second)), (2, Some(200)));
    assert_eq!(second.reuse.unwrap().requests, 1);
    assert_eq!(second.connection, first.connection);
    assert_eq!(second.response_body.size, Some(11));
    assert_eq!(second.response_body.trailers[0].value, "11");
    assert_eq!(outcome(second, EventKind::FramingChosen), "chunked");
    assert!(exchange.ended.is_some() && exchange.failed.is_none());

    let connection = &model.connections[&first.connection.unwrap()];
    assert_eq!(connection.opened_by, Some((exchange.id, 1)));
    assert_eq!(connection.peer.map(|peer| peer.port()), Some(server.port()));
    assert_eq!(connection.route.as_ref().unwrap().via, "direct");
    assert_eq!((connection.requests, connection.is_secure), (2, false));
    assert_eq!(connection.why_closed.as_deref(), Some("the client is closed"));
}

#[test]
fn parts_follow_each_other_and_cover_the_hop() {
    let server = Server::tcp(vec![answer(CHUNKED)]).unwrap();
    let url = format!("http://localhost:{}/", server.port());
    let model = model(Capture::Default, Client::builder(), |client| {
        client.get(&url).send().unwrap().text().unwrap();
    });
    let hop = &model.exchanges[0].hops[0];
    let parts: Vec<_> =
        Part::ALL.into_iter().filter(|part| hop.parts.time(*part).is_some()).collect();
    let expected =
        [Part::Pool, Part::Resolve, Part::Connect, Part::Send, Part::Wait, Part::Receive];
    assert_eq!(parts, expected);
    let slices = hop.parts.slices();
    assert!(slices.windows(2).all(|pair| pair[0].end <= pair[1].start), "{slices:?}");
    assert_eq!(slices[0].start, hop.started);
    assert_eq!(slices.last().map(|slice| slice.end), hop.ended);
    let timings = model.exchanges[0].timings.unwrap();
    assert_eq!(hop.parts.time(Part::Resolve), timings.resolve);
    assert_eq!(hop.parts.time(Part::Send), timings.send);
}

#[test]
fn resent_request_is_another_hop() {
    let first = vec![
        Step::ReadRequest,
        send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        Step::ReadRequest,
        Step::Close,
    ];
    let server = Server::tcp(vec![first, answer(CHUNKED)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let model = model(Capture::Default, Client::builder(), |client| {
        for _ in 0..2 {
            client.get(&url).send().unwrap().text().unwrap();
        }
    });
    let [lost, resent] = &model.exchanges[1].hops[..] else { panic!("{model:?}") };
    assert_eq!(outcome(lost, EventKind::ResendDecided), "resent");
    assert!(lost.failed.is_some() && lost.response.is_none());
    assert_eq!((&lost.url, &resent.url), (&url, &url));
    assert_eq!((status(resent), resent.reuse), (Some(200), None));
    assert_ne!(lost.connection, resent.connection);
}

#[test]
fn retried_requests_are_hops_without_the_delays_between_them() {
    let busy = "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 4\r\n\r\nbusy";
    let first =
        vec![Step::ReadRequest, send(busy), Step::ReadRequest, send("HTTP/1.1 "), Step::Close];
    let server = Server::tcp(vec![first, answer(CHUNKED)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let delay = Duration::from_millis(30);
    let policy = RetryPolicy::with(|policy| (policy.delay, policy.jitter) = (delay, false));
    let model = model(Capture::Default, Client::builder().retries(policy), |client| {
        assert_eq!(client.get(&url).send().unwrap().text().unwrap(), "hello world");
    });
    let [exchange] = &model.exchanges[..] else { panic!("{model:?}") };
    let [refused, lost, last] = &exchange.hops[..] else { panic!("{exchange:?}") };
    assert_eq!((status(refused), status(lost), status(last)), (Some(503), None, Some(200)));
    assert_eq!((refused.number, lost.number, last.number), (1, 2, 3));
    assert!(refused.failed.is_none() && lost.failed.is_some() && last.failed.is_none());
    for hop in [refused, lost] {
        assert_eq!(outcome(hop, EventKind::RequestRetryDecided), "retried");
        assert_eq!(hop.url, url);
    }
    assert_eq!(refused.response_body.size, Some(4));
    assert_eq!((refused.connection, lost.reuse.is_some()), (lost.connection, true));
    assert_ne!(lost.connection, last.connection);
    for (before, after) in [(refused, lost), (lost, last)] {
        assert!(after.started.since(before.ended.unwrap()) >= delay);
    }
    assert_eq!(exchange.timings.unwrap().retries, 2);
}

#[test]
fn refused_connection_is_a_failed_hop_with_its_dials() {
    let server = Server::start(Listen::Refuse, Vec::new()).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let model = model(Capture::Default, Client::builder(), |client| {
        client.get(&url).send().unwrap_err();
    });
    let exchange = &model.exchanges[0];
    let hop = &exchange.hops[0];
    let failed = hop.failed.as_ref().unwrap();
    assert_eq!((failed.name, exchange.failed.as_ref()), ("os", Some(failed)));
    assert!(failed.text.starts_with("while connecting: "), "{}", failed.text);
    assert!(hop.request.is_none() && hop.parts.time(Part::Send).is_none());
    let connection = &model.connections[&hop.connection.unwrap()];
    assert_eq!(connection.dials[0].address.port(), server.port());
    assert!(connection.dials[0].failed.is_some());
}

#[test]
fn tunnel_belongs_to_the_connection_and_not_to_the_hops() {
    let authority = Certificates::new().unwrap();
    let tls = authority.server(Identity::Good).unwrap();
    let origin = Server::tls(tls, vec![answer(CHUNKED)]).unwrap();
    let to = format!("127.0.0.1:{}", origin.port()).parse().unwrap();
    let script = vec![Step::ReadRequest, send("HTTP/1.1 200 Connected\r\n\r\n"), Step::Relay(to)];
    let proxy = Server::tcp(vec![script]).unwrap();
    let builder = Client::builder()
        .ca_file(authority.ca_file())
        .proxy(format!("http://me:tiger@127.0.0.1:{}", proxy.port()));
    let url = format!("https://localhost:{}/", origin.port());
    let model = model(Capture::Default, builder, |client| {
        client.get(&url).send().unwrap().text().unwrap();
    });
    let hop = &model.exchanges[0].hops[0];
    assert_eq!((&*hop.method, status(hop)), ("GET", Some(200)));
    assert!(hop.parts.time(Part::Tls).is_some());
    let connection = &model.connections[&hop.connection.unwrap()];
    assert_eq!(connection.route.as_ref().unwrap().via, "tunnel");
    let tunnel = connection.tunnel.as_ref().unwrap();
    assert_eq!(tunnel.request.as_ref().unwrap().method, "CONNECT");
    assert_eq!(tunnel.response.as_ref().unwrap().reason, "Connected");
    assert_eq!(connection.tls.as_ref().unwrap().version.as_deref(), Some("TLSv1.3"));
    assert!(connection.certificate.as_ref().unwrap().accepted);
    let shown = format!("{model:?}");
    assert!(!shown.contains("tiger") && shown.contains("[secure]"), "{shown}");
}

#[test]
fn bodies_are_kept_if_the_policy_shows_bytes() {
    let redirect = "HTTP/1.1 307 Again\r\nLocation: /b\r\nContent-Length: 4\r\n\r\ngone";
    let early = format!("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n{CHUNKED}");
    let authority = Certificates::new().unwrap();
    let tls = authority.server(Identity::Good).unwrap();
    for (is_secure, capture) in
        [(false, Capture::Everything), (true, Capture::Everything), (true, Capture::Private)]
    {
        let script = [answer(redirect), answer(&early)].concat();
        let (scheme, server) = match is_secure {
            true => ("https", Server::tls(Arc::clone(&tls), vec![script]).unwrap()),
            false => ("http", Server::tcp(vec![script]).unwrap()),
        };
        let url = format!("{scheme}://localhost:{}/a", server.port());
        let builder = Client::builder().ca_file(authority.ca_file()).redirects(1);
        let model = model(capture, builder, |client| {
            let request = client.request("POST", &url).body("some data");
            assert_eq!(request.send().unwrap().text().unwrap(), "hello world");
        });
        let [first, second] = &model.exchanges[0].hops[..] else { panic!("{model:?}") };
        let bodies = [first, second].map(|hop| {
            let text = |bytes: &Option<Vec<u8>>| {
                bytes.as_ref().map(|bytes| String::from_utf8(bytes.clone()).unwrap())
            };
            (text(&hop.request_body.bytes), text(&hop.response_body.bytes))
        });
        if capture == Capture::Private {
            assert_eq!(bodies, [(None, None), (None, None)]);
            continue;
        }
        let some = |text: &str| Some(text.to_owned());
        let expected =
            [(some("some data"), some("gone")), (some("some data"), some("hello world"))];
        assert_eq!(bodies, expected);
        assert!(second.request_body.is_whole() && second.response_body.is_whole());
        let response = second.response.as_ref().unwrap();
        assert_eq!(
            response.size,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".len() as u64
        );
        assert_eq!(second.informational[0].status, 103);
    }
}
