//! Errors before and after the request was sent, and whether they permit a retry.

use std::sync::Arc;

use limpid_core::error::Cause;
use limpid_core::trace::Failure;
use limpid_sinks::EventList;
use limpid_std::{Client, Error};
use limpid_test::assert_event;
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::Step;
use limpid_tests::server::{Listen, Server};

fn post(client: &Client, server: &Server, scheme: &str) -> Error {
    let url = format!("{scheme}://127.0.0.1:{}/", server.port());
    client.post(&url).body("one").send().unwrap_err()
}

#[test]
fn refused_connection_sends_nothing() {
    let server = Server::start(Listen::Refuse, Vec::new()).unwrap();
    let error = post(&Client::default(), &server, "http");
    assert!(!error.request_was_sent() && error.is_safe_to_retry(), "{error}");
}

#[test]
fn url_without_tls_is_refused_where_only_https_is_permitted() {
    let (url, events) = ("http://localhost:1/", EventList::new());
    let client = Client::builder().https_only(true).sink(events.clone()).build();
    let tokio = limpid_tokio::Client::builder().https_only(true).sink(events.clone()).build();
    for error in [
        client.get(url).send().unwrap_err(),
        crate::both::block_on(tokio.get(url).send()).unwrap_err(),
    ] {
        assert_eq!(error.exchange().unwrap().cause, Cause::NotHttps);
        assert!(!error.request_was_sent(), "{error}");
        assert_eq!(
            error.to_string(),
            "localhost:1: failed: the URL is not https, and nothing else is permitted (https_only)"
        );
    }
    assert_event!(events, ExchangeFailed { failure: Failure { cause: Cause::NotHttps, .. }, .. });
}

#[test]
fn untrusted_server_receives_nothing() {
    let certificates = Certificates::new().unwrap();
    let identity = certificates.server(Identity::UnknownCa).unwrap();
    let server = Server::tls(identity, vec![vec![Step::ReadRequest]]).unwrap();
    let client = Client::builder().ca_file(certificates.ca_file()).build();
    let error = post(&client, &server, "https");
    assert!(!error.request_was_sent() && error.is_safe_to_retry(), "{error}");
}

#[test]
fn post_without_response_is_not_safe_to_retry() {
    let certificates = Certificates::new().unwrap();
    let identity = certificates.server(Identity::Good).unwrap();
    let script = vec![vec![Step::ReadRequest, Step::Close]];
    let client = Client::builder().ca_file(certificates.ca_file()).build();
    for scheme in ["http", "https"] {
        let server = match scheme {
            "http" => Server::tcp(script.clone()).unwrap(),
            _ => Server::tls(Arc::clone(&identity), script.clone()).unwrap(),
        };
        let error = post(&client, &server, scheme);
        assert!(error.request_was_sent() && !error.is_safe_to_retry(), "{error}");
        let sent = error.exchange().unwrap().request_bytes;
        let request = &server.finish().unwrap()[0];
        let head = request.head.len() as u64;
        assert!((head..head + 10).contains(&(sent - 3)), "{sent} of {head} and a body of 3");
    }
}
