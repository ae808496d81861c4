//! The driver: it carries out the actions of an exchange over simulated sockets.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use limpid_core::client::{Action, Dial, Event, Exchange, Interest, Lease};
use limpid_core::error::{Error, ResolveError};
use limpid_core::time::Deadline;
use limpid_io::Input;
use limpid_recording::ExchangeRecorder;

use super::body::Body;
use super::dials::Dials;
use super::shared::Shared;
use super::socket::{Moved, Socket};
use super::upgraded::Upgraded;
use super::world::{World, at};

/// An exchange and its socket. Dropping it ends the exchange.
#[derive(Debug)]
pub(super) struct Driver {
    pub(super) exchange: Exchange,
    /// The recording of the exchange, if there is a recorder.
    recording: Option<ExchangeRecorder>,
    dials: Dials,
    /// The lease of the pool, once there is one, with its socket.
    lease: Option<Box<Lease<Socket>>>,
    body: Body,
    client: Rc<Shared>,
    over: bool,
}

impl Driver {
    pub(super) fn new(exchange: Exchange, body: Body, client: Rc<Shared>) -> Self {
        let recording = client.recording(&exchange);
        let dials = Dials::default();
        Self { exchange, recording, dials, lease: None, body, client, over: false }
    }

    pub(super) fn event(&self) -> Option<Event<'_>> {
        self.exchange.event()
    }

    /// Runs the exchange until its next event. Returns false at its end.
    pub(super) async fn run(&mut self) -> Result<bool, Error> {
        loop {
            self.client.count_poll().await;
            match self.poll() {
                Action::Trust { proxy } => {
                    let input = self.client.trust(proxy);
                    self.input(input);
                }
                Action::Secure { proxy } => {
                    let input = self.client.secure(self.exchange.server_name(), proxy);
                    self.input(input);
                }
                Action::Acquire => {
                    let until = self.deadline();
                    let route = self.exchange.route();
                    let acquiring = poll_fn(|_| match self.client.acquire(route) {
                        Some(acquired) => Poll::Ready(acquired),
                        None => Poll::Pending,
                    });
                    let acquired = self.client.net.world().before(at(until), acquiring).await;
                    self.acquired(acquired);
                }
                Action::Resolve => {
                    let (host, port) = self.exchange.peer();
                    match resolve(host, port) {
                        Ok(address) => self.input(Input::Resolved(&[address])),
                        Err(error) => self.input(Input::Failed(error.into())),
                    }
                }
                Action::Dial(dial) => {
                    let Some(Dial { target, .. }) = self.exchange.dial() else { continue };
                    self.dials.add(dial, self.client.net.connect(target));
                }
                Action::Abandon(dial) => self.dials.abandon(dial),
                Action::Rewind => {
                    if let Err(error) = self.body.rewind() {
                        self.input(Input::BodyFailed(error));
                    }
                }
                Action::Wait(interest) => self.wait(interest).await,
                Action::Close => self.close(),
                Action::Release => self.release(),
                Action::Event(_) => return Ok(true),
                Action::Done | Action::Failed => {
                    self.over = true;
                    self.release();
                    return self.exchange.take_error().map_or(Ok(false), Err);
                }
            }
        }
    }

    async fn wait(&mut self, interest: Interest) {
        let until = at(self.deadline());
        let client = Rc::clone(&self.client);
        let world = client.net.world();
        let socket = self.lease.as_ref().and_then(|lease| lease.transport.as_ref());
        if interest.read || interest.write {
            let Some(socket) = socket else {
                self.input(Input::SendFailed(not_connected()));
                return self.input(Input::ReceiveFailed(not_connected()));
            };
            let out = self.exchange.out().concat();
            self.client.note_waiting(out.len());
            let room = self.exchange.space(self.exchange.read_size());
            let moves = socket.moves(interest.write.then_some(&out), interest.read.then_some(room));
            let body = interest.body.then_some(&mut self.body);
            match world.before(until, unless_body(moves, body, world)).await {
                Some(Some(Moved::Out(written))) => self.wrote(Some(written)),
                Some(Some(Moved::In(read))) => self.read(Some(read)),
                Some(None) => {
                    let input = self.body.next();
                    hand(input, &mut self.exchange, &mut self.recording, &self.client);
                }
                None => self.input(Input::Timeout),
            }
        } else if interest.body {
            let ready = poll_fn(|_| self.body.poll_ready(world));
            let ready = world.before(until, ready).await;
            let input = ready.map_or(Input::Timeout, |()| self.body.next());
            hand(input, &mut self.exchange, &mut self.recording, &self.client);
        } else {
            match world.before(until, self.dials.settled()).await {
                Some((dial, Ok(socket))) => {
                    self.connect(socket);
                    self.input(Input::Dialed(dial));
                }
                Some((dial, Err(error))) => self.input(Input::DialFailed(dial, error.into())),
                None => self.input(Input::Timeout),
            }
        }
    }

    /// Takes the connection, if the response has switched it.
    pub(super) fn upgrade(&mut self) -> Option<Upgraded> {
        let now = self.client.net.world().now();
        if let Some(recording) = &mut self.recording {
            recording.observe(&mut self.exchange);
            recording.take_switched(now);
        }
        let switched = self.exchange.take_switched(now, &self.client.sink)?;
        Some(Upgraded::new(switched, self.lease.as_mut()?.transport.take()?))
    }

    fn input(&mut self, input: Input<'_>) {
        hand(input, &mut self.exchange, &mut self.recording, &self.client);
    }

    fn poll(&mut self) -> Action {
        let now = self.client.net.world().now();
        if let Some(recording) = &mut self.recording {
            recording.observe(&mut self.exchange);
            recording.poll(now);
        }
        self.exchange.poll(now, &self.client.sink)
    }

    fn deadline(&mut self) -> Option<Deadline> {
        let now = self.client.net.world().now();
        if let Some(recording) = &mut self.recording {
            recording.observe(&mut self.exchange);
            recording.ask_deadline(now);
        }
        self.exchange.deadline(now)
    }

    fn read(&mut self, result: Option<io::Result<usize>>) {
        self.input(match result {
            Some(Ok(0)) => Input::Eof,
            Some(Ok(n)) => Input::Received(n),
            Some(Err(error)) => Input::ReceiveFailed(error.into()),
            None => Input::Timeout,
        });
    }

    fn wrote(&mut self, result: Option<io::Result<usize>>) {
        self.input(match result {
            Some(Ok(n)) => Input::Sent(n),
            Some(Err(error)) => Input::SendFailed(error.into()),
            None => Input::Timeout,
        });
    }

    fn acquired(&mut self, lease: Option<Box<Lease<Socket>>>) {
        self.lease = lease;
        let input = match &mut self.lease {
            Some(lease) => {
                lease.link.take().map_or(Input::Opened(lease.connection()), Input::Reused)
            }
            None => Input::Timeout,
        };
        self.input(input);
    }

    /// Reads what has arrived, or cancels the exchange.
    fn take_rest(&mut self) {
        let Some(Lease { transport: Some(socket), .. }) = self.lease.as_deref() else {
            return self.input(Input::Cancel);
        };
        match socket.receive_now(self.exchange.space(self.exchange.read_size())) {
            Some(read) => self.read(Some(read)),
            None => self.input(Input::Cancel),
        }
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
            if let Some(recording) = &mut self.recording {
                recording.observe(&mut self.exchange);
                recording.take_link(self.client.net.world().now());
            }
            lease.link = self.exchange.take_link();
            self.client.release(lease);
        }
    }
}

