//! Connections that leave HTTP/1.1, such as for web sockets.

use std::io::{Read, Write};
use std::time::Duration;

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::directory::Directory;
use limpid_tokio::{Client, Exchange, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::proxy::{Proxy, head, server};

const HANDSHAKE: &str = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A server that accepts a WebSocket, greets, and repeats four bytes.
fn web_socket() -> std::net::SocketAddr {
    server(|mut stream| {
        let request = head(&mut stream).unwrap();
        assert!(request.contains("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"), "{request}");
        assert!(request.contains("\r\nSec-WebSocket-Key: "), "{request}");
        stream
            .write_all(
                b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                  Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhi",
            )
            .unwrap();
        let mut frame = [0; 4];
        stream.read_exact(&mut frame).unwrap();
        stream.write_all(&frame).unwrap();
    })
}

#[test]
fn web_socket_passes_in_both_directions() {
    let address = web_socket();
    let reverse = Proxy::start(&["--to", &format!("http://{address}")]);
    let forward = Proxy::start(&[]);
    let host = format!("Host: {address}\r\n");
    for (proxy, target) in [(&reverse, "/"), (&forward, &*format!("http://{address}/"))] {
        let mut stream = proxy.connect();
        stream.write_all(format!("GET {target} HTTP/1.1\r\n{host}{HANDSHAKE}").as_bytes()).unwrap();
        let response = head(&mut stream).unwrap();
        assert!(response.starts_with("HTTP/1.1 101 Switching\r\n"), "{response}");
        assert!(
            response.contains("\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"),
            "{response}"
        );
        assert!(response.contains("\r\nSec-WebSocket-Accept: s3p"), "{response}");
        let mut greeting = [0; 2];
        stream.read_exact(&mut greeting).unwrap();
        stream.write_all(b"ping").unwrap();
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert_eq!((&greeting, rest.as_str()), (b"hi", "ping"));
        drop(stream);
        let [closed] = &proxy.events("TunnelClosed", 1)[..] else { panic!() };
        assert_eq!((&closed["received"], &closed["sent"]), (&4.into(), &6.into()));
    }
}

#[test]
fn refused_upgrade_is_an_ordinary_response() {
    let address = server(|mut stream| {
        head(&mut stream).unwrap();
        let response = "HTTP/1.1 426 Upgrade Required\r\nConnection: upgrade, x\r\nUpgrade: chat/2\r\nX: 1\r\n";
        stream.write_all(format!("{response}Content-Length: 2\r\n\r\nno").as_bytes()).unwrap();
    });
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let response =
        proxy.exchange(&format!("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{HANDSHAKE}"));
    assert!(
        response.contains("\r\nUpgrade: chat/2\r\n") && !response.contains("\r\nX: 1"),
        "{response}"
    );
    assert!(response.ends_with("\r\n\r\nno"), "{response}");
}

/// Answers an upgrade over TLS, greets, and sends back four bytes.
async fn greet(mut exchange: Exchange) -> std::io::Result<()> {
    exchange.field("Connection", "upgrade").field("Upgrade", "greeting");
    let mut upgraded = exchange.upgrade(101).await?;
    upgraded.write_all(b"hi").await?;
    let mut room = [0; 4];
    upgraded.read_exact(&mut room).await?;
    upgraded.write_all(&room).await?;
    upgraded.shutdown().await
}

#[test]
fn upgrade_over_tls_passes_through_an_opened_tunnel() {
    let certificates = Certificates::new().unwrap();
    let directory = Directory::new().unwrap();
    let path = directory.path().join("authority");
    let server_ca = certificates.ca_file().to_string_lossy().into_owned();
    let proxy = Proxy::start(&["--ca", &path.to_string_lossy(), "--cacert", &server_ca]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let both = runtime.block_on(async {
        let config = certificates.server(Identity::Good).unwrap();
        let server = Server::builder().tls(config).bind(("127.0.0.1", 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        tokio::spawn(server.serve(greet));
        let client = Client::builder().proxy(proxy.url()).ca_file(path.join("ca.pem")).build();
        let request = client.get(&format!("https://localhost:{port}/"));
        let request = request.header("Connection", "upgrade").header("Upgrade", "greeting");
        let mut upgraded = request.send().await.unwrap().upgrade().unwrap();
        upgraded.write_all(b"ping").await.unwrap();
        let mut both = String::new();
        upgraded.read_to_string(&mut both).await.unwrap();
        both
    });
    runtime.shutdown_timeout(Duration::ZERO);
    assert_eq!(both, "hiping");
    let [closed] = &proxy.events("TunnelClosed", 1)[..] else { panic!() };
    assert_eq!((&closed["received"], &closed["sent"]), (&4.into(), &6.into()));
}
