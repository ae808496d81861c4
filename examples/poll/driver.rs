//! The driver: a client and a server, each of which waits in one poll(2).

use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, ToSocketAddrs};
use std::os::fd::BorrowedFd;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use limpid_core::client::{self, Exchange, Lease};
use limpid_core::error::{Error, MisuseError};
use limpid_core::fields::Fields;
use limpid_core::server::{self, Action, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, Sink};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use socket2::{Domain, Socket, Type};

/// Returns the time on the machines' clock.
pub(crate) fn now() -> Mono {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    Mono::default() + START.elapsed()
}

/// Returns the readiness of each descriptor: nothing after a timeout or an interrupting signal.
fn wait(fds: &mut [PollFd<'_>], until: Option<Mono>) -> io::Result<Vec<PollFlags>> {
    let left = until.and_then(|at| Timespec::try_from(at.since(now())).ok());
    match poll(fds, left.as_ref()) {
        Err(error) if error != Errno::INTR => Err(error.into()),
        _ => Ok(fds.iter().map(PollFd::revents).collect()),
    }
}

fn watch(socket: &Socket, read: bool, write: bool) -> PollFd<'_> {
    let read = if read { PollFlags::IN } else { PollFlags::empty() };
    PollFd::new(socket, if write { read | PollFlags::OUT } else { read })
}

/// A client over a pool that runs one request at a time.
pub(crate) struct Client<'s> {
    pub(crate) options: Arc<client::Options>,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    pub(crate) pool: client::Pool<Socket>,
    pub(crate) sink: &'s dyn Sink,
    pub(crate) last: ExchangeId,
}

/// A request, the descriptor that cancels it, its connection, and the pending connections.
struct Call<'c> {
    cancel: Option<BorrowedFd<'c>>,
    exchange: Exchange,
    lease: Option<Box<Lease<Socket>>>,
    dials: Vec<(client::DialId, Socket)>,
}

impl Client<'_> {
    /// Sends a request with a body of these pieces, unless `cancel` becomes readable or is hung up.
    /// The returned exchange has the head of the response, the trailers and the times.
    pub(crate) fn fetch(
        &mut self,
        request: client::Request,
        body: &(impl Iterator<Item = Bytes> + Clone),
        cancel: BorrowedFd<'_>,
        on_event: &mut dyn FnMut(client::Event<'_>),
    ) -> Result<Exchange, Error> {
        use client::{Action, Interest, TrustId};
        self.last.0 += 1;
        let exchange = Exchange::new(self.last, request, Arc::clone(&self.options));
        let mut call = Call { cancel: Some(cancel), exchange, lease: None, dials: Vec::new() };
        let mut pieces = body.clone();
        loop {
            let (exchange, sink, now) = (&mut call.exchange, &self.sink, now());
            match exchange.poll(now, sink) {
                // The number of the only TLS configuration.
                Action::Trust { .. } => exchange.handle_trusted(TrustId::new(1), now, sink)?,
                // With one request at a time, the pool is never full.
                Action::Acquire => {
                    call.lease = exchange.acquire_from(&mut self.pool, now, sink, is_silent)?;
                }
                // This blocks. A driver with a background resolver reports the addresses later.
                Action::Resolve => match exchange.peer().to_socket_addrs() {
                    Ok(all) => exchange.handle_resolved(&Vec::from_iter(all), now, sink)?,
                    Err(error) => exchange.handle_failed(error.into(), now, sink)?,
                },
                Action::Dial(id) => match connect(exchange) {
                    Ok(dial) => call.dials.push((id, dial)),
                    Err(error) => exchange.handle_dial_failed(id, error.into(), now, sink)?,
                },
                Action::Abandon(id) => call.dials.retain(|(dial, _)| *dial != id),
                Action::Secure { .. } => exchange.secure_with(Arc::clone(&self.tls), now, sink)?,
                Action::Rewind => pieces = body.clone(),
                Action::Wait(Interest { body: true, .. }) => match pieces.next() {
                    Some(piece) => exchange.handle_body(piece, now, sink)?,
                    None => exchange.handle_body_end(Fields::EMPTY, now, sink)?,
                },
                Action::Wait(interest) => self.wait(&mut call, interest)?,
                Action::Event(_) => exchange.event().into_iter().for_each(&mut *on_event),
                Action::Close => call.lease.iter_mut().for_each(|it| it.transport = None),
                Action::Release | Action::Done | Action::Failed => match call.lease.take() {
                    Some(lease) => exchange.release_to(&mut self.pool, lease, now, is_silent),
                    // `Done` and `Failed` are returned again after the connection was released.
                    None => return exchange.take_error().map_or(Ok(call.exchange), Err),
                },
            }
            self.pool.close_retired(now, &self.sink, |mut socket, last| _ = socket.write(last));
        }
    }

    /// Waits, and does what is possible then.
    fn wait(&self, call: &mut Call<'_>, interest: client::Interest) -> Result<(), Error> {
        let (exchange, sink) = (&mut call.exchange, &self.sink);
        let socket = call.lease.as_ref().and_then(|it| it.transport.as_ref());
        let mut fds = Vec::from_iter(socket.map(|it| watch(it, interest.read, interest.write)));
        fds.extend(call.dials.iter().map(|(_, it)| watch(it, false, true)));
        fds.extend(call.cancel.map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN)));
        let ready = wait(&mut fds, exchange.deadline(now()).map(|it| it.at))?;
        if call.cancel.is_some() && ready.last().is_some_and(|it| !it.is_empty()) {
            // Only the `close_notify` of TLS remains to be sent.
            call.cancel = None;
            exchange.cancel(now(), sink);
        } else if let Some(socket) = socket {
            exchange.write_to(socket, now(), sink);
            exchange.read_from(socket, now(), sink);
        } else if let Some(index) = ready.iter().position(|it| !it.is_empty()) {
            let (id, dial) = call.dials.swap_remove(index);
            if let Some(error) = dial.take_error()? {
                exchange.handle_dial_failed(id, error.into(), now(), sink)?;
            } else if let Some(lease) = &mut call.lease {
                lease.transport = Some(dial);
                exchange.handle_dialed(id, now(), sink)?;
            }
        }
        // This has no effect before the deadline.
        exchange.handle_timeout(now(), sink);
        Ok(())
    }
}

