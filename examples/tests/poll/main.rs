//! The driver over poll(2): its client against its server and against plain sockets.

#![cfg(test)]
#![cfg(unix)]

#[path = "../../poll/driver.rs"]
mod driver;
mod handler;

use std::io::{Read, Write};
use std::iter::{empty, repeat_n};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::{Event, Exchange, Hosts, Options, Pool, Request, RouteOptions};
use limpid_core::error::{Cause, CertificateProblem, Error, TlsError};
use limpid_core::http1::BodySize;
use limpid_core::server;
use limpid_core::trace::{EventKind, ExchangeId};
use limpid_sinks::EventList;
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::ledger::Ledger;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use driver::{Client, Server};
use handler::{PIECE, PIECES, handler};

/// Runs a test with a time limit.
fn bounded(test: impl FnOnce() + Send + 'static) {
    let (done, is_done) = channel();
    let running = thread::spawn(move || {
        test();
        _ = done.send(());
    });
    let timeout = is_done.recv_timeout(Duration::from_secs(60));
    assert_ne!(timeout, Err(std::sync::mpsc::RecvTimeoutError::Timeout), "it hangs");
    running.join().unwrap();
}

/// A running server.
struct Site {
    scheme: &'static str,
    port: u16,
    stop: UnixStream,
    told: EventList,
    /// The thread returns the problems in its trace.
    thread: JoinHandle<Vec<String>>,
}

impl Site {
    fn start(tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, other) = UnixStream::pair().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let told = EventList::new();
        let recorder = told.clone();
        let thread = thread::spawn(move || {
            let options = server::Options::with(|options| options.secure = tls.is_some()).into();
            let sink = (recorder, Ledger::of_server());
            let server = Server { options, tls, sink: &sink, handler };
            server.run(&listener.into(), other.as_fd()).unwrap();
            sink.1.problems()
        });
        Self { scheme, port, stop, told, thread }
    }

    fn url(&self, path: &str) -> String {
        format!("{}://localhost:{}{path}", self.scheme, self.port)
    }

    fn wait_for(&self, kind: EventKind) {
        while !self.told.kinds().contains(&kind) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Stops the server, and checks that every span has ended.
    fn stop(self) {
        drop(self.stop);
        assert_eq!(self.thread.join().unwrap(), Vec::<String>::new());
    }
}

/// A client of a test, its trace, and the other end of its cancellation descriptor.
struct Told {
    sink: (EventList, Ledger),
    cancel: UnixStream,
}

struct Fetched {
    exchange: Exchange,
    body: Vec<u8>,
}

impl Fetched {
    fn status(&self) -> u16 {
        self.exchange.head().unwrap().status
    }
}

fn told() -> (Told, Option<UnixStream>) {
    let (cancel, other) = UnixStream::pair().unwrap();
    (Told { sink: (EventList::new(), Ledger::of_client()), cancel }, Some(other))
}

impl Told {
    fn client(&self, roots: Option<&Certificates>, edit: impl FnOnce(&mut Options)) -> Client<'_> {
        let mut store = rustls::RootCertStore::empty();
        if let Some(roots) = roots {
            store.add(CertificateDer::from_pem_file(roots.ca_file()).unwrap()).unwrap();
        }
        let tls = rustls::ClientConfig::builder().with_root_certificates(store);
        Client {
            options: Options::with(edit).into(),
            tls: tls.with_no_client_auth().into(),
            pool: Pool::new(Default::default()),
            sink: &self.sink,
            last: ExchangeId(0),
        }
    }

    fn get(&self, client: &mut Client<'_>, url: &str) -> Result<Fetched, Error> {
        let request = Request::builder(b"GET", url.parse().unwrap()).build();
        let mut body = Vec::new();
        let exchange = client.fetch(request, &empty(), self.cancel.as_fd(), &mut |event| {
            if let Event::Data(data) = event {
                body.extend_from_slice(data);
            }
        })?;
        Ok(Fetched { exchange, body })
    }

    /// Sends a body of `n` pieces.
    fn post(&self, client: &mut Client<'_>, url: &str, n: usize) -> Result<Fetched, Error> {
        let size = BodySize::Length((n * PIECE) as u64);
        let request = Request::builder(b"POST", url.parse().unwrap()).body(size).build();
        let pieces = repeat_n(Bytes::from(vec![b'x'; PIECE]), n);
        let mut body = Vec::new();
        let exchange = client.fetch(request, &pieces, self.cancel.as_fd(), &mut |event| {
            if let Event::Data(data) = event {
                body.extend_from_slice(data);
            }
        })?;
        Ok(Fetched { exchange, body })
    }

    fn connections(&self) -> usize {
        self.count(EventKind::ConnectTcpComplete)
    }

    fn count(&self, kind: EventKind) -> usize {
        self.sink.0.kinds().into_iter().filter(|it| *it == kind).count()
    }

    /// Checks that every span has ended.
    fn check(&self) {
        assert_eq!(self.sink.1.problems(), Vec::<String>::new());
    }
}