/// Passes an input to an exchange, which requested it, so that it accepts it.
fn hand(
    input: Input<'_>,
    exchange: &mut Exchange,
    recording: &mut Option<ExchangeRecorder>,
    client: &Shared,
) {
    let now = client.net.world().now();
    let input = match recording {
        Some(recording) => {
            recording.observe(exchange);
            recording.input(input, exchange, now)
        }
        None => input,
    };
    let _ = input.hand_to(exchange, now, &client.sink);
}

/// Returns what has moved; `None` if nothing has, and a piece of the body is available.
async fn unless_body(
    moves: impl Future<Output = Moved>,
    mut body: Option<&mut Body>,
    world: &World,
) -> Option<Moved> {
    let mut moves = pin!(moves);
    poll_fn(|cx| match (moves.as_mut().poll(cx), &mut body) {
        (Poll::Ready(moved), _) => Poll::Ready(Some(moved)),
        (Poll::Pending, Some(body)) => body.poll_ready(world).map(|()| None),
        (Poll::Pending, None) => Poll::Pending,
    })
    .await
}

/// Returns the error of an exchange without a socket.
fn not_connected() -> Error {
    io::Error::from(ErrorKind::NotConnected).into()
}

impl Drop for Driver {
    /// Ends the exchange in any state, without waiting. The rest of the response is taken if it has arrived.
    fn drop(&mut self) {
        if self.over {
            return;
        }
        self.input(Input::Discard);
        loop {
            match self.poll() {
                Action::Wait(Interest { write: true, .. }) => {
                    let out = self.exchange.out().concat();
                    let written = self.socket().and_then(|socket| socket.write_now(&out));
                    let written = written.unwrap_or(Err(ErrorKind::WouldBlock.into()));
                    self.wrote(Some(written));
                }
                Action::Wait(Interest { read: true, .. }) => self.take_rest(),
                Action::Close => self.close(),
                Action::Release => self.release(),
                Action::Done | Action::Failed => return self.release(),
                Action::Event(_) => {}
                _ => self.input(Input::Cancel),
            }
        }
    }
}

/// Returns the address of a host; the only name in the network is `localhost`.
fn resolve(host: &str, port: u16) -> Result<SocketAddr, ResolveError> {
    let address = if host == "localhost" { "127.0.0.1" } else { host };
    let address: IpAddr = address.parse().map_err(|_| ResolveError::NotFound)?;
    Ok(SocketAddr::new(address, port))
}
