//! `limpid serve`, as clients see it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use limpid_std::Client;
use limpid_tests::directory::Directory;
use serde_json::{Value, json};

use crate::common::{finished, limpid};
use crate::proxy::{PATIENCE, Proxy, head};

fn serve(arguments: &[&str]) -> Proxy {
    Proxy::command("serve", &[&["--listen", "0"], arguments].concat())
}

fn site() -> Directory {
    let directory = Directory::new().unwrap();
    directory.write("page.html", "<p>0123456789</p>").unwrap();
    directory.write(".secret", "secret").unwrap();
    directory
}

#[test]
fn files_are_served_with_ranges_and_a_list() {
    let directory = site();
    let server = serve(&[directory.path().to_str().unwrap()]);
    let client = Client::builder().build();
    let get = |path: &str| client.get(&format!("{}{path}", server.url()));
    let page = get("/page.html").send().unwrap();
    assert_eq!(page.field("Content-Type"), Some(&b"text/html; charset=utf-8"[..]));
    assert_eq!(page.text().unwrap(), "<p>0123456789</p>");
    let part = get("/page.html").header("Range", "bytes=3-5").send().unwrap();
    assert_eq!(part.field("Content-Range"), Some(&b"bytes 3-5/17"[..]));
    assert_eq!((part.status(), part.text().unwrap().as_str()), (206, "012"));
    let list = get("/").send().unwrap().text().unwrap();
    assert!(list.contains("page.html") && !list.contains("secret"), "{list}");
    assert_eq!(get("/.secret").send().unwrap().status(), 404);
}

#[test]
fn echo_has_what_was_received_in_its_order_and_case() {
    let server = serve(&["--echo"]);
    let mut stream = server.connect();
    let peer = stream.local_addr().unwrap().to_string();
    stream
        .write_all(
            b"POST /a?b HTTP/1.1\r\nhOST: x\r\nX-B: 1\r\nX-A: 2\r\nX-B: \xff\r\nTransfer-Encoding: chunked\r\n\
              Connection: close\r\n\r\n5\r\nhello\r\n0\r\nX-T: t\r\n\r\n",
        )
        .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("\r\nContent-Type: application/json\r\n"), "{head}");
    // Each field has a line of its own.
    assert!(body.contains("\n    [\"hOST\",\"x\"],\n    [\"X-B\",\"1\"],\n"), "{body}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body,
        json!({
            "method": "POST",
            "target": "/a?b",
            "version": "HTTP/1.1",
            "fields": [
                ["hOST", "x"],
                ["X-B", "1"],
                ["X-A", "2"],
                ["X-B", { "base64": "/w==" }],
                ["Transfer-Encoding", "chunked"],
                ["Connection", "close"],
            ],
            "length": 5,
            "text": "hello",
            "trailers": [["X-T", "t"]],
            "tls": null,
            "peer": peer,
        })
    );
}

#[test]
fn echo_has_other_bodies_as_base64_and_another_status() {
    let server = serve(&["--echo", "--status", "418"]);
    let client = Client::builder().build();
    let response = client.post(&server.url()).body(vec![0xff, 0]).send().unwrap();
    assert_eq!(response.status(), 418);
    let body: Value = serde_json::from_str(&response.text().unwrap()).unwrap();
    assert_eq!((&body["base64"], &body["length"]), (&json!("/wA="), &json!(2)));
    assert_eq!(body.get("text"), None);
}

#[test]
fn status_is_answered_to_every_request() {
    for (status, body) in [("503", "503 Service Unavailable\n"), ("204", ""), ("304", "")] {
        let server = serve(&["--status", status]);
        let response = Client::builder().build().get(&server.url()).send().unwrap();
        assert_eq!(response.status().to_string(), status);
        assert_eq!(response.text().unwrap(), body);
    }
}

