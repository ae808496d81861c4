//! Clients and servers of both drivers, over layers of any kind.

use std::io;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_io::server::{Bind, ServerBuilder};
use limpid_io::{BuildClient, ClientBuilder, ClientLayers, Error, ServerLayers};
use limpid_sinks::EventList;
use tokio::runtime::{Builder, Runtime};

/// The driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Driver {
    Std,
    Tokio,
}

/// Every client with every server.
pub(super) const EVERY: [(Driver, Driver); 4] = [
    (Driver::Std, Driver::Std),
    (Driver::Std, Driver::Tokio),
    (Driver::Tokio, Driver::Std),
    (Driver::Tokio, Driver::Tokio),
];

/// A server that answers each request with its body. Dropping it stops it.
pub(super) struct Running {
    pub(super) port: u16,
    handle: Handle,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// The handle that stops a server.
enum Handle {
    Std(limpid_std::Handle),
    Tokio(limpid_tokio::Handle),
}

fn bind<S: Bind>(layers: impl ServerLayers + 'static) -> io::Result<S> {
    ServerBuilder::<S>::default().tls_layers(layers).bind(("127.0.0.1", 0))
}

impl Running {
    pub(super) fn start(driver: Driver, layers: impl ServerLayers + 'static) -> io::Result<Self> {
        let (address, handle, thread) = match driver {
            Driver::Std => {
                let server: limpid_std::Server = bind(layers)?;
                let (address, handle) = (server.local_addr(), Handle::Std(server.handle()));
                (address, handle, thread::spawn(move || server.serve(blocking)))
            }
            Driver::Tokio => {
                let server: limpid_tokio::Server = bind(layers)?;
                let (address, handle) = (server.local_addr(), Handle::Tokio(server.handle()));
                let runtime = runtime()?;
                let serve = move || runtime.block_on(server.serve(asynchronous));
                (address, handle, thread::spawn(serve))
            }
        };
        let port = address.map_or(0, |address| address.port());
        Ok(Self { port, handle, thread: Some(thread) })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        match &self.handle {
            Handle::Std(handle) => handle.shutdown(Duration::ZERO),
            Handle::Tokio(handle) => handle.shutdown(Duration::ZERO),
        }
        drop(self.thread.take().map(JoinHandle::join));
    }
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

fn blocking(mut exchange: limpid_std::Exchange<'_>) -> Result<(), Cause> {
    let mut body = Vec::new();
    while let Some(data) = exchange.data()? {
        body.extend_from_slice(data);
    }
    exchange.respond(200, body)
}

async fn asynchronous(mut exchange: limpid_tokio::Exchange) -> Result<(), Cause> {
    let mut body = Vec::new();
    while let Some(data) = exchange.data().await? {
        body.extend_from_slice(data);
    }
    exchange.respond(200, body)
}

/// A client and its events.
pub(super) struct Client {
    kind: Kind,
    pub(super) recorder: EventList,
}

enum Kind {
    Std(limpid_std::Client),
    Tokio(limpid_tokio::Client, Runtime),
}

/// The settings of a client beside its layers.
#[derive(Clone, Debug, Default)]
pub(super) struct Setup {
    pub(super) proxy: Option<limpid_io::Proxy>,
}

impl Setup {
    fn build<C: BuildClient>(self, layers: impl ClientLayers + 'static, sink: EventList) -> C {
        let builder = ClientBuilder::<C>::default().tls_layers(layers).sink(sink);
        match self.proxy {
            Some(proxy) => builder.proxy(proxy).build(),
            None => builder.build(),
        }
    }
}

impl Client {
    pub(super) fn new(
        driver: Driver,
        layers: impl ClientLayers + 'static,
        setup: Setup,
    ) -> io::Result<Self> {
        let recorder = EventList::new();
        let kind = match driver {
            Driver::Std => Kind::Std(setup.build(layers, recorder.clone())),
            Driver::Tokio => Kind::Tokio(setup.build(layers, recorder.clone()), runtime()?),
        };
        Ok(Self { kind, recorder })
    }

    /// Sends this body, and returns that of the response.
    pub(super) fn post(&self, url: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        match &self.kind {
            Kind::Std(client) => client.post(url).body(body.to_vec()).send()?.bytes(),
            Kind::Tokio(client, runtime) => runtime.block_on(async {
                client.post(url).body(body.to_vec()).send().await?.bytes().await
            }),
        }
    }
}