/// Returns a server that reads a head, sends `answer`, and then waits until the returned sender is dropped.
fn open_server(answer: &'static [u8]) -> (String, std::sync::mpsc::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (open, closed) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        stream.write_all(answer).unwrap();
        _ = closed.recv();
    });
    (url, open)
}

#[test]
fn early_answer_stops_upload() {
    bounded(|| {
        let answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno";
        let (url, _open) = open_server(answer);
        let (told, _other) = told();
        let fetched = told.post(&mut told.client(None, |_| {}), &url, 200).unwrap();
        assert_eq!((fetched.status(), fetched.body.as_slice()), (401, &b"no"[..]));
        assert!(fetched.exchange.unsent().is_some_and(|unsent| unsent > 0));
        told.check();
    });
}

#[test]
fn handler_rejects_upload_without_reading() {
    bounded(|| {
        let site = Site::start(None);
        let (told, _other) = told();
        let mut client = told.client(None, |_| {});
        let fetched = told.post(&mut client, &site.url("/refuse"), 150).unwrap();
        assert_eq!((fetched.status(), fetched.body.as_slice()), (401, &b"no"[..]));
        told.check();
        site.stop();
    });
}

#[test]
fn bodies_pass_in_both_directions_at_once() {
    bounded(|| {
        let certificates = Certificates::new().unwrap();
        for tls in [None, Some(certificates.server(Identity::Good).unwrap())] {
            let site = Site::start(tls);
            let (told, _other) = told();
            let mut client = told.client(Some(&certificates), |_| {});
            let fetched = told.post(&mut client, &site.url("/echo"), PIECES).unwrap();
            assert_eq!(fetched.status(), 200);
            assert_eq!(fetched.body.len(), PIECES * PIECE);
            assert!(fetched.body.iter().all(|byte| *byte == b'x'));
            assert_eq!(fetched.exchange.unsent(), None);
            let fetched = told.get(&mut client, &site.url("/large")).unwrap();
            assert_eq!(fetched.body, vec![b'y'; PIECES * PIECE]);
            told.check();
            site.stop();
        }
    });
}

#[test]
fn untrusted_certificate_is_rejected() {
    bounded(|| {
        let certificates = Certificates::new().unwrap();
        let site = Site::start(Some(certificates.server(Identity::UnknownCa).unwrap()));
        let (told, _other) = told();
        let mut client = told.client(Some(&certificates), |_| {});
        let error = told.get(&mut client, &site.url("/count")).err().unwrap();
        let problem = CertificateProblem::UnknownIssuer;
        assert_eq!(error.cause, Cause::Tls(TlsError::Certificate(problem)));
        told.check();
        site.stop();
    });
}

#[test]
fn requests_share_connection_within_origin_only() {
    bounded(|| {
        let (site, other) = (Site::start(None), Site::start(None));
        let (told, _other) = told();
        let mut client = told.client(None, |_| {});
        for (url, connections) in
            [(site.url("/count"), 1), (site.url("/count"), 1), (other.url("/count"), 2)]
        {
            assert_eq!(told.post(&mut client, &url, 1).unwrap().body, b"100000");
            assert_eq!(told.connections(), connections);
        }
        told.check();
        site.stop();
        other.stop();
    });
}

#[test]
fn closed_connection_is_not_reused() {
    bounded(|| {
        let site = Site::start(None);
        let port = site.port;
        let (told, _other) = told();
        let mut client = told.client(None, |_| {});
        told.post(&mut client, &site.url("/count"), 1).unwrap();
        site.stop();
        let url = format!("http://localhost:{port}/count");
        let error = told.post(&mut client, &url, 1).err().unwrap();
        // It tried to connect again.
        assert!(error.is_connect(), "{error}");
        told.check();
    });
}

#[test]
fn redirect_reuses_connection() {
    bounded(|| {
        let site = Site::start(None);
        let (told, _other) = told();
        let mut client = told.client(None, |options| options.redirects = Some(3));
        // The server reads and discards 100 kB that its handler does not read.
        let fetched = told.post(&mut client, &site.url("/redirect"), 1).unwrap();
        assert_eq!((fetched.status(), fetched.body.as_slice()), (200, &b"100000"[..]));
        assert_eq!(fetched.exchange.timings().redirects, 1);
        let fetched = told.get(&mut client, &site.url("/redirect")).unwrap();
        assert_eq!(fetched.body, b"0");
        told.check();
        site.stop();
    });
}

