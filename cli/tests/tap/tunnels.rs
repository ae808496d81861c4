//! CONNECT without an authority: bytes pass unseen.

use std::io::{Read, Write};
use std::net::Shutdown;

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::common::output;
use crate::proxy::{Proxy, head, server};

#[test]
fn bytes_pass_in_both_directions_until_each_has_ended() {
    let address = server(|mut stream| {
        stream.write_all(b"welcome").unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        stream.write_all(&received).unwrap();
    });
    let proxy = Proxy::start(&[]);
    let mut stream = proxy.connect();
    stream
        .write_all(
            format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n\r\nearly ").as_bytes(),
        )
        .unwrap();
    assert!(head(&mut stream).unwrap().starts_with("HTTP/1.1 200 "));
    let mut welcome = [0; 7];
    stream.read_exact(&mut welcome).unwrap();
    assert_eq!(&welcome, b"welcome");
    stream.write_all(b"late").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "early late");
    let [opened] = &proxy.events("TunnelOpened", 1)[..] else { panic!() };
    let [closed] = &proxy.events("TunnelClosed", 1)[..] else { panic!() };
    assert_eq!(opened["port"], address.port());
    assert_eq!((&closed["received"], &closed["sent"]), (&10.into(), &17.into()));
    assert_eq!(opened["connection"], closed["connection"]);
}

#[test]
fn client_verifies_the_certificate_of_the_server_itself() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let origin = Server::tls(tls, vec![answer(hello)]).unwrap();
    let proxy = Proxy::start(&[]);
    let ca_file = certificates.ca_file();
    let url = format!("https://localhost:{}/", origin.port());
    let body = output(["-x", &proxy.url(), "--cacert", &ca_file.to_string_lossy(), &url]);
    assert_eq!(body, "hello");
}

#[test]
fn host_that_cannot_be_reached_is_refused() {
    let proxy = Proxy::start(&[]);
    let own = proxy.address.port();
    let refusing = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = refusing.local_addr().unwrap().port();
    drop(refusing);
    for (target, status) in [
        (format!("127.0.0.1:{closed}"), 502),
        ("name.invalid:443".to_owned(), 502),
        (format!("127.0.0.1:{own}"), 508),
        (format!("localhost:{own}"), 508),
        (format!("[::ffff:127.0.0.1]:{own}"), 508),
    ] {
        let response = proxy.exchange(&format!(
            "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nConnection: close\r\n\r\n"
        ));
        assert!(response.starts_with(&format!("HTTP/1.1 {status} ")), "{target} {response}");
    }
    assert_eq!(proxy.events("ForwardFailed", 5).len(), 5);
}
