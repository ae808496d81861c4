//! Answers that lead nowhere, connections that are gone, and the wrong scheme.

use limpid_io::ClientBuilder;
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::{Step, answer, send};
use limpid_tests::server::Server;

use crate::facts::{DRIVERS, Facts, Request};

#[test]
fn unavailable_service_is_shown_with_its_field_and_no_retry() {
    let response = "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n";
    for driver in DRIVERS {
        let server = Server::tcp(vec![answer(response)]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let (facts, _) = Facts::of(driver, ClientBuilder::default(), &[("GET", &url, &[])]);
        assert_eq!(facts.last("HTTP Request", "status"), "503");
        let names = facts.each("field", "name");
        let index = names.iter().position(|name| *name == "Retry-After").unwrap();
        assert_eq!(facts.each("field", "value")[index], "7");
        assert_eq!(facts.all("request_sent").len(), 1);
        for decision in ["retry_decision", "resend_decision", "redirect"] {
            assert!(facts.all(decision).is_empty(), "{decision}");
        }
    }
}

#[test]
fn circle_of_redirects_is_shown_hop_by_hop_with_its_end() {
    for driver in DRIVERS {
        let hop = |to: &str| {
            send(format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))
        };
        let script = vec![
            Step::ReadRequest,
            hop("/b"),
            Step::ReadRequest,
            hop("/a"),
            Step::ReadRequest,
            hop("/b"),
        ];
        let server = Server::tcp(vec![script]).unwrap();
        let url = format!("http://127.0.0.1:{}/a", server.port());
        let builder = ClientBuilder::default().redirects(2);
        let (facts, results) = Facts::of(driver, builder, &[("GET", &url, &[])]);
        assert!(results[0].is_err());
        assert_eq!(facts.each("redirect", "follow"), ["true", "true", "false"]);
        let to = facts.each("redirect", "url");
        assert!(to[0].ends_with("/b") && to[1].ends_with("/a"), "{to:?}");
        assert!(facts.last("redirect", "why").contains("redirects"));
        assert!(facts.last("exchange.failed", "failure").contains("redirects"));
    }
}

#[test]
fn connection_that_was_closed_meanwhile_is_shown_with_why_it_is_not_used() {
    const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage";
    for driver in DRIVERS {
        let closing = vec![Step::ReadRequest, send(PAGE), Step::Close];
        let server = Server::tcp(vec![closing, answer(PAGE)]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let requests: [Request<'_>; 2] = [("GET", &url, &[]), ("GET", &url, &[])];
        let (facts, results) = Facts::of(driver, ClientBuilder::default(), &requests);
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        // The close may also arrive after the connection was taken: then the request is sent again.
        let retired = facts.each("retired", "why");
        let resent = facts.each("resend_decision", "why");
        assert!(!retired.is_empty() || !resent.is_empty());
        let connections = facts.each("exchange.complete", "connection id");
        assert_ne!(connections[0], connections[1]);
    }
}

#[test]
fn http_to_a_tls_port_and_tls_to_an_http_port_are_named() {
    let certificates = Certificates::new().unwrap();
    for driver in DRIVERS {
        let config = certificates.server(Identity::Good).unwrap();
        let server = Server::tls(config, vec![Vec::new()]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let (facts, results) = Facts::of(driver, ClientBuilder::default(), &[("GET", &url, &[])]);
        assert!(results[0].is_err());
        assert!(facts.last("exchange.failed", "failure").contains("TLS"));
        drop(server.finish());

        let server = Server::tcp(vec![vec![
            Step::ReadBytes(5),
            send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
        ]])
        .unwrap();
        let url = format!("https://127.0.0.1:{}/", server.port());
        let builder = ClientBuilder::default().ca_file(certificates.ca_file());
        let (facts, results) = Facts::of(driver, builder, &[("GET", &url, &[])]);
        assert!(results[0].is_err());
        let failure = facts.last("start_tls.failed", "failure");
        assert!(failure.contains("HTTP") || failure.contains("TLS"), "{failure}");
    }
}
