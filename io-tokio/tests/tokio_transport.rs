//! Tests of custom transports: a client over connections in memory, and over sockets that a connector
//! has opened.

#![cfg(test)]

use std::future::pending;
use std::io::{self, ErrorKind};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use limpid_tokio::{
    Client, Connect, Connecting, Dial, Error, Response, SystemConnector, Target, Transport,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufStream, DuplexStream, duplex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The size of the buffer of a direction, small enough that writes have to wait.
const CAPACITY: usize = 16;

/// A network in which a server answers each request with its first line.
struct Network {
    /// How many requests are answered before the server closes the connection.
    requests: usize,
    /// The client's ends buffer what is written until they are flushed.
    is_buffered: bool,
    /// The targets of the opened connections.
    dialed: Arc<Mutex<Vec<String>>>,
    /// The tasks of the servers.
    ends: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Network {
    fn new(requests: usize, is_buffered: bool) -> Self {
        Self { requests, is_buffered, dialed: Arc::default(), ends: Arc::default() }
    }
}

impl Connect for Network {
    fn connect(&self, dial: Dial<'_>) -> Connecting {
        self.dialed.lock().unwrap().push(format!("{:?}", dial.target));
        let (ours, theirs) = duplex(CAPACITY);
        self.ends.lock().unwrap().push(tokio::spawn(answer(theirs, self.requests)));
        let ours: Box<dyn Transport> =
            if self.is_buffered { Box::new(BufStream::new(ours)) } else { Box::new(ours) };
        Box::pin(async { Ok(ours) })
    }
}

/// Answers this number of requests, each with its first line.
async fn answer(mut end: DuplexStream, requests: usize) {
    for _ in 0..requests {
        let Some(head) = head(&mut end).await else { return };
        let line = head.lines().next().unwrap();
        let length = line.len();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{line}");
        end.write_all(answer.as_bytes()).await.unwrap();
    }
}

/// Reads the head of a request.
async fn head(end: &mut DuplexStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(end.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

#[tokio::test]
async fn client_reuses_connection_in_memory() {
    for is_buffered in [false, true] {
        let network = Network::new(2, is_buffered);
        let dialed = Arc::clone(&network.dialed);
        let client = Client::builder().connector(network).build();
        for path in ["/first", "/second"] {
            let response = client.get(&format!("http://192.0.2.1{path}")).send().await.unwrap();
            assert_eq!((response.local_addr(), response.remote_addr()), (None, None));
            assert_eq!(response.text().await.unwrap(), format!("GET {path} HTTP/1.1"));
        }
        assert_eq!(*dialed.lock().unwrap(), ["Tcp(192.0.2.1:80)"]);
    }
}

#[tokio::test]
async fn closed_idle_connection_in_memory_is_not_reused() {
    let network = Network::new(1, false);
    let (dialed, ends) = (Arc::clone(&network.dialed), Arc::clone(&network.ends));
    let client = Client::builder().connector(network).build();
    for opened in 1..=2 {
        let response = client.get("http://192.0.2.1/").send().await.unwrap();
        assert_eq!(response.text().await.unwrap(), "GET / HTTP/1.1");
        assert_eq!(dialed.lock().unwrap().len(), opened);
        let end = ends.lock().unwrap().pop().unwrap();
        end.await.unwrap();
    }
}

#[tokio::test]
async fn read_timeout_applies_to_transport_in_memory() {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let timeout = Duration::from_millis(30);
    let client = Client::builder().connector(Kept(sender)).read_timeout(timeout).build();
    let error = client.get("http://192.0.2.1/").send().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    drop(receiver.recv().await);
}

/// Returns a response whose body has two bytes, which the returned end sends, and a minimum rate: of one byte
/// in two seconds.
async fn paced() -> (Response, DuplexStream) {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let late = Duration::from_secs(2);
    let client = Client::builder().connector(Kept(sender)).minimum_rate(1, late).build();
    let serves = tokio::spawn(async move {
        let mut end = receiver.recv().await.unwrap();
        head(&mut end).await.unwrap();
        end.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n").await.unwrap();
        end
    });
    (client.get("http://192.0.2.1/").send().await.unwrap(), serves.await.unwrap())
}

#[tokio::test]
async fn time_after_an_abandoned_wait_does_not_count_for_the_minimum_rate() {
    let (mut response, mut end) = paced().await;
    assert!(timeout(Duration::from_millis(1), response.next_piece()).await.is_err());
    sleep(Duration::from_millis(3_500)).await;
    end.write_all(b"x").await.unwrap();
    assert_eq!(response.next_piece().await.unwrap(), Some(&b"x"[..]));
    // Nothing has arrived, so that the client waits.
    assert!(timeout(Duration::from_millis(1), response.next_piece()).await.is_err());
    end.write_all(b"y").await.unwrap();
    assert_eq!(response.next_piece().await.unwrap(), Some(&b"y"[..]));
}

#[tokio::test]
async fn abandoned_waits_add_up_to_the_minimum_rate() {
    let (mut response, _end) = paced().await;
    let error = loop {
        if let Ok(result) = timeout(Duration::from_millis(20), response.next_piece()).await {
            break result.unwrap_err();
        }
    };
    assert!(error.to_string().contains("2s behind the minimum rate of 1 bytes"), "{error}");
}

/// A connector that sends the other ends to the test. Their buffers hold a head.
struct Kept(tokio::sync::mpsc::UnboundedSender<DuplexStream>);

impl Connect for Kept {
    fn connect(&self, _: Dial<'_>) -> Connecting {
        let (ours, theirs) = duplex(4096);
        self.0.send(theirs).unwrap();
        Box::pin(async { Ok(Box::new(ours) as Box<dyn Transport>) })
    }
}

#[tokio::test]
async fn upgraded_connection_in_memory_transfers_both_directions() {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let client = Client::builder().connector(Kept(sender)).build();
    let serves = tokio::spawn(async move {
        let mut end = receiver.recv().await.unwrap();
        head(&mut end).await.unwrap();
        let accepted =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
        end.write_all(accepted.as_bytes()).await.unwrap();
        let mut text = Vec::new();
        end.read_to_end(&mut text).await.unwrap();
        end.write_all(&text).await.unwrap();
    });
    let request = client.get("http://192.0.2.1/").header("Connection", "upgrade");
    let response = request.header("Upgrade", "echo").send().await.unwrap();
    let mut upgraded = response.upgrade().unwrap();
    upgraded.write_all(&[b'x'; 1000]).await.unwrap();
    upgraded.shutdown().await.unwrap();
    let mut text = String::new();
    upgraded.read_to_string(&mut text).await.unwrap();
    assert_eq!(text, "x".repeat(1000));
    serves.await.unwrap();
}

/// A connector that refuses every connection with its own error.
struct Refused;

impl Connect for Refused {
    fn connect(&self, _: Dial<'_>) -> Connecting {
        Box::pin(async { Err(io::Error::new(ErrorKind::ConnectionRefused, "the gate is closed")) })
    }
}

#[tokio::test]
async fn error_of_connector_is_that_of_the_request() {
    let client = Client::builder().connector(Refused).build();
    let error = client.get("http://192.0.2.1/").send().await.unwrap_err();
    assert!(!error.is_timeout() && !error.request_was_sent());
    let Error::Exchange { .. } = &error else { panic!("{error:?}") };
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    assert!(text.contains("the gate is closed"), "{text}");
}

/// A connector that connects to one address, and never to another.
struct Half(Kept);

impl Connect for Half {
    fn connect(&self, dial: Dial<'_>) -> Connecting {
        match dial.target {
            Target::Tcp(address) if address.ip().is_ipv4() => self.0.connect(dial),
            _ => Box::pin(pending()),
        }
    }
}

#[tokio::test]
async fn addresses_race_over_a_connector() {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let addresses: [IpAddr; 2] = ["2001:db8::1".parse().unwrap(), "192.0.2.1".parse().unwrap()];
    let builder = Client::builder().connector(Half(Kept(sender))).connect_timeout(None);
    let client = builder.resolve("two.example", 80, addresses).build();
    tokio::spawn(async move {
        let mut end = receiver.recv().await.unwrap();
        head(&mut end).await.unwrap();
        end.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    });
    assert_eq!(client.get("http://two.example/").send().await.unwrap().status(), 204);
}

#[tokio::test]
async fn connector_that_never_connects_times_out() {
    let (sender, _receiver) = tokio::sync::mpsc::unbounded_channel();
    let builder = Client::builder().connector(Half(Kept(sender)));
    let client = builder.connect_timeout(Duration::from_millis(30)).build();
    let error = client.get("http://[2001:db8::1]/").send().await.unwrap_err();
    assert!(error.is_timeout() && !error.request_was_sent(), "{error}");
}

/// A connector that opens sockets of the system, and counts them.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicUsize>);

impl Connect for Counted {
    fn connect(&self, dial: Dial<'_>) -> Connecting {
        self.0.fetch_add(1, Ordering::Relaxed);
        SystemConnector.connect(dial)
    }
}

#[tokio::test]
async fn connector_can_use_sockets_of_the_system() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serves = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for _ in 0..2 {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
        }
    });
    let counted = Counted::default();
    let client = Client::builder().connector(counted.clone()).build();
    for _ in 0..2 {
        let response = client.get(&format!("http://{address}/")).send().await.unwrap();
        assert_eq!(response.remote_addr(), Some(address));
        assert!(response.local_addr().is_some_and(|local| local.ip().is_loopback()));
        assert_eq!(response.text().await.unwrap(), "ok");
    }
    assert_eq!(counted.0.load(Ordering::Relaxed), 1);
    serves.await.unwrap();
    // The listener is closed.
    let error = client.get(&format!("http://{address}/")).send().await.unwrap_err();
    assert!(!error.is_timeout() && !error.request_was_sent(), "{error}");
}
