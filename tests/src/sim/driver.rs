//! The driver: it does what the exchange says, over simulated sockets.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::task::Poll;

use limpid_core::client::{Dial, Do, Event, Exchange, Input, Lease};
use limpid_core::error::{Error, ResolveError};

use super::body::Body;
use super::dials::Dials;
use super::shared::Shared;
use super::socket::Socket;
use super::world::at;

/// The least room for a read.
const READ: usize = 16 * 1024;

/// An exchange and the socket it runs on. Dropping it ends the exchange.
#[derive(Debug)]
pub(super) struct Driver {
    pub(super) exchange: Exchange,
    dials: Dials,
    /// The place in the pool, once there is one, and the socket in it.
    lease: Option<Box<Lease<Socket>>>,
    body: Body,
    client: Rc<Shared>,
    over: bool,
}

impl Driver {
    pub(super) fn new(exchange: Exchange, body: Body, client: Rc<Shared>) -> Self {
        Self { exchange, dials: Dials::default(), lease: None, body, client, over: false }
    }

    pub(super) fn event(&self) -> Option<Event<'_>> {
        self.exchange.event()
    }

    /// Runs the exchange to its next event, or to its end; false at the end.
    pub(super) async fn run(&mut self) -> Result<bool, Error> {
        loop {
            let world = self.client.net.world();
            match self.exchange.next(world.now(), &self.client.sink) {
                Do::Trust { proxy } => {
                    let input = self.client.trust(proxy);
                    self.input(input);
                }
                Do::Secure { proxy } => {
                    let input = self.client.secure(self.exchange.server_name(), proxy);
                    self.input(input);
                }
                Do::Acquire => {
                    let until = self.exchange.deadline();
                    let route = self.exchange.route();
                    let acquiring = poll_fn(|_| match self.client.acquire(route) {
                        Some(acquired) => Poll::Ready(acquired),
                        None => Poll::Pending,
                    });
                    let acquired = world.before(at(until), acquiring).await;
                    self.acquired(acquired);
                }
                Do::Resolve => {
                    let (host, port) = self.exchange.peer();
                    match resolve(host, port) {
                        Ok(address) => self.input(Input::Resolved(&[address])),
                        Err(error) => self.input(Input::Failed(error.into())),
                    }
                }
                Do::Dial(dial) => {
                    let Some(Dial { target, .. }) = self.exchange.dial() else { continue };
                    self.dials.add(dial, self.client.net.connect(target));
                    self.input(Input::Dialing);
                }
                Do::Await => {
                    let until = self.exchange.deadline();
                    match world.before(at(until), self.dials.settled()).await {
                        Some((dial, Ok(socket))) => {
                            self.connect(socket);
                            self.input(Input::Dialed(dial));
                        }
                        Some((dial, Err(error))) => {
                            self.input(Input::DialFailed(dial, error.into()));
                        }
                        None => self.input(Input::Tick),
                    }
                }
                Do::Abandon(dial) => self.dials.abandon(dial),
                Do::Write => {
                    let until = self.exchange.deadline();
                    let out = self.exchange.out().concat();
                    let written =
                        match self.lease.as_ref().and_then(|lease| lease.transport.as_ref()) {
                            Some(socket) => world.before(at(until), socket.write(&out)).await,
                            None => Some(Err(ErrorKind::NotConnected.into())),
                        };
                    self.answer(written.map(|result| result.map(Input::Sent)));
                }
                Do::Read => {
                    let until = self.exchange.deadline();
                    let read = match self.lease.as_ref().and_then(|lease| lease.transport.as_ref())
                    {
                        Some(socket) => {
                            let room = self.exchange.space(READ);
                            world.before(at(until), socket.receive(room)).await
                        }
                        None => Some(Err(ErrorKind::NotConnected.into())),
                    };
                    let input = |n| if n == 0 { Input::Eof } else { Input::Filled(n) };
                    self.answer(read.map(|result| result.map(input)));
                }
                Do::Body { rewind } => {
                    let input = self.body.next(rewind);
                    self.exchange.input(world.now(), &self.client.sink, input);
                }
                Do::Wait => {
                    if let Some(until) = self.exchange.deadline() {
                        world.until(until.at).await;
                    }
                    self.input(Input::Tick);
                }
                Do::Close => self.close(),
                Do::Release => self.release(),
                Do::Tell(_) => return Ok(true),
                Do::Done | Do::Failed => {
                    self.over = true;
                    self.release();
                    return self.exchange.take_error().map_or(Ok(false), Err);
                }
            }
        }
    }

    fn input(&mut self, input: Input<'_>) {
        self.exchange.input(self.client.net.world().now(), &self.client.sink, input);
    }

    fn answer(&mut self, result: Option<io::Result<Input<'_>>>) {
        self.input(match result {
            Some(Ok(input)) => input,
            Some(Err(error)) => Input::Failed(error.into()),
            None => Input::Tick,
        });
    }

    fn acquired(&mut self, lease: Option<Box<Lease<Socket>>>) {
        self.lease = lease;
        let input = match &mut self.lease {
            Some(lease) => lease.link.take().map_or(Input::Open(lease.connection()), Input::Reuse),
            None => Input::Tick,
        };
        self.input(input);
    }

    fn socket(&self) -> Option<&Socket> {
        self.lease.as_ref()?.transport.as_ref()
    }

    fn connect(&mut self, socket: Socket) {
        if let Some(lease) = &mut self.lease {
            lease.transport = Some(socket);
        }
    }

    fn close(&mut self) {
        if let Some(lease) = &mut self.lease {
            lease.transport = None;
        }
    }

    fn release(&mut self) {
        if let Some(mut lease) = self.lease.take() {
            lease.link = self.exchange.take_link();
            self.client.release(lease);
        }
    }
}

impl Drop for Driver {
    /// Ends the exchange, whatever it is doing. Nothing is waited for.
    fn drop(&mut self) {
        if self.over {
            return;
        }
        self.input(Input::Cancel);
        loop {
            let now = self.client.net.world().now();
            match self.exchange.next(now, &self.client.sink) {
                Do::Write => {
                    let out = self.exchange.out().concat();
                    let written = self.socket().and_then(|socket| socket.write_now(&out));
                    let written = written.unwrap_or(Err(ErrorKind::WouldBlock.into()));
                    self.answer(Some(written.map(Input::Sent)));
                }
                Do::Close => self.close(),
                Do::Release => self.release(),
                Do::Done | Do::Failed => return self.release(),
                Do::Tell(_) => {}
                _ => self.input(Input::Cancel),
            }
        }
    }
}

/// The address of a host; the only name in the network is `localhost`.
fn resolve(host: &str, port: u16) -> Result<SocketAddr, ResolveError> {
    let address = if host == "localhost" { "127.0.0.1" } else { host };
    let address: IpAddr = address.parse().map_err(|_| ResolveError::NotFound)?;
    Ok(SocketAddr::new(address, port))
}
