//! The examples work, and print the documented lines.

#![cfg(test)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::command::{Finished, run};
use limpid_tests::directory::Directory;
use limpid_tests::documented::{body, lines, normalised, plain_lines, response};
use limpid_tests::script::answer;
use limpid_tests::server::{Listen, Server};

const EXAMPLES: [&str; 2] = [env!("CARGO_BIN_EXE_mio"), env!("CARGO_BIN_EXE_smol")];

fn fetch(example: &str, url: &str, ca_file: Option<&Path>) -> Finished {
    run(Command::new(example).arg(url).args(ca_file), b"").unwrap()
}

#[test]
fn page_over_tls_prints_documented_lines() {
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
fn page_without_tls_prints_documented_lines() {
    for example in EXAMPLES {
        let server = Server::tcp(vec![answer(response().unwrap())]).unwrap();
        let port = server.port();

        let finished = fetch(example, &format!("http://localhost:{port}"), None);

        assert_eq!(normalised(&finished.stderr, port, None), plain_lines(), "{example}");
        assert_eq!(finished.stdout, body().unwrap());
        server.finish().unwrap();
    }
}

/// Runs an example that sends a file of this size.
fn upload(example: &str, url: &str, size: usize) -> Finished {
    let directory = Directory::new().unwrap();
    let file = directory.file("body");
    fs::write(&file, vec![b'x'; size]).unwrap();
    run(Command::new(example).arg("--body").arg(&file).arg(url), b"").unwrap()
}

#[test]
fn upload_is_sent_whole() {
    for example in EXAMPLES {
        let server = Server::tcp(vec![answer(response().unwrap())]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let finished = upload(example, &url, 200_000);
        assert_eq!((finished.code, finished.stdout), (0, body().unwrap()), "{}", finished.stderr);
        assert!(!finished.stderr.contains("not sent"), "{}", finished.stderr);
        let requests = server.finish().unwrap();
        assert_eq!(requests[0].body.len(), 200_000);
    }
}

#[test]
fn early_answer_stops_upload() {
    const SIZE: usize = 20_000_000;
    const READ: usize = 1_000_000;
    for example in EXAMPLES {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        // The server reads a part of the body, and does not close before the client does.
        let (client_is_gone, gone) = channel();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            stream.read_exact(&mut vec![0; READ]).unwrap();
            stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno").unwrap();
            gone.recv().unwrap();
        });

        let finished = upload(example, &url, SIZE);

        client_is_gone.send(()).unwrap();
        server.join().unwrap();
        let lines = &finished.stderr;
        assert_eq!((finished.code, finished.stdout), (0, b"no".to_vec()), "{lines}");
        assert!(lines.contains(
            "send_request_body.failed exception=WriteError('the server answered with status 401 before"
        ));
        let unsent = lines.lines().find_map(|line| {
            line.split_once(": ")?.1.strip_suffix(" bytes of the body were not sent")?.parse().ok()
        });
        assert!(unsent.is_some_and(|unsent: usize| 0 < unsent && unsent <= SIZE - READ), "{lines}");
    }
}

#[test]
fn closed_port_fails() {
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
