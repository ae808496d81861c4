//! The documented lines in the output of the command.

#![cfg(test)]

mod common;

use common::finished;
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::documented::{body, lines, normalised, plain_lines, response, shapes};
use limpid_tests::script::answer;
use limpid_tests::server::Server;

#[test]
fn a_request_over_tls_prints_the_documented_lines() {
    for driver in ["std", "tokio"] {
        let certificates = Certificates::new().unwrap();
        let tls = certificates.server(Identity::Good).unwrap();
        let server = Server::tls(tls, vec![answer(response().unwrap())]).unwrap();
        let (port, ca_file) = (server.port(), certificates.ca_file());
        let url = format!("https://localhost:{port}");
        let trust = ["--cacert", &ca_file.to_string_lossy()];
        let finished = finished([&["-v", "--driver", driver], &trust[..], &[&url]].concat());
        assert_eq!(normalised(&finished.stderr, port, Some(&ca_file)), lines(), "{driver}");
        assert_eq!((finished.code, finished.stdout), (0, body().unwrap()));
        server.finish().unwrap();
    }
}

#[test]
fn a_plain_request_prints_the_same_lines_without_those_of_tls() {
    let server = Server::tcp(vec![answer(response().unwrap())]).unwrap();
    let port = server.port();
    let finished = finished(["-v", &format!("http://localhost:{port}")]);
    assert_eq!(normalised(&finished.stderr, port, None), plain_lines());
    assert_eq!((finished.code, finished.stdout), (0, body().unwrap()));
    server.finish().unwrap();
}

#[test]
fn the_demonstration_prints_them_too() {
    let finished = finished(["demo"]);
    assert_eq!(finished.code, 0);
    assert!(finished.stdout.starts_with(b"Hello!"));

    let port = finished.stderr.split_once(" port=").unwrap().1.split_once(' ').unwrap().0;
    let told = normalised(&finished.stderr, port.parse().unwrap(), None);
    assert_eq!(shapes(&told), shapes(&lines()));
}