#[test]
fn request_is_cancelled_within_body() {
    bounded(|| {
        let certificates = Certificates::new().unwrap();
        for tls in [None, Some(certificates.server(Identity::Good).unwrap())] {
            let site = Site::start(tls);
            let (told, mut other) = told();
            // No timeout may end the request.
            let mut client =
                told.client(Some(&certificates), |options| options.timeouts.write = None);
            let request = Request::builder(b"GET", site.url("/large").parse().unwrap()).build();
            let mut received = 0;
            let fetched = client.fetch(request, &empty(), told.cancel.as_fd(), &mut |event| {
                if let Event::Data(data) = event {
                    received += data.len();
                    other = None;
                }
            });
            assert_eq!(fetched.err().unwrap().cause, Cause::Cancelled);
            assert!(received < PIECES * PIECE);
            assert!(client.pool.is_empty());
            assert_eq!(told.count(EventKind::ExchangeFailed), 1);
            told.check();
            site.wait_for(EventKind::AnswerFailed);
            site.stop();
        }
    });
}

#[test]
fn request_is_cancelled_before_sending() {
    bounded(|| {
        let (url, _open) = open_server(b"");
        let (told, other) = told();
        drop(other);
        let error = told.get(&mut told.client(None, |_| {}), &url).err().unwrap();
        assert_eq!(error.cause, Cause::Cancelled);
        told.check();
    });
}

#[test]
fn next_address_is_tried_after_refusal() {
    bounded(|| {
        let site = Site::start(None);
        let (told, _other) = told();
        let mut hosts = Hosts::default();
        // The server listens on the second of them.
        let addresses = [[127, 0, 0, 2], [127, 0, 0, 1]].map(IpAddr::from);
        hosts.add("localhost", site.port, addresses);
        let mut client = told.client(None, |options| {
            options.route = Arc::new(RouteOptions { hosts, ..RouteOptions::default() });
        });
        assert_eq!(told.get(&mut client, &site.url("/count")).unwrap().body, b"0");
        assert_eq!((told.count(EventKind::DialFailed), told.connections()), (1, 1));
        told.check();
        site.stop();
    });
}

#[test]
fn silent_server_times_out() {
    bounded(|| {
        let (url, _open) = open_server(b"");
        let (told, _other) = told();
        let soon = Some(Duration::from_millis(50));
        let mut client = told.client(None, |options| options.timeouts.read = soon);
        let error = told.get(&mut client, &url).err().unwrap();
        assert!(error.is_timeout(), "{error}");
        assert!(client.pool.is_empty());
        told.check();
    });
}

/// Reads a response with this body.
fn read_answer(stream: &mut TcpStream, body: &str) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(format!("\r\n\r\n{body}").as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    String::from_utf8(answer).unwrap()
}

const HELLO: &[u8] = b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn clients_are_served_concurrently_and_connections_kept() {
    bounded(|| {
        let site = Site::start(None);
        let connect = || TcpStream::connect(("127.0.0.1", site.port)).unwrap();
        let (mut slow, mut fast) = (connect(), connect());
        let (first, rest) = HELLO.split_at(HELLO.len() - 3);
        slow.write_all(first).unwrap();
        // Two requests in one write, and another after their responses.
        fast.write_all(&[HELLO, HELLO].concat()).unwrap();
        for _ in 0..2 {
            assert!(read_answer(&mut fast, "5").starts_with("HTTP/1.1 200 OK\r\n"));
        }
        fast.write_all(HELLO).unwrap();
        assert!(read_answer(&mut fast, "5").contains("\r\nDate: "));
        slow.write_all(rest).unwrap();
        read_answer(&mut slow, "5");
        site.stop();
    });
}

#[test]
fn client_disconnect_is_detected_during_handler() {
    bounded(|| {
        let site = Site::start(None);
        let mut client = TcpStream::connect(("127.0.0.1", site.port)).unwrap();
        client.write_all(b"GET /silent HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        site.wait_for(EventKind::AnswerStarted);
        // Closing it now resets the connection.
        socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
        drop(client);
        site.wait_for(EventKind::AnswerFailed);
        site.stop();
    });
}

#[test]
fn client_disconnect_does_not_affect_others() {
    bounded(|| {
        let site = Site::start(None);
        let mut client = TcpStream::connect(("127.0.0.1", site.port)).unwrap();
        client.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        client.read_exact(&mut [0; 1000]).unwrap();
        drop(client);
        site.wait_for(EventKind::AnswerFailed);
        let (told, _other) = told();
        let fetched = told.get(&mut told.client(None, |_| {}), &site.url("/large")).unwrap();
        assert_eq!(fetched.body.len(), PIECES * PIECE);
        site.stop();
    });
}
