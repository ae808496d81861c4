//! Files that cannot be read or written, and error statuses.

use std::io;

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::command::{run, run_into};
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::common::{finished, limpid};
use crate::failing::{Failing, RESPONSE_CLOSED, one_line};

const FOUND: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
/// Its body is too long to be received only to keep the connection.
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 1000000\r\n\r\ngone";

#[test]
fn invalid_authority_file_fails() {
    let directory = Directory::new().unwrap();
    let missing = directory.file("missing.pem");
    let empty = directory.write("empty.pem", "").unwrap();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let broken = directory.write("broken.pem", broken).unwrap();
    for file in [missing, empty, broken, directory.path().to_owned()] {
        let file = file.to_string_lossy();
        // No request is sent: the port need not exist.
        let failing = Failing::with(77, &["--cacert", &file, "https://localhost:1/"]);
        failing.says(&[&file]);
        assert!(failing.trace.is_empty(), "nothing was begun");
    }
}

#[test]
fn invalid_client_certificate_fails() {
    let certificates = Certificates::new().unwrap();
    let good = certificates.issue(Identity::Good).unwrap();
    let other = certificates.issue(Identity::Good).unwrap();
    let directory = Directory::new().unwrap();
    let file = |name: &str, text: &str| {
        directory.write(name, text).unwrap().to_string_lossy().into_owned()
    };
    let pem = |label: &str, body: &str| {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    let missing = directory.file("missing.pem").to_string_lossy().into_owned();
    let cert = file("cert.pem", &good.certificate.pem());
    let broken = file("broken.pem", &pem("CERTIFICATE", "AAAA"));
    let key = file("key.pem", &good.key.serialize_pem());
    let other = file("other.pem", &other.key.serialize_pem());
    let encrypted = file("encrypted.pem", &pem("ENCRYPTED PRIVATE KEY", "AAAA"));
    let no_key = file("no-key.pem", &pem("PRIVATE KEY", "AAAA"));
    let examples = [
        (&missing, &key, &missing, "cannot be read"),
        (&cert, &missing, &missing, "cannot be read"),
        (&key, &key, &key, "no certificate"),
        (&broken, &key, &broken, "certificate"),
        (&cert, &cert, &cert, "no private key"),
        (&cert, &other, &other, "does not belong to the certificate"),
        (&cert, &encrypted, &encrypted, "without a passphrase"),
        (&cert, &no_key, &no_key, "not a usable one"),
    ];
    for (cert, key, named, why) in examples {
        // No request is sent: the port need not exist.
        let arguments = ["--cert", cert, "--key", key, "https://localhost:1/"];
        let failing = Failing::with(58, &arguments);
        failing.says(&[named, why]);
        assert!(failing.trace.is_empty(), "nothing was begun");
    }
}

#[test]
fn unwritable_key_log_fails() {
    let file = Directory::new().unwrap().file("missing");
    let mut command = limpid(["https://localhost:1/"]);
    let finished = run(command.env("SSLKEYLOGFILE", &file), b"").unwrap();
    let line = one_line(23, &finished);
    assert!(line.contains("secrets") && line.contains(&*file.to_string_lossy()), "{line}");
}

#[test]
fn unwritable_json_log_fails() {
    let file = Directory::new().unwrap().file("missing").join("events.jsonl");
    let file = file.to_string_lossy();
    // No request is sent: the port need not exist.
    let failing = Failing::with(23, &["--log-json", &file, "http://localhost:1/"]);
    failing.says(&[&file, "cannot open", "--log-json"]);
    assert!(failing.trace.is_empty(), "nothing was begun");
}

/// A full disk, which is reported once, does not affect the request.
#[cfg(target_os = "linux")]
#[test]
fn failing_json_log_is_reported_once() {
    let server = Server::tcp(vec![answer(FOUND)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = finished(["--log-json", "/dev/full", &url]);
    assert_eq!((finished.code, finished.stdout.as_slice()), (0, &b"hi"[..]));
    let message =
        "limpid: lines of --log-json to /dev/full are lost, because they cannot be written: ";
    assert!(finished.stderr.starts_with(message), "{}", finished.stderr);
    assert_eq!(finished.stderr.lines().count(), 1, "{}", finished.stderr);
    server.finish().unwrap();
}

#[test]
fn unreadable_data_fails() {
    let missing = Directory::new().unwrap().file("missing");
    let argument = format!("@{}", missing.display());
    let failing = Failing::with(26, &["-d", &argument, "http://localhost:1/"]);
    failing.says(&[&missing.to_string_lossy()]);
    assert!(failing.trace.is_empty(), "nothing was begun");
}

#[test]
fn unwritable_output_fails() {
    let directory = Directory::new().unwrap();
    let file = directory.file("missing").join("page.html");
    let server = Server::tcp(vec![answer(FOUND)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = finished(["-o", &file.to_string_lossy(), &url]);
    assert!(one_line(23, &finished).contains(&*file.to_string_lossy()));
    server.finish().unwrap();
}

#[test]
fn closed_standard_output_fails() {
    let server = Server::tcp(vec![answer(FOUND)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let finished = run_into(&mut limpid([&url]), b"", writer.into()).unwrap();
    assert!(one_line(23, &finished).contains("standard output"));
    server.finish().unwrap();
}

#[test]
fn error_status_fails_with_f() {
    let server = Server::tcp(vec![answer(NOT_FOUND), answer(NOT_FOUND)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let failing = Failing::with(22, &["-f", &url]);
    failing.says(&[&url, "404 Not Found"]);
    // The exchange itself succeeds.
    assert!(failing.trace.is_empty(), "{:?}", failing.trace);
    server.finish().unwrap();
}

#[test]
fn unwanted_body_is_cancelled() {
    let server = Server::tcp(vec![answer(NOT_FOUND)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = finished(["-v", "-f", &url]);
    assert!(finished.stdout.is_empty());
    let messages: Vec<&str> =
        finished.stderr.lines().filter_map(|line| Some(line.split_once("] ")?.1)).collect();
    let [.., head, first, last] = &messages[..] else { panic!("{}", finished.stderr) };
    assert!(head.starts_with("httpx - HTTP Request: GET"), "{head}");
    assert_eq!([*first, *last], RESPONSE_CLOSED);
    server.finish().unwrap();
}
