//! The driver: a client and a server, each of which waits in one poll(2).

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, ToSocketAddrs};
use std::os::fd::BorrowedFd;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use limpid_core::client::{self, Exchange, Lease};
use limpid_core::error::{Cause, Error, MisuseError, TlsError};
use limpid_core::fields::Fields;
use limpid_core::server::{self, Action, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, Sink};
use limpid_core::transport::tls::{ClientTls, ServerTls};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use socket2::{Domain, Socket, Type};

/// When to try to read and to write: a socket that has failed tells why.
const READ: PollFlags = PollFlags::IN.union(PollFlags::ERR).union(PollFlags::HUP);
const WRITE: PollFlags = PollFlags::OUT.union(PollFlags::ERR).union(PollFlags::HUP);

/// Returns the time on the machines' clock.
pub(crate) fn now() -> Mono {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    Mono::default() + START.elapsed()
}

/// Returns what each is ready for: nothing if the time has come or a signal interrupts.
fn wait(fds: &mut [PollFd<'_>], until: Option<Mono>) -> io::Result<Vec<PollFlags>> {
    let left = until.and_then(|at| Timespec::try_from(at.since(now())).ok());
    match poll(fds, left.as_ref()) {
        Err(error) if error != Errno::INTR => Err(error.into()),
        _ => Ok(fds.iter().map(PollFd::revents).collect()),
    }
}

fn events(read: bool, write: bool) -> PollFlags {
    let events = if read { PollFlags::IN } else { PollFlags::empty() };
    if write { events | PollFlags::OUT } else { events }
}

/// A client that does one request at a time, over a pool.
pub(crate) struct Client<'s> {
    pub(crate) options: Arc<client::Options>,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    pub(crate) pool: client::Pool<Socket>,
    pub(crate) sink: &'s dyn Sink,
    pub(crate) last: ExchangeId,
}

/// A request, its connection, and the attempts at opening one.
struct Call<'c> {
    /// What cancels it, until it has.
    cancel: Option<BorrowedFd<'c>>,
    exchange: Exchange,
    lease: Option<Box<Lease<Socket>>>,
    dials: Vec<(client::DialId, Socket)>,
}

