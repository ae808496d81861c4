//! Certificates that are not accepted, and servers that speak HTTP/2 only.

use std::collections::BTreeSet;
use std::sync::Arc;

use limpid_core::error::Rule;
use limpid_io::{ClientBuilder, Settings};
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::{Step, answer, send};
use limpid_tests::server::Server;

use crate::facts::{DRIVERS, Facts};

const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\npage";

fn client(certificates: &Certificates) -> ClientBuilder<Settings> {
    ClientBuilder::default().ca_file(certificates.ca_file())
}

#[test]
fn rejected_certificate_is_shown_with_what_is_wrong() {
    let certificates = Certificates::new().unwrap();
    for driver in DRIVERS {
        let mut fingerprints = BTreeSet::new();
        for (identity, names, issuer, until, problem) in [
            (Identity::WrongHost, "other.test", "limpid test authority", "", "another host name"),
            (Identity::Expired, "localhost", "limpid test authority", "2002-01-01", "has expired"),
            (Identity::UnknownCa, "127.0.0.1", "an authority unknown", "", "issuer is unknown"),
            (Identity::SelfSigned, "::1", "limpid test server", "", "self-signed"),
        ] {
            let config = certificates.server(identity).unwrap();
            let server = Server::tls(config, vec![Vec::new()]).unwrap();
            let url = format!("https://127.0.0.1:{}/", server.port());
            let (facts, _) = Facts::of(driver, client(&certificates), &[("GET", &url, &[])]);
            let certificate = |field| facts.last("certificate", field);
            assert_eq!(certificate("accepted"), "false");
            assert!(certificate("subject").contains("CN=limpid test server"), "{identity:?}");
            assert!(certificate("issuer").contains(issuer), "{}", certificate("issuer"));
            assert!(certificate("names").contains(names), "{}", certificate("names"));
            assert!(certificate("not_before") < certificate("not_after"));
            assert!(certificate("not_after").starts_with(until), "{}", certificate("not_after"));
            assert_eq!(certificate("sha256").len(), 64);
            fingerprints.insert(certificate("sha256").to_owned());
            let failure = facts.last("start_tls.failed", "failure");
            assert!(failure.contains(problem), "{failure}");
        }
        assert_eq!(fingerprints.len(), 4, "each has its own");
    }
}

#[test]
fn accepted_certificate_and_parameters_of_tls_are_shown_and_so_is_resumption() {
    let certificates = Certificates::new().unwrap();
    for driver in DRIVERS {
        let config = certificates.server(Identity::Good).unwrap();
        let server = Server::tls(config, vec![answer(PAGE), answer(PAGE)]).unwrap();
        let url = format!("https://localhost:{}/", server.port());
        let requests: [crate::facts::Request<'_>; 2] = [("GET", &url, &[]), ("GET", &url, &[])];
        let (facts, results) = Facts::of(driver, client(&certificates), &requests);
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(facts.each("tls", "version"), ["TLSv1.3"; 2]);
        assert_eq!(facts.each("tls", "handshake"), ["full", "resumed"]);
        assert_eq!(facts.last("tls", "cipher"), "TLS_AES_256_GCM_SHA384");
        assert_eq!(facts.last("tls", "key_exchange"), "X25519");
        assert_eq!(facts.each("certificate", "accepted"), ["true"; 2]);
    }
}

#[test]
fn server_that_accepts_only_h2_is_named_as_such() {
    let certificates = Certificates::new().unwrap();
    for driver in DRIVERS {
        let mut config = (*certificates.server(Identity::Good).unwrap()).clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let server = Server::tls(Arc::new(config), vec![Vec::new()]).unwrap();
        let url = format!("https://localhost:{}/", server.port());
        let (facts, _) = Facts::of(driver, client(&certificates), &[("GET", &url, &[])]);
        let failure = facts.last("start_tls.failed", "failure");
        assert!(failure.contains("does not accept HTTP/1.1, but perhaps HTTP/2"), "{failure}");
    }
}

#[test]
fn server_that_answers_in_h2_is_named_as_such() {
    const SETTINGS: &[u8] = b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64";
    for driver in DRIVERS {
        let script = vec![Step::ReadHead, send(SETTINGS)];
        let server = Server::tcp(vec![script]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let (facts, _) = Facts::of(driver, ClientBuilder::default(), &[("GET", &url, &[])]);
        assert_eq!(facts.last("refused", "rule"), Rule::Http2.name());
        assert!(facts.last("exchange.failed", "failure").contains("the peer speaks HTTP/2"));
    }
}
