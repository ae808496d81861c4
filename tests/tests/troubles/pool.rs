//! Reused connections that fail, and a pool without a free connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::PoolLimits;
use limpid_io::ClientBuilder;
use limpid_sinks::EventList;
use limpid_std::Client;
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::Server;

use crate::facts::{DRIVERS, Facts, Request};

const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage";

/// Answers one request, and closes the connection instead of answering the next.
fn closing() -> Script {
    vec![Step::ReadRequest, send(PAGE), Step::ReadRequest, Step::Close]
}

#[test]
fn failed_reuse_is_shown_with_age_addresses_and_whether_it_was_resent() {
    for driver in DRIVERS {
        for (method, again) in [("GET", "true"), ("POST", "false")] {
            let server = Server::tcp(vec![closing(), answer(PAGE)]).unwrap();
            let url = format!("http://127.0.0.1:{}/", server.port());
            let requests: [Request<'_>; 2] = [("GET", &url, &[]), (method, &url, &[])];
            let (facts, results) = Facts::of(driver, ClientBuilder::default(), &requests);
            assert_eq!(results[1].is_ok(), again == "true", "{results:?}");
            let acquired = facts.all("acquire.complete");
            let (first, reused) = (acquired[0], acquired[1]);
            assert_eq!((&*first["reused"], &*first["age"], &*first["peer"]), ("false", "", ""));
            assert_eq!((&*reused["reused"], &*reused["requests"]), ("true", "1"));
            assert_eq!(reused["connection id"], first["connection id"]);
            assert!(reused["age"].contains("Seconds("), "{reused:?}");
            assert_eq!(reused["peer"], format!("127.0.0.1:{}", server.port()));
            let local: SocketAddr = reused["local"].parse().unwrap();
            assert!(local.ip().is_loopback());
            assert_eq!(facts.last("resend_decision", "again"), again);
            let why = facts.last("resend_decision", "why");
            assert!(why.contains("idempotent"), "{why}");
        }
    }
}

#[test]
fn full_pool_is_shown_with_its_limit_and_holders() {
    const MOST: usize = 2;
    let server = Server::tcp(vec![answer(&PAGE[..PAGE.len() - 1]); MOST]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let recorder = Arc::new(EventList::new());
    let client = Client::builder()
        .pool(PoolLimits::with(|limits| limits.connections = MOST))
        .pool_timeout(Duration::from_millis(20))
        .sink(Arc::clone(&recorder))
        .build();
    let held: Vec<_> = (0..MOST).map(|_| client.get(&url).send().unwrap()).collect();
    let error = client.get(&url).send().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    drop(held);

    let facts = Facts::recorded(&recorder);
    let full = |field| facts.last("pool_full", field);
    assert_eq!((full("limit"), full("open"), full("ahead")), ("2", "2", "0"));
    let holder = |index: usize| {
        let acquired = facts.all("acquire.complete")[index];
        format!("exchange {} on connection {}", acquired["exchange id"], acquired["connection id"])
    };
    assert_eq!(full("holders"), [holder(0), holder(1)].join(", "));
    assert_eq!(facts.all("acquire.failed").len(), 1);
    assert_eq!(full("exchange id"), facts.last("acquire.failed", "exchange id"));
}
