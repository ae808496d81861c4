//! Connections that leave HTTP/1.1, over both drivers.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use limpid_std::Error;
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::both::block_on;

const SWITCHING: &str =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n";

/// The bytes in each direction: more than sockets buffer without a reader.
const MUCH: usize = 8 * 1024 * 1024;

/// Sends "hello" after the response, reads "ping", and sends "pong".
fn chat(end: Step) -> Script {
    vec![Step::ReadHead, send([SWITCHING, "hello"].concat()), Step::ReadBytes(4), send("pong"), end]
}

/// Returns servers with and without TLS, and their certificates.
fn servers() -> (Certificates, [(&'static str, Server); 2]) {
    let certificates = Certificates::new().unwrap();
    let secure =
        Server::tls(certificates.server(Identity::Good).unwrap(), vec![chat(Step::CloseNotify)]);
    let plain = Server::tcp(vec![chat(Step::Close)]);
    (certificates, [("http", plain.unwrap()), ("https", secure.unwrap())])
}

#[test]
fn upgraded_connection_carries_a_chat_over_std() {
    let (certificates, servers) = servers();
    for (scheme, server) in servers {
        let client = limpid_std::Client::builder().ca_file(certificates.ca_file()).build();
        let url = format!("{scheme}://127.0.0.1:{}/", server.port());
        let request = client.get(&url).header("Connection", "upgrade").header("Upgrade", "chat");
        let mut chat = request.send().unwrap().upgrade().unwrap();
        let mut hello = [0; 5];
        chat.read_exact(&mut hello).unwrap();
        chat.write_all(b"ping").unwrap();
        let mut rest = String::new();
        chat.read_to_string(&mut rest).unwrap();
        assert_eq!((&hello, rest.as_str()), (b"hello", "pong"), "{scheme}");
        drop(chat);
        server.finish().unwrap();
    }
}

#[test]
fn upgraded_connection_carries_a_chat_over_tokio() {
    let (certificates, servers) = servers();
    for (scheme, server) in servers {
        block_on(async {
            let client = limpid_tokio::Client::builder().ca_file(certificates.ca_file()).build();
            let url = format!("{scheme}://127.0.0.1:{}/", server.port());
            let request =
                client.get(&url).header("Connection", "upgrade").header("Upgrade", "chat");
            let mut chat = request.send().await.unwrap().upgrade().unwrap();
            let mut hello = [0; 5];
            chat.read_exact(&mut hello).await.unwrap();
            chat.write_all(b"ping").await.unwrap();
            chat.flush().await.unwrap();
            let mut rest = String::new();
            chat.read_to_string(&mut rest).await.unwrap();
            assert_eq!((&hello, rest.as_str()), (b"hello", "pong"), "{scheme}");
        });
        server.finish().unwrap();
    }
}

/// Starts a proxy that echoes the tunnel until its end.
fn echo() -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let echo = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut head, mut byte) = (String::new(), [0]);
        while !head.ends_with("\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(char::from(byte[0]));
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        std::io::copy(&mut stream.try_clone().unwrap(), &mut stream).unwrap();
        head
    });
    (port, echo)
}

#[test]
fn a_tunnel_carries_both_directions_at_once_over_std() {
    let (port, echo) = echo();
    let proxy = format!("http://127.0.0.1:{port}");
    let client = limpid_std::Client::builder().proxy(proxy).build();
    let response = client.request("CONNECT", "http://db.example:5432/").send().unwrap();
    let mut tunnel = response.upgrade().unwrap();
    let mut writer = tunnel.clone();
    let writing = thread::spawn(move || {
        writer.write_all(&vec![b'x'; MUCH]).unwrap();
        writer.shutdown().unwrap();
    });
    let mut received = Vec::new();
    tunnel.read_to_end(&mut received).unwrap();
    writing.join().unwrap();
    assert_eq!(received.len(), MUCH);
    assert!(echo.join().unwrap().starts_with("CONNECT db.example:5432 HTTP/1.1\r\n"));
}

#[test]
fn a_tunnel_carries_both_directions_at_once_over_tokio() {
    let (port, echo) = echo();
    block_on(async {
        let proxy = format!("http://127.0.0.1:{port}");
        let client = limpid_tokio::Client::builder().proxy(proxy).build();
        let response = client.request("CONNECT", "http://db.example:5432/").send().await.unwrap();
        let (mut reader, mut writer) = tokio::io::split(response.upgrade().unwrap());
        let writing = tokio::spawn(async move {
            writer.write_all(&vec![b'x'; MUCH]).await.unwrap();
            writer.shutdown().await.unwrap();
        });
        let mut received = Vec::new();
        reader.read_to_end(&mut received).await.unwrap();
        writing.await.unwrap();
        assert_eq!(received.len(), MUCH);
    });
    echo.join().unwrap();
}

#[test]
fn upgraded_read_has_deadline_over_std() {
    let script = vec![Step::ReadHead, send(SWITCHING)];
    let server = Server::tcp(vec![script]).unwrap();
    let client = limpid_std::Client::default();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let request = client.get(&url).header("Connection", "upgrade").header("Upgrade", "chat");
    let mut silent = request.send().unwrap().upgrade().unwrap();
    silent.set_read_timeout(Some(std::time::Duration::from_millis(10))).unwrap();
    let error = silent.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
}

#[test]
fn refused_upgrade_is_reported() {
    let server = Server::tcp(vec![answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")]).unwrap();
    let client = limpid_std::Client::default();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let request = client.get(&url).header("Connection", "upgrade").header("Upgrade", "chat");
    let error = request.send().unwrap().upgrade().unwrap_err();
    assert!(matches!(error, Error::NotUpgraded(200)), "{error}");
    assert!(error.request_was_sent());
}