/// Begins to connect. Unix sockets, local addresses and options are not supported.
fn connect(exchange: &Exchange) -> io::Result<Socket> {
    let target = exchange.dial().map(|it| it.target);
    let Some(client::Target::Tcp(to)) = target else { return Err(ErrorKind::Unsupported.into()) };
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&to.into()) {
        Err(error) if Errno::from_io_error(&error) != Some(Errno::INPROGRESS) => Err(error),
        _ => Ok(socket),
    }
}

/// Returns whether neither data nor the end has arrived.
fn is_silent(socket: &Socket) -> bool {
    wait(&mut [watch(socket, true, false)], Some(now())).is_ok_and(|it| it[0].is_empty())
}

/// Answers the requests of a connection. It is called with `Request`, `Event` and `Handle`, and calls
/// `read_body`, `flush` or, at its end, `handled`.
pub(crate) type Handler = Box<dyn FnMut(Action, &mut Session, &dyn Sink)>;

pub(crate) struct Server<'s> {
    pub(crate) options: Arc<server::Options>,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
    pub(crate) sink: &'s dyn Sink,
    /// Returns the handler of a connection.
    pub(crate) handler: fn() -> Handler,
}

struct Connection {
    session: Session,
    socket: Socket,
    handler: Handler,
}

impl Server<'_> {
    /// Serves until `stop` becomes readable or is hung up, and open requests are answered.
    pub(crate) fn run(&self, listener: &Socket, stop: BorrowedFd<'_>) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        let rest = [PollFd::from_borrowed_fd(stop, PollFlags::IN), watch(listener, true, false)];
        let (mut open, mut last) = (Vec::new(), ConnectionId(0));
        while self.turn(&mut open, &rest)?[0].is_empty() {
            open.extend(self.accept(listener, &mut last));
        }
        open.retain_mut(|it| {
            it.session.handle_shutdown(Some(Duration::from_secs(5)), now(), &self.sink);
            self.advance(it, PollFlags::empty()) == Ok(true)
        });
        while !open.is_empty() {
            self.turn(&mut open, &[])?;
        }
        Ok(())
    }

    fn accept(&self, listener: &Socket, last: &mut ConnectionId) -> io::Result<Connection> {
        let (socket, peer) = listener.accept()?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        last.0 += 1;
        let mut session = Session::new(*last, peer.as_socket(), Arc::clone(&self.options));
        session.set_date(now(), SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default());
        let mut connection = Connection { session, socket, handler: (self.handler)() };
        self.advance(&mut connection, PollFlags::empty()).map_err(io::Error::other)?;
        Ok(connection)
    }

    /// Waits, and does what is possible then. Returns the readiness of `rest`.
    fn turn(&self, open: &mut Vec<Connection>, rest: &[PollFd<'_>]) -> io::Result<Vec<PollFlags>> {
        let until = open.iter_mut().filter_map(|it| Some(it.session.deadline(now())?.at)).min();
        let mut fds = rest.to_vec();
        for Connection { session, socket, .. } in &*open {
            fds.push(watch(socket, session.interest().read, session.interest().write));
        }
        let mut ready = wait(&mut fds, until)?;
        let mut each = ready.split_off(rest.len()).into_iter();
        open.retain_mut(|it| each.next().is_some_and(|ready| self.advance(it, ready) == Ok(true)));
        Ok(ready)
    }

    /// Does what is possible until the session waits. Returns whether the connection stays open.
    fn advance(&self, it: &mut Connection, ready: PollFlags) -> Result<bool, MisuseError> {
        let (session, socket, sink) = (&mut it.session, &it.socket, &self.sink);
        if !ready.is_empty() {
            session.write_to(socket, now(), sink);
            session.read_from(socket, now(), sink);
        }
        if ready.intersects(PollFlags::HUP | PollFlags::ERR) {
            session.handle_hangup(now(), sink);
        }
        session.handle_timeout(now(), sink);
        loop {
            match session.poll(now(), sink) {
                Action::Secure => session.secure_with(self.tls.clone(), now(), sink)?,
                why @ (Action::Request | Action::Event | Action::Handle) => {
                    (it.handler)(why, session, sink);
                }
                Action::Failed => session.handled(now(), sink, Outcome::Failed),
                Action::ShutdownWrite => _ = socket.shutdown(Shutdown::Write),
                // Dropping the connection closes the socket.
                Action::Close { reset } => _ = socket.set_linger(reset.then_some(Duration::ZERO)),
                Action::Done => return Ok(false),
                Action::Wait(_) => return Ok(true),
            }
        }
    }
}
