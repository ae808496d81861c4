//! Servers and proxies that are slow at each step: the right deadline ends the request, on both drivers,
//! and the client does not spin.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use limpid_core::error::{Cause, Phase};
use limpid_core::time::Waiting;
use limpid_io::{ClientBuilder, Error};
use limpid_tests::script::{Script, Socks5, Step, send};
use limpid_tests::server::Server;
use limpid_tokio::{NextPiece, Pieces};

/// How long a server runs.
const LONG: Duration = Duration::from_millis(3500);
/// The time between two pieces.
const PAUSE: Duration = Duration::from_millis(20);
/// How many pieces it sends.
const OFTEN: usize = 175;
/// The deadline that ends the exchange; all others are longer, or renewed in time.
const DEADLINE: Duration = Duration::from_secs(1);
/// A minimum rate, which no server reaches.
const RATE: u32 = 100_000;
/// More than two sockets buffer.
const LARGE: usize = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(20);

/// A slow server, and the expected result.
struct Case {
    name: &'static str,
    script: Script,
    /// Whether there is a body to send.
    upload: bool,
    scheme: &'static str,
    /// The scheme of a proxy, which is then the slow one.
    proxy: Option<&'static str>,
    /// The wait that the deadline applies to.
    waiting: Waiting,
    phase: Phase,
}

impl Case {
    fn new(name: &'static str, script: Script, phase: Phase) -> Self {
        let (scheme, waiting) = ("http", Waiting::Total);
        Self { name, script, upload: false, scheme, proxy: None, waiting, phase }
    }

    fn client<C: limpid_io::BuildClient>(&self, port: u16) -> C {
        let mut builder = ClientBuilder::<C>::default();
        if let Some(proxy) = self.proxy {
            builder = builder.proxy(format!("{proxy}://127.0.0.1:{port}"));
        }
        builder = match self.waiting {
            Waiting::Connect => builder.connect_timeout(DEADLINE),
            Waiting::Read => builder.read_timeout(DEADLINE),
            // A blocking write that was partly taken has waited for the rest.
            Waiting::Write => builder.write_timeout(DEADLINE / 5),
            Waiting::Rate => builder.minimum_rate(RATE, DEADLINE),
            _ => builder.timeout(DEADLINE),
        };
        builder.build()
    }

    fn url(&self, port: u16) -> String {
        format!("{}://127.0.0.1:{port}/", self.scheme)
    }

    fn over_std(&self, port: u16) -> Result<Vec<u8>, Error> {
        let client: limpid_std::Client = self.client(port);
        let mut request = client.post(&self.url(port));
        if self.upload {
            let body = io::Read::take(io::repeat(b'x'), LARGE as u64);
            request = request.body(limpid_std::Body::reader(body, Some(LARGE as u64)));
        }
        request.send()?.bytes()
    }

    fn over_tokio(&self, port: u16) -> Result<Vec<u8>, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client: limpid_tokio::Client = self.client(port);
            let mut request = client.post(&self.url(port));
            if self.upload {
                let pieces = Same { piece: vec![b'x'; 64 << 10].into(), left: LARGE >> 16 };
                request = request.body(limpid_tokio::Body::pieces(pieces, Some(LARGE as u64)));
            }
            request.send().await?.bytes().await
        })
    }
}

/// A body of equal pieces.
struct Same {
    piece: Bytes,
    left: usize,
}

impl Pieces for Same {
    fn next(&mut self) -> NextPiece<'_> {
        let more = self.left > 0;
        self.left = self.left.saturating_sub(1);
        Box::pin(async move { Ok(more.then(|| self.piece.clone())) })
    }
}

fn silent(first: Vec<Step>) -> Script {
    [first, vec![Step::Sleep(LONG)]].concat()
}

fn slow(first: Vec<Step>, piece: &[u8]) -> Script {
    let rest = vec![vec![Step::Sleep(PAUSE), send(piece)]; OFTEN].concat();
    [first, rest].concat()
}

/// Reads the request and sends the start of a response.
fn ok(more: &str) -> Vec<Step> {
    vec![Step::ReadRequest, send(format!("HTTP/1.1 200 OK\r\n{more}"))]
}

fn cases() -> Vec<Case> {
    let mut cases = cases_of_messages();
    cases.extend(cases_of_the_minimum_rate());
    cases.extend(cases_of_handshakes());
    cases.extend(cases_of_proxies());
    cases
}

fn cases_of_messages() -> Vec<Case> {
    vec![
        Case::new("a field at a time", slow(ok(""), b"A: b\r\n"), Phase::ReceiveHead),
        Case::new("a head byte by byte", slow(ok("A: "), b"b"), Phase::ReceiveHead),
        Case::new(
            "a body byte by byte",
            slow(ok("Content-Length: 9999\r\n\r\n"), b"b"),
            Phase::ReceiveBody,
        ),
        Case::new(
            "a chunk at a time",
            slow(ok("Transfer-Encoding: chunked\r\n\r\n"), b"1\r\nb\r\n"),
            Phase::ReceiveBody,
        ),
        Case::new(
            "a chunk extension byte by byte",
            slow(ok("Transfer-Encoding: chunked\r\n\r\n1;a="), b"b"),
            Phase::ReceiveBody,
        ),
        Case {
            waiting: Waiting::Read,
            ..Case::new("a body that stops", silent(ok("\r\nbody")), Phase::ReceiveBody)
        },
        Case {
            upload: true,
            waiting: Waiting::Write,
            ..Case::new("an upload unread", silent(vec![Step::ReadHead]), Phase::SendBody)
        },
    ]
}

