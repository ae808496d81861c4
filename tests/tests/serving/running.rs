//! A running server, its handler, and its clients.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::LazyLock;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::http1::BodySize;
use limpid_io::server::{Bind, ServerBuilder, Timeouts};
use limpid_sinks::EventList;
use limpid_std::Client;
use limpid_tests::certificates::{Certificates, Identity, Terms};
use tokio::runtime::Builder;

use crate::facts::text;
use crate::{duplex, tunnels};

/// A time limit for every step.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// More than is buffered before it is sent.
pub(crate) const LARGE: usize = 200_000;

pub(crate) static CERTIFICATES: LazyLock<Certificates> =
    LazyLock::new(|| Certificates::new().unwrap());

/// The driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    Std,
    Tokio,
}

/// What carries the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    Plain,
    Tls,
}

/// Every driver, over every carrier.
pub(crate) const EVERY: [(Driver, Carrier); 4] = [
    (Driver::Std, Carrier::Plain),
    (Driver::Std, Carrier::Tls),
    (Driver::Tokio, Carrier::Plain),
    (Driver::Tokio, Carrier::Tls),
];

/// Every driver.
pub(crate) const DRIVERS: [Driver; 2] = [Driver::Std, Driver::Tokio];

/// A running server. Dropping it stops it.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) recorder: EventList,
    carrier: Carrier,
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

/// The handle that stops a server.
enum Handle {
    Std(limpid_std::Handle),
    Tokio(limpid_tokio::Handle),
}

/// The settings of the builder of every driver.
#[derive(Clone, Default)]
pub(crate) struct Setup {
    pub(crate) connections: Option<usize>,
    pub(crate) timeouts: Option<Timeouts>,
    pub(crate) body: Option<u64>,
    /// Whether clients must have a certificate.
    pub(crate) wants_certificate: bool,
}

impl Setup {
    fn build<S: Bind>(self, carrier: Carrier, sink: EventList) -> S {
        let mut builder = ServerBuilder::<S>::default().sink(sink).name(None);
        if carrier == Carrier::Tls {
            let terms = Terms {
                wants_certificate: self.wants_certificate,
                protocols: vec![b"http/1.1".to_vec()],
                ..Terms::default()
            };
            builder = builder.tls(CERTIFICATES.server_on(Identity::Good, terms).unwrap());
        }
        if let Some(most) = self.connections {
            builder = builder.connections(most);
        }
        if let Some(timeouts) = self.timeouts {
            builder = builder.timeouts(timeouts);
        }
        if let Some(most) = self.body {
            builder = builder.body_limit(most);
        }
        builder.bind(("127.0.0.1", 0)).unwrap()
    }
}

impl Running {
    pub(crate) fn start((driver, carrier): (Driver, Carrier)) -> Self {
        Self::with((driver, carrier), Setup::default())
    }

    pub(crate) fn with((driver, carrier): (Driver, Carrier), setup: Setup) -> Self {
        let recorder = EventList::new();
        match driver {
            Driver::Std => {
                let server: limpid_std::Server = setup.build(carrier, recorder.clone());
                let (address, handle) = (server.local_addr().unwrap(), server.handle());
                let thread = thread::spawn(move || server.serve(blocking).unwrap());
                let handle = Handle::Std(handle);
                Self { address, recorder, carrier, handle, thread: Some(thread) }
            }
            Driver::Tokio => {
                let server: limpid_tokio::Server = setup.build(carrier, recorder.clone());
                let (address, handle) = (server.local_addr().unwrap(), server.handle());
                let runtime = Builder::new_current_thread().enable_all().build();
                let thread = thread::spawn(move || {
                    runtime.unwrap().block_on(server.serve(asynchronous)).unwrap();
                });
                let handle = Handle::Tokio(handle);
                Self { address, recorder, carrier, handle, thread: Some(thread) }
            }
        }
    }

    /// Stops the server, and waits until it has ended.
    pub(crate) fn stop(&mut self, grace: Duration) {
        self.begin_to_stop(grace);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    /// Stops the server, without waiting.
    pub(crate) fn begin_to_stop(&self, grace: Duration) {
        match &self.handle {
            Handle::Std(handle) => handle.shutdown(grace),
            Handle::Tokio(handle) => handle.shutdown(grace),
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder().ca_file(CERTIFICATES.ca_file()).build()
    }

    pub(crate) fn asynchronous_client(&self) -> limpid_tokio::Client {
        limpid_tokio::Client::builder().ca_file(CERTIFICATES.ca_file()).build()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let scheme = if self.carrier == Carrier::Tls { "https" } else { "http" };
        format!("{scheme}://localhost:{}{path}", self.address.port())
    }

    /// Returns a plain connection to the server.
    pub(crate) fn raw(&self) -> Raw {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Raw(stream)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.stop(Duration::ZERO);
        }
    }
}

/// A client that sends arbitrary bytes.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) fn says(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).unwrap();
    }

    /// Reads until this text.
    pub(crate) fn read_until(&mut self, end: &str) -> String {
        let mut received = Vec::new();
        while !received.ends_with(end.as_bytes()) {
            let mut byte = [0];
            assert_eq!(self.0.read(&mut byte).unwrap(), 1, "{}", received.escape_ascii());
            received.push(byte[0]);
        }
        String::from_utf8(received).unwrap()
    }

    /// Reads until the end.
    pub(crate) fn read_to_close(&mut self) -> String {
        let mut received = String::new();
        self.0.read_to_string(&mut received).unwrap();
        received
    }
}