#[test]
fn delay_comes_before_the_answer() {
    let server = serve(&["--echo", "--delay", "0.3"]);
    let start = Instant::now();
    Client::builder().build().get(&server.url()).send().unwrap();
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn certificate_made_at_start_is_trusted_through_its_authority() {
    let directory = Directory::new().unwrap();
    let file = directory.file("ca.pem");
    let server = serve(&["--echo", "--tls", "--ca-out", file.to_str().unwrap()]);
    let client = Client::builder().ca_file(&file).build();
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("https://{host}:{}/", server.address.port());
        let body = client.get(&url).send().unwrap().text().unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["tls"]["version"], "TLSv1.3");
        let name = if host == "localhost" { json!("localhost") } else { Value::Null };
        assert_eq!(body["tls"]["server_name"], name);
    }
}

#[test]
fn certificate_of_a_file_is_served() {
    let directory = Directory::new().unwrap();
    let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let certificate = directory.write("cert.pem", key.cert.pem()).unwrap();
    let secret = directory.write("key.pem", key.signing_key.serialize_pem()).unwrap();
    let (certificate, secret) = (certificate.to_str().unwrap(), secret.to_str().unwrap());
    let server = serve(&["--status", "200", "--cert", certificate, "--key", secret]);
    let client = Client::builder().ca_file(certificate).build();
    let url = format!("https://localhost:{}/", server.address.port());
    assert_eq!(client.get(&url).send().unwrap().status(), 200);
    let broken = finished(["serve", "--listen", "0", "--cert", secret, "--key", secret]);
    assert_eq!(broken.code, 58);
    assert!(broken.stderr.contains("the file has no certificate in PEM form"), "{}", broken.stderr);
}

#[test]
fn what_cannot_be_served_says_why() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    for (arguments, code, message) in [
        (
            &["serve", "--listen", &address][..],
            7,
            "another program listens there: name another port",
        ),
        (&["serve", "/nonexistent"], 26, "cannot serve /nonexistent: "),
        (&["serve", "--listen", "0.0.0.0:0"], 2, "write the address twice"),
        (&["serve", "--status", "100"], 2, "a status from 200 to 599"),
        (&["serve", "--connections", "0"], 2, "at least 1"),
        (&["serve", "--echo", "."], 2, "--echo"),
        (&["serve", "--tls", "--cert", "a", "--key", "b"], 2, "--tls"),
        (&["serve", "--cert", "a"], 2, "--key"),
        (&["serve", "--ca-out", "a"], 2, "--tls"),
    ] {
        let ended = finished(arguments);
        assert_eq!(ended.code, code, "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(message), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn connections_are_limited() {
    let server = serve(&["--echo", "--connections", "1"]);
    let mut first = server.connect();
    first.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n").unwrap();
    let mut second = server.connect();
    second.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    second.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    second.read_exact(&mut [0]).unwrap_err();
    second.set_read_timeout(Some(PATIENCE)).unwrap();
    first.write_all(b"x").unwrap();
    head(&mut first).unwrap();
    // The first is idle now, and is closed for the second.
    assert!(head(&mut second).unwrap().starts_with("HTTP/1.1 200 "));
}

#[cfg(unix)]
#[test]
fn interrupt_finishes_what_is_open_and_completes_the_outputs() {
    let directory = site();
    let har = directory.file("out.har");
    let mut server = serve(&["--echo", "--delay", "0.5", "--har", har.to_str().unwrap()]);
    let mut stream = server.connect();
    stream.write_all(b"GET /late HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    server.interrupt();
    server.line("finishing the open exchanges");
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.contains("\"target\": \"/late\""), "{response}");
    assert_eq!(server.ended().code, 0);
    let archive: Value = serde_json::from_slice(&std::fs::read(har).unwrap()).unwrap();
    let url = archive["log"]["entries"][0]["request"]["url"].as_str().unwrap();
    assert!(url.ends_with("/late"), "{archive}");
}

#[test]
fn help_names_its_modes() {
    let help = limpid(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for text in ["--echo", "--status", "--delay", "--ca-out", "--har", "Examples:"] {
        assert!(help.contains(text), "{help}");
    }
}