fn cases_of_the_minimum_rate() -> Vec<Case> {
    let case =
        |name, script, phase| Case { waiting: Waiting::Rate, ..Case::new(name, script, phase) };
    let takes = vec![vec![Step::Sleep(PAUSE), Step::ReadBytes(1)]; OFTEN].concat();
    vec![
        case("a head below the rate", slow(ok("A: "), b"b"), Phase::ReceiveHead),
        case(
            "a body below the rate",
            slow(ok("Content-Length: 9999\r\n\r\n"), b"b"),
            Phase::ReceiveBody,
        ),
        Case {
            upload: true,
            ..case(
                "an upload below the rate",
                [vec![Step::ReadHead], takes].concat(),
                Phase::SendBody,
            )
        },
        Case {
            scheme: "https",
            proxy: Some("http"),
            ..case("CONNECT below the rate", slow(ok(""), b"A: b\r\n"), Phase::ReceiveHead)
        },
        Case {
            proxy: Some("http"),
            ..case("a proxy below the rate", slow(ok("\r\n"), b"b"), Phase::ReceiveBody)
        },
    ]
}

fn cases_of_handshakes() -> Vec<Case> {
    // An incomplete record of TLS: its length, and the beginning of a ServerHello.
    let record = vec![send([22, 3, 3, 0x40, 0, 2, 0, 0x3f, 0xf0, 3, 3])];
    vec![
        Case {
            scheme: "https",
            waiting: Waiting::Connect,
            ..Case::new("a handshake that stalls", silent(record.clone()), Phase::Tls)
        },
        Case {
            scheme: "https",
            waiting: Waiting::Connect,
            ..Case::new("a handshake byte by byte", slow(record.clone(), &[0]), Phase::Tls)
        },
    ]
}

fn cases_of_proxies() -> Vec<Case> {
    let method = Socks5 { method: 0, authenticates: true, reply: None };
    let connected = vec![Step::ReadHead, send("HTTP/1.1 200 OK\r\n\r\n")];
    vec![
        Case {
            scheme: "https",
            proxy: Some("http"),
            ..Case::new("CONNECT field by field", slow(ok(""), b"A: b\r\n"), Phase::ReceiveHead)
        },
        Case {
            scheme: "https",
            proxy: Some("http"),
            waiting: Waiting::Read,
            ..Case::new("CONNECT stalls", silent(vec![Step::ReadHead]), Phase::ReceiveHead)
        },
        Case {
            scheme: "https",
            proxy: Some("http"),
            waiting: Waiting::Connect,
            ..Case::new("a tunnel to silence", silent(connected), Phase::Tls)
        },
        Case {
            proxy: Some("socks5"),
            waiting: Waiting::Connect,
            ..Case::new("SOCKS stalls", silent(vec![Step::Socks5(method)]), Phase::Connect)
        },
    ]
}

/// Returns the CPU time of this thread.
#[cfg(unix)]
fn computed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap()
}

#[cfg(not(unix))]
fn computed() -> Duration {
    Duration::ZERO
}

type Over = fn(&Case, u16) -> Result<Vec<u8>, Error>;

/// Runs a case, and checks its error.
fn run(driver: &str, over: Over, case: &Case) {
    let server = Server::tcp(vec![case.script.clone()]).unwrap();
    let (began, before) = (Instant::now(), computed());
    let result = over(case, server.port());
    let (computed, wall) = (computed() - before, began.elapsed());
    let name = format!("{} on {driver}", case.name);
    let Err(Error::Exchange { error, .. }) = result else { panic!("{name}: {result:?}") };
    assert_eq!((error.cause, error.phase), (Cause::TimedOut(case.waiting), case.phase), "{name}");
    assert!(computed < wall / 5, "{name}: it computed for {computed:?} of {wall:?}");
}

#[test]
fn deadlines_hold_against_slow_servers_without_spinning() {
    let (sender, receiver) = mpsc::channel();
    let mut count = 0;
    for case in cases() {
        let case = Arc::new(case);
        for (driver, over) in [("std", Case::over_std as Over), ("tokio", Case::over_tokio)] {
            let (sender, case) = (sender.clone(), Arc::clone(&case));
            thread::spawn(move || {
                let result = thread::spawn(move || run(driver, over, &case)).join();
                sender.send(result.map_err(|panic| *panic.downcast::<String>().unwrap()))
            });
            count += 1;
        }
    }
    let ends = (0..count).map(|_| receiver.recv_timeout(PATIENCE).expect("a client hangs"));
    let wrong: Vec<String> = ends.filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
