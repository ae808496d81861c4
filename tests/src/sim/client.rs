//! A client in a simulated network.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use limpid_core::client::{
    Event, Exchange, Input, Lease, Options, Pool, RequestBuilder, Retired, Route,
};
use limpid_core::error::{Cause, Error};
use limpid_core::fields::Fields;
use limpid_core::trace::ExchangeId;
use limpid_io::{Settings, SharedSink, TlsSource};

use super::body::Body;
use super::driver::{Driver, no_configuration};
use super::net::Net;
use super::socket::Socket;
use super::world::World;

/// A client: the third driver's, over the same machines as those of the others. When it and its
/// responses are dropped, idle connections are closed.
#[derive(Clone, Debug)]
pub struct Client(Rc<Shared>);

/// What the exchanges of a client share.
pub(super) struct Shared {
    pub(super) net: Net,
    pub(super) sink: SharedSink,
    options: Arc<Options>,
    /// What secures connections to origin servers, and to proxies.
    tls: (TlsSource, TlsSource),
    pool: RefCell<Pool<Socket>>,
    exchanges: Cell<u64>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("exchanges", &self.exchanges).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with these settings.
    #[must_use]
    pub fn new(net: &Net, settings: Settings) -> Self {
        let Settings { options, tls, proxy_tls, pool, sink } = settings;
        Self(Rc::new(Shared {
            net: net.clone(),
            sink,
            options,
            tls: (tls, proxy_tls),
            pool: RefCell::new(Pool::new(pool)),
            exchanges: Cell::new(0),
        }))
    }

    /// The world it is in.
    #[must_use]
    pub fn world(&self) -> &World {
        self.0.net.world()
    }

    /// Sends a request, and waits for the head of the response. Dropping the future cancels it.
    ///
    /// # Errors
    /// The exchange failed.
    pub async fn send(&self, draft: RequestBuilder, body: Body) -> Result<Response, Error> {
        let request = draft.body(body.size()).build();
        self.0.exchanges.set(self.0.exchanges.get() + 1);
        let id = ExchangeId(self.0.exchanges.get());
        let exchange = Exchange::new(id, request, Arc::clone(&self.0.options));
        let mut driver = Driver::new(exchange, body, Rc::clone(&self.0));
        loop {
            if !driver.run().await? {
                return Err(Cause::Abandoned.into());
            }
            if let Some(Event::Head(..)) = driver.event() {
                return Ok(Response { driver, over: false });
            }
        }
    }
}

impl Shared {
    /// Answers a question about trust.
    pub(super) fn trust(&self, proxy: bool) -> Input<'static> {
        let trust = self.tls(proxy).trust(self.net.world().now(), &self.sink);
        trust.map_or_else(no_configuration, Input::Trust)
    }

    /// Makes the layer for a connection to the server of this name.
    pub(super) fn secure(&self, server_name: &str, proxy: bool) -> Input<'static> {
        let layer = self.tls(proxy).layer(server_name, proxy);
        layer.map_or_else(|error| Input::Failed(error.into()), Input::Secured)
    }

    const fn tls(&self, proxy: bool) -> &TlsSource {
        if proxy { &self.tls.1 } else { &self.tls.0 }
    }

    /// A connection on this route; `None` while there is none.
    pub(super) fn acquire(&self, route: &Route) -> Option<Box<Lease<Socket>>> {
        let now = self.net.world().now();
        let mut pool = self.pool.borrow_mut();
        let mut lease = pool.acquire(route, now, Socket::is_silent);
        let is_loud = |lease: &mut Box<Lease<Socket>>| {
            lease.transport.as_ref().is_some_and(|socket| !socket.is_silent())
        };
        while let Some(loud) = lease.take_if(is_loud) {
            lease = pool.replace(loud, now, Socket::is_silent);
        }
        drop(pool);
        self.retire();
        lease
    }

    /// Gives a connection back; one that lacks a part is closed.
    pub(super) fn release(&self, lease: Box<Lease<Socket>>) {
        let now = self.net.world().now();
        self.pool.borrow_mut().release(lease, now, Socket::is_silent);
        self.retire();
        self.net.world().moved();
    }

    fn retire(&self) {
        let retired = self.pool.borrow_mut().retired();
        for Retired { lease, why } in retired {
            let Some((link, transport)) = lease.link.zip(lease.transport) else { continue };
            link.retire(why, self.net.world().now(), &self.sink, |bytes| {
                if !bytes.is_empty() {
                    // Nobody is left who would care.
                    let _ = transport.write_now(bytes);
                }
            });
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.pool.get_mut().close();
        self.retire();
    }
}

/// A response, and the way to its body. Dropping it before its end closes the connection.
#[derive(Debug)]
pub struct Response {
    driver: Driver,
    over: bool,
}

impl Response {
    /// The status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.driver.exchange.head().map_or(0, |head| head.status)
    }

    /// The fields.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        self.driver.exchange.head().map_or(Fields::EMPTY, |head| head.fields)
    }

    /// The trailers, once the end of the body was reached.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.driver.exchange.trailers()
    }

    /// The next bytes of the body; `None` at its end.
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    pub async fn next_piece(&mut self) -> Result<Option<&[u8]>, Error> {
        while !self.over {
            match self.driver.run().await {
                Ok(true) => {
                    // It is asked for again, for what is returned must not be borrowed in a loop.
                    if let Some(Event::Data(_)) = self.driver.event() {
                        break;
                    }
                }
                Ok(false) => self.over = true,
                Err(error) => {
                    self.over = true;
                    return Err(error);
                }
            }
        }
        match self.driver.event() {
            Some(Event::Data(data)) if !self.over => Ok(Some(data)),
            _ => Ok(None),
        }
    }
}