impl Client<'_> {
    /// Does a request with a body of these pieces, if any, unless `cancel` becomes readable or is hung up. The
    /// exchange that is returned has the head of the response, the trailers and the times.
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
                // There is one TLS configuration, which this number stands for.
                Action::Trust { .. } => exchange.handle_trusted(TrustId::new(1), now, sink)?,
                Action::Acquire => self.acquire(&mut call)?,
                // This blocks. A driver with a resolver answers when that has, and waits until then.
                Action::Resolve => match exchange.peer().to_socket_addrs() {
                    Ok(all) => exchange.handle_resolved(&Vec::from_iter(all), now, sink)?,
                    Err(error) => exchange.handle_failed(error.into(), now, sink)?,
                },
                Action::Dial(id) => match connect(exchange) {
                    Ok(dial) => call.dials.push((id, dial)),
                    Err(error) => exchange.handle_dial_failed(id, error.into(), now, sink)?,
                },
                Action::Abandon(id) => call.dials.retain(|(dial, _)| *dial != id),
                Action::Secure { .. } => {
                    match ClientTls::client(Arc::clone(&self.tls), exchange.server_name()) {
                        Ok(tls) => exchange.handle_secured(Box::new(tls), now, sink)?,
                        Err(error) => exchange.handle_failed(error.into(), now, sink)?,
                    }
                }
                Action::Rewind => pieces = body.clone(),
                Action::Wait(Interest { body: true, .. }) => match pieces.next() {
                    Some(piece) => exchange.handle_body(piece, now, sink)?,
                    None => exchange.handle_body_end(Fields::EMPTY, now, sink)?,
                },
                Action::Wait(on) => self.wait(&mut call, on)?,
                Action::Event(_) => exchange.event().into_iter().for_each(&mut *on_event),
                Action::Close => call.lease.iter_mut().for_each(|it| it.transport = None),
                Action::Release => self.release(&mut call),
                Action::Done | Action::Failed => break,
            }
        }
        self.release(&mut call);
        call.exchange.take_error().map_or(Ok(call.exchange), Err)
    }

    /// Takes a connection of the pool, or its leave to open one. While the pool is full there is neither,
    /// and it would be asked again later; with one request at a time it is not full.
    fn acquire(&mut self, call: &mut Call<'_>) -> Result<(), Error> {
        let mut lease = self.pool.acquire(call.exchange.route(), now(), is_silent);
        // The one that is handed out was not asked.
        while let Some(it) = lease.take_if(|it| !it.transport.iter().all(is_silent)) {
            lease = self.pool.replace(it, now(), is_silent);
        }
        self.release(call);
        call.lease = lease;
        match call.lease.as_mut().map(|it| (it.link.take(), it.connection())) {
            Some((Some(link), _)) => call.exchange.handle_reused(link, now(), &self.sink)?,
            Some((None, id)) => call.exchange.handle_opened(id, now(), &self.sink)?,
            None => {}
        }
        Ok(())
    }

    /// Gives the connection back, if there is one, and closes those that have left the pool.
    fn release(&mut self, call: &mut Call<'_>) {
        if let Some(mut lease) = call.lease.take() {
            lease.link = call.exchange.take_link();
            self.pool.release(lease, now(), is_silent);
        }
        for it in self.pool.retired() {
            if let Lease { link: Some(link), transport: Some(mut socket), .. } = *it.lease {
                link.retire(it.why, now(), &self.sink, |last| _ = socket.write(last));
            }
        }
    }

    /// Waits, and does what is possible then.
    fn wait(&self, call: &mut Call<'_>, on: client::Interest) -> Result<(), Error> {
        let (exchange, sink) = (&mut call.exchange, &self.sink);
        let socket = call.lease.as_ref().and_then(|it| it.transport.as_ref());
        let mut fds = Vec::from_iter(socket.map(|it| PollFd::new(it, events(on.read, on.write))));
        fds.extend(call.dials.iter().map(|(_, it)| PollFd::new(it, PollFlags::OUT)));
        fds.extend(call.cancel.map(|it| PollFd::from_borrowed_fd(it, PollFlags::IN)));
        let ready = wait(&mut fds, exchange.deadline(now()).map(|it| it.at))?;
        if call.cancel.is_some() && ready.last().is_some_and(|it| !it.is_empty()) {
            // What is left to be done is a farewell of TLS at most.
            call.cancel = None;
            exchange.cancel(now(), sink);
        } else if let Some(mut socket) = socket {
            if on.write && ready[0].intersects(WRITE) {
                match socket.write_vectored(&exchange.out().map(IoSlice::new)) {
                    Ok(n) => exchange.handle_sent(n, now(), sink)?,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => exchange.handle_send_failed(error.into(), now(), sink),
                }
            }
            if on.read && ready[0].intersects(READ) {
                match socket.read(exchange.space(1 << 16)) {
                    Ok(0) => exchange.handle_eof(now(), sink),
                    Ok(n) => exchange.handle_received(n, now(), sink)?,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => exchange.handle_receive_failed(error.into(), now(), sink),
                }
            }
        } else if let Some(index) = ready.iter().position(|it| !it.is_empty()) {
            let (id, dial) = call.dials.swap_remove(index);
            if let Some(error) = dial.take_error()? {
                exchange.handle_dial_failed(id, error.into(), now(), sink)?;
            } else if let Some(lease) = &mut call.lease {
                lease.transport = Some(dial);
                exchange.handle_dialed(id, now(), sink)?;
            }
        }
        // Before its time, this changes nothing.
        exchange.handle_timeout(now(), sink);
        Ok(())
    }
}

/// Begins to connect. Unix sockets, local addresses and options are left out.
fn connect(exchange: &Exchange) -> io::Result<Socket> {
    let Some(client::Target::Tcp(address)) = exchange.dial().map(|it| it.target) else {
        return Err(ErrorKind::Unsupported.into());
    };
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&address.into()) {
        Err(error) if Errno::from_io_error(&error) != Some(Errno::INPROGRESS) => Err(error),
        _ => Ok(socket),
    }
}

/// Returns whether nothing has arrived, the end included.
fn is_silent(socket: &Socket) -> bool {
    wait(&mut [PollFd::new(socket, PollFlags::IN)], Some(now())).is_ok_and(|it| it[0].is_empty())
}

/// Answers the requests of a connection. It is called at `Request`, `Event` and `Handle`, and asks for
/// more of the body or for a flush, or returns how it has ended.
pub(crate) type Handler = Box<dyn FnMut(Action, &mut Session, &dyn Sink) -> Option<Outcome>>;