/// The handler of the blocking server, by the target of a request.
fn blocking(mut exchange: limpid_std::Exchange<'_>) -> Result<(), Cause> {
    match exchange.head().target {
        b"/hello" => exchange.field("Content-Type", "text/plain").respond(200, "Hello, world!"),
        b"/large" => exchange.respond(200, vec![b'x'; LARGE]),
        b"/echo" => {
            exchange.start(200, BodySize::Unknown)?;
            while let Some(data) = exchange.data()? {
                let data = data.to_vec();
                exchange.send(data)?;
            }
            let sum = exchange.trailers().get("X-Sum").map(<[u8]>::to_vec);
            if let Some(sum) = sum {
                exchange.field("X-Sum", sum);
            }
            exchange.finish()
        }
        b"/count" => {
            let mut count = 0;
            while let Some(data) = exchange.data()? {
                count += data.len();
            }
            exchange.respond(200, count.to_string())
        }
        b"/whole" => {
            let mut first = [0];
            let n = exchange.read(&mut first).map_err(|_| Cause::Cancelled)?;
            let rest = exchange.read_body()?;
            exchange.respond(200, [&first[..n], &rest].concat())
        }
        b"/endless" => {
            exchange.start(200, BodySize::Unknown)?;
            loop {
                exchange.send(vec![b'x'; 64 * 1024])?;
            }
        }
        b"/facts" => {
            let text =
                text(exchange.peer(), &exchange.layer_facts(), &exchange.peer_certificates());
            exchange.respond(200, text)
        }
        b"/slow" => {
            thread::sleep(Duration::from_millis(300));
            exchange.respond(200, "at last")
        }
        b"/upgrade" => tunnels::loud(exchange).map_err(|_| Cause::PeerGone),
        b"/bulk" => tunnels::bulk(exchange).map_err(|_| Cause::PeerGone),
        b"/duplex" => duplex::echo(exchange),
        b"/first" => duplex::respond_first(exchange),
        b"/panic" => panic!("as it was asked to"),
        b"/error" => Err(Cause::Cancelled),
        _ => exchange.respond(404, "nothing"),
    }
}

/// The same handler for the asynchronous server.
async fn asynchronous(mut exchange: limpid_tokio::Exchange) -> Result<(), Cause> {
    match exchange.head().target {
        b"/hello" => exchange.field("Content-Type", "text/plain").respond(200, "Hello, world!"),
        b"/large" => exchange.respond(200, vec![b'x'; LARGE]),
        b"/echo" => {
            exchange.start(200, BodySize::Unknown)?;
            while let Some(data) = exchange.data().await? {
                let data = data.to_vec();
                exchange.send(data).await?;
            }
            let sum = exchange.trailers().get("X-Sum").map(<[u8]>::to_vec);
            if let Some(sum) = sum {
                exchange.field("X-Sum", sum);
            }
            exchange.finish()
        }
        b"/count" => {
            let mut count = 0;
            while let Some(data) = exchange.data().await? {
                count += data.len();
            }
            exchange.respond(200, count.to_string())
        }
        b"/whole" => {
            let body = exchange.read_body().await?;
            exchange.respond(200, body)
        }
        b"/endless" => {
            exchange.start(200, BodySize::Unknown)?;
            loop {
                exchange.send(vec![b'x'; 64 * 1024]).await?;
            }
        }
        b"/facts" => {
            let text =
                text(exchange.peer(), &exchange.layer_facts(), &exchange.peer_certificates());
            exchange.respond(200, text)
        }
        b"/slow" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            exchange.respond(200, "at last")
        }
        b"/upgrade" => tunnels::asynchronous_loud(exchange).await.map_err(|_| Cause::PeerGone),
        b"/bulk" => tunnels::asynchronous_bulk(exchange).await.map_err(|_| Cause::PeerGone),
        b"/duplex" => duplex::asynchronous_echo(exchange).await,
        b"/first" => duplex::asynchronous_respond_first(exchange).await,
        b"/panic" => panic!("as it was asked to"),
        b"/error" => Err(Cause::Cancelled),
        _ => exchange.respond(404, "nothing"),
    }
}
