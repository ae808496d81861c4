//! Tests of custom transports: a client over connections in memory, and over sockets that a connector
//! has opened.

#![cfg(test)]

mod memory;

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use limpid_std::{Body, Client, Connect, Dial, Error, SystemConnector, Transport};
use memory::{End, Network};

/// Answers each request with its request line.
fn echo(end: &End) {
    while let Some(head) = end.head() {
        let line = head.lines().next().unwrap();
        end.send(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{line}", line.len()));
    }
}

#[test]
fn client_reuses_connection_in_memory() {
    let network = Network::new(echo);
    let client = Client::builder().connector(network.clone()).build();
    for path in ["/first", "/second"] {
        let response = client.get(&format!("http://192.0.2.1{path}")).send().unwrap();
        assert_eq!((response.local_addr(), response.remote_addr()), (None, None));
        assert_eq!(response.text().unwrap(), format!("GET {path} HTTP/1.1"));
    }
    assert_eq!(*network.dialed.lock().unwrap(), ["Tcp(192.0.2.1:80)"]);
}

#[test]
fn closed_idle_connection_in_memory_is_not_reused() {
    let network = Network::new(|end| {
        end.head();
        end.send("HTTP/1.1 204 No Content\r\n\r\n");
    });
    let client = Client::builder().connector(network.clone()).build();
    for opened in 1..=2 {
        assert_eq!(client.get("http://192.0.2.1/").send().unwrap().status(), 204);
        assert_eq!(network.dialed.lock().unwrap().len(), opened);
        network.join();
    }
}

#[test]
fn read_timeout_applies_to_transport_in_memory() {
    let network = Network::new(|end| while end.head().is_some() {});
    let timeout = Duration::from_millis(30);
    let client = Client::builder().connector(network).read_timeout(timeout).build();
    let error = client.get("http://192.0.2.1/").send().unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[test]
fn write_timeout_applies_to_transport_in_memory() {
    // The head is longer than the buffer of a connection.
    let network = Network::new(End::wait_until_closed);
    let timeout = Duration::from_millis(30);
    let client = Client::builder().connector(network).write_timeout(timeout).build();
    let error = client.get("http://192.0.2.1/").send().unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

#[test]
fn body_of_channel_is_sent_in_memory_while_response_is_read() {
    let network = Network::new(|end| {
        end.head();
        end.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    });
    let client = Client::builder().connector(network).build();
    let (sender, body) = Body::channel(None);
    let response = client.post("http://192.0.2.1/").body(body).send().unwrap();
    assert_eq!(response.status(), 401);
    assert!(sender.is_stopped());
}

#[test]
fn upgraded_connection_in_memory_transfers_both_directions_at_once() {
    let network = Network::new(|end| {
        end.head();
        end.send(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n",
        );
        let mut text = Vec::new();
        (&mut &*end).read_to_end(&mut text).unwrap();
        (&mut &*end).write_all(&text).unwrap();
    });
    let client = Client::builder().connector(network).build();
    let request = client.get("http://192.0.2.1/").header("Connection", "upgrade");
    let mut upgraded = request.header("Upgrade", "echo").send().unwrap().upgrade().unwrap();
    upgraded.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let error = upgraded.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    upgraded.set_read_timeout(None).unwrap();

    let mut reader = upgraded.clone();
    let reads = thread::spawn(move || {
        let mut text = String::new();
        reader.read_to_string(&mut text).map(|_| text)
    });
    upgraded.write_all(&[b'x'; 1000]).unwrap();
    upgraded.shutdown().unwrap();
    assert_eq!(reads.join().unwrap().unwrap(), "x".repeat(1000));
}

/// A connector that refuses every connection with its own error.
struct Refused;

impl Connect for Refused {
    fn connect(&self, _: Dial<'_>, _: Option<Instant>) -> io::Result<Box<dyn Transport>> {
        Err(io::Error::new(ErrorKind::ConnectionRefused, "the gate is closed"))
    }
}

#[test]
fn error_of_connector_is_that_of_the_request() {
    let client = Client::builder().connector(Refused).build();
    let error = client.get("http://192.0.2.1/").send().unwrap_err();
    assert!(!error.is_timeout() && !error.request_was_sent());
    let Error::Exchange { error, .. } = error else { panic!("{error:?}") };
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    assert!(text.contains("the gate is closed"), "{text}");
}

/// A connector that opens sockets of the system, and counts them.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicUsize>);

impl Connect for Counted {
    fn connect(&self, dial: Dial<'_>, deadline: Option<Instant>) -> io::Result<Box<dyn Transport>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        assert!(deadline.is_some_and(|deadline| deadline > Instant::now()));
        SystemConnector.connect(dial, deadline)
    }
}

#[test]
fn connector_can_use_sockets_of_the_system() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serves = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for _ in 0..2 {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            // The client waits for the rest, which arrives later.
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Le").unwrap();
            thread::sleep(Duration::from_millis(20));
            stream.write_all(b"ngth: 2\r\n\r\nok").unwrap();
        }
    });
    let counted = Counted::default();
    let client = Client::builder().connector(counted.clone()).build();
    for _ in 0..2 {
        let response = client.get(&format!("http://{address}/")).send().unwrap();
        assert_eq!(response.remote_addr(), Some(address));
        assert!(response.local_addr().is_some_and(|local| local.ip().is_loopback()));
        assert_eq!(response.text().unwrap(), "ok");
    }
    assert_eq!(counted.0.load(Ordering::Relaxed), 1);
    serves.join().unwrap();
    // The listener is closed.
    let error = client.get(&format!("http://{address}/")).send().unwrap_err();
    assert!(!error.is_timeout() && !error.request_was_sent(), "{error}");
}