pub(crate) struct Server<'s> {
    pub(crate) options: Arc<server::Options>,
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
    pub(crate) sink: &'s dyn Sink,
    /// Makes the handler of a connection.
    pub(crate) handler: fn() -> Handler,
}

struct Connection {
    session: Session,
    socket: Socket,
    handler: Handler,
    on: server::Interest,
    until: Option<Mono>,
}

impl Server<'_> {
    /// Serves until `stop` becomes readable or is hung up, and open requests are answered.
    pub(crate) fn run(&self, listener: &Socket, stop: BorrowedFd<'_>) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        let (mut open, mut last, mut is_stopping) = (Vec::<Connection>::new(), 0, false);
        while !is_stopping || !open.is_empty() {
            let mut fds = Vec::new();
            for it in &open {
                fds.push(PollFd::new(&it.socket, events(it.on.read, it.on.write)));
            }
            if !is_stopping {
                fds.push(PollFd::from_borrowed_fd(stop, PollFlags::IN));
                fds.push(PollFd::new(listener, PollFlags::IN));
            }
            let until = open.iter().filter_map(|it| it.until).min();
            let mut ready = wait(&mut fds, until)?.into_iter();
            open.retain_mut(|it| ready.next().is_some_and(|own| self.advance(it, own) == Ok(true)));
            if ready.next().is_some_and(|stop| !stop.is_empty()) {
                is_stopping = true;
                for it in &mut open {
                    it.session.handle_shutdown(Some(Duration::from_secs(5)), now(), &self.sink);
                    it.until = Some(now());
                }
            } else if !is_stopping && let Ok((socket, peer)) = listener.accept() {
                socket.set_nonblocking(true)?;
                socket.set_tcp_nodelay(true)?;
                last += 1;
                let (id, options) = (ConnectionId(last), Arc::clone(&self.options));
                let mut session = Session::new(id, peer.as_socket(), options);
                session.set_date(now(), SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default());
                let (handler, on, until) = ((self.handler)(), server::Interest::NONE, Some(now()));
                open.push(Connection { session, socket, handler, on, until });
            }
        }
        Ok(())
    }

    /// Does what is possible. Returns whether the connection goes on.
    fn advance(&self, it: &mut Connection, ready: PollFlags) -> Result<bool, MisuseError> {
        let (session, mut socket, on, sink) = (&mut it.session, &it.socket, it.on, &self.sink);
        if on.write && ready.intersects(WRITE) {
            match socket.write_vectored(&session.out().map(IoSlice::new)) {
                Ok(n) => session.handle_sent(n, now(), sink)?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => session.handle_failed(error.into(), now(), sink),
            }
        }
        if on.read && ready.intersects(READ) {
            match socket.read(session.space(1 << 16)) {
                Ok(0) => session.handle_eof(now(), sink),
                Ok(n) => session.handle_received(n, now(), sink)?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => session.handle_failed(error.into(), now(), sink),
            }
        }
        if on.hangup && ready.intersects(PollFlags::HUP | PollFlags::ERR) {
            session.handle_failed(Cause::PeerGone.into(), now(), sink);
        }
        session.handle_timeout(now(), sink);
        loop {
            match session.poll(now(), sink) {
                Action::Secure => match self.tls.clone().map(ServerTls::server) {
                    Some(Ok(tls)) => session.handle_secured(Box::new(tls), now(), sink)?,
                    _ => session.handle_failed(TlsError::Configuration.into(), now(), sink),
                },
                why @ (Action::Request | Action::Event | Action::Handle) => {
                    if let Some(outcome) = (it.handler)(why, session, sink) {
                        session.handled(now(), sink, outcome);
                    }
                }
                Action::Failed => session.handled(now(), sink, Outcome::Failed),
                Action::ShutdownWrite => _ = socket.shutdown(Shutdown::Write),
                // The socket is closed with the connection.
                Action::Close { reset } => _ = socket.set_linger(reset.then_some(Duration::ZERO)),
                Action::Done => return Ok(false),
                Action::Wait(interest) => {
                    it.on = interest;
                    it.until = session.deadline(now()).map(|until| until.at);
                    return Ok(true);
                }
            }
        }
    }
}
