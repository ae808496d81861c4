//! The examples work, and tell the documented lines.

#![cfg(test)]

use std::path::Path;
use std::process::Command;

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::command::{Finished, run};
use limpid_tests::documented::{body, lines, normalised, plain_lines, response};
use limpid_tests::script::answer;
use limpid_tests::server::{Listen, Server};

const EXAMPLES: [&str; 2] = [env!("CARGO_BIN_EXE_mio"), env!("CARGO_BIN_EXE_smol")];

fn fetch(example: &str, url: &str, ca_file: Option<&Path>) -> Finished {
    run(Command::new(example).arg(url).args(ca_file), b"").unwrap()
}

#[test]
fn a_page_over_tls() {
    for example in EXAMPLES {
        let certificates = Certificates::new().unwrap();
        let tls = certificates.server(Identity::Good).unwrap();
        let server = Server::tls(tls, vec![answer(response().unwrap())]).unwrap();
        let (port, ca_file) = (server.port(), certificates.ca_file());

        let finished = fetch(example, &format!("https://localhost:{port}"), Some(&ca_file));

        assert_eq!(normalised(&finished.stderr, port, Some(&ca_file)), lines(), "{example}");
        assert_eq!(finished.stdout, body().unwrap());
        assert_eq!(finished.code, 0);
        server.finish().unwrap();
    }
}

#[test]
fn a_page_without_tls() {
    for example in EXAMPLES {
        let server = Server::tcp(vec![answer(response().unwrap())]).unwrap();
        let port = server.port();

        let finished = fetch(example, &format!("http://localhost:{port}"), None);

        assert_eq!(normalised(&finished.stderr, port, None), plain_lines(), "{example}");
        assert_eq!(finished.stdout, body().unwrap());
        server.finish().unwrap();
    }
}

#[test]
fn a_port_that_refuses() {
    for example in EXAMPLES {
        let server = Server::start(Listen::Refuse, vec![]).unwrap();
        let finished = fetch(example, &format!("http://127.0.0.1:{}/", server.port()), None);
        assert!(
            finished.stderr.contains(" connect_tcp.failed exception=ConnectError("),
            "{example}"
        );
        assert!(finished.stderr.contains("failed while connecting: connection refused"));
        assert_eq!(finished.code, 1);
    }
}
