//! Connections that leave HTTP/1.1, such as for web sockets.

use std::io::{Read, Write};

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
