//! The driver of a served connection: performs the session's actions.

use std::io;
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use limpid_core::server::{Action, Interest};
use limpid_io::server::{Departure, ServerSettings, Serving, ShutdownSignal, Stop};
use socket2::Socket;

use super::connection_set::ConnectionGuard;
use super::departure::departure;
use crate::deadline::{in_time, left};
use crate::socket::Timed;
use crate::stream::Stream;
use crate::transport;

/// A connection and its socket.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) serving: Serving,
    socket: Timed<Arc<Socket>>,
    guard: ConnectionGuard,
}

impl Connection {
    pub(super) fn new(
        guard: ConnectionGuard,
        peer: Option<SocketAddr>,
        settings: &Arc<ServerSettings>,
        shutdown: Arc<ShutdownSignal>,
    ) -> Self {
        let socket = Timed::new(Arc::clone(&guard.occupant().socket));
        let serving = Serving::new(peer, settings, shutdown);
        Self { serving, socket, guard }
    }

    /// Runs the session until it requires something of the caller.
    pub(super) fn run(&mut self) -> Stop {
        loop {
            match self.serving.poll() {
                Action::Wait(Interest { read: false, write: false, .. })
                | Action::Event
                | Action::Handle => return Stop::Handle,
                Action::Wait(interest) => self.wait(interest),
                Action::Request => return Stop::Request,
                Action::Failed => return Stop::Failed,
                Action::Done => return Stop::Done,
                action => self.perform(action),
            }
        }
    }

    /// Runs the session until it requires something of the caller, or has to wait for the socket. Returns what for.
    pub(super) fn run_now(&mut self) -> Result<Stop, Interest> {
        loop {
            let interest = match self.serving.poll() {
                Action::Wait(interest) if interest.read || interest.write => interest,
                Action::Wait(_) | Action::Event | Action::Handle => return Ok(Stop::Handle),
                Action::Request => return Ok(Stop::Request),
                Action::Failed => return Ok(Stop::Failed),
                Action::Done => return Ok(Stop::Done),
                action => {
                    self.perform(action);
                    continue;
                }
            };
            if !interest.write {
                return Err(interest);
            }
            let Some(result) = in_time(self.socket.try_write(self.serving.out())) else {
                return Err(interest);
            };
            self.serving.tick();
            self.serving.sent(result);
        }
    }

    /// Performs an action at the start or at the end of a connection.
    #[cold]
    fn perform(&mut self, action: Action) {
        let socket = &self.guard.occupant().socket;
        // An error means that the socket is closed already.
        match action {
            Action::Secure => self.serving.secure(),
            // Without a reset, the client would take the end for a proper one.
            Action::Close { reset: true } => drop(socket.set_linger(Some(Duration::ZERO))),
            Action::ShutdownWrite | Action::Close { reset: false } => {
                drop(socket.shutdown(Shutdown::Write));
            }
            _ => {}
        }
    }

    /// Reads what has arrived.
    pub(super) fn read_now(&mut self) {
        self.serving.tick();
        if let Some(result) = in_time(self.socket.try_read(self.serving.space())) {
            self.serving.received(result);
        }
    }

    /// Passes that time has passed.
    pub(super) fn waited(&mut self) {
        self.serving.tick();
        self.serving.timed_out();
    }

    /// Returns the socket, to wait for it without the connection.
    pub(super) fn shared_socket(&self) -> Arc<Socket> {
        Arc::clone(&self.guard.occupant().socket)
    }

    /// Moves bytes as soon as that is possible in either direction, or passes a timeout to the
    /// session. Polls the socket only if both directions are waited for.
    fn wait(&mut self, interest: Interest) {
        if interest.write {
            match in_time(self.socket.try_write(self.serving.out())) {
                Some(result) => {
                    self.serving.tick();
                    self.serving.sent(result);
                }
                None => self.wait_for_either(interest),
            }
        } else {
            self.read();
        }
    }

    fn wait_for_either(&mut self, interest: Interest) {
        let timeout = self.timeout();
        let Interest { read, write, .. } = interest;
        let waited = self.socket.wait(transport::Interest { read, write }, timeout);
        self.serving.tick();
        match waited {
            // The next step writes.
            Ok(transport::Interest { write: true, .. }) => {}
            Ok(transport::Interest { read: true, .. }) => {
                let result = self.socket.try_read(self.serving.space());
                if let Some(result) = in_time(result) {
                    self.serving.received(result);
                }
            }
            Ok(_) => self.serving.timed_out(),
            Err(error) => self.serving.sent(Err(error)),
        }
    }

    fn read(&mut self) {
        let idle = self.serving.session().is_idle();
        if idle {
            self.guard.set_idle(self.serving.now());
            // What begins after these checks wakes the read.
            if self.serving.must_shut_down() {
                return;
            }
            if self.guard.must_leave() {
                return self.serving.make_room();
            }
        }
        let timeout = self.timeout();
        let result = match self.serving.session().is_resting() {
            true => self.read_at_rest(timeout),
            false => in_time(self.socket.read(self.serving.space(), timeout)),
        };
        if idle {
            self.guard.set_busy();
        }
        self.serving.tick();
        match result {
            Some(Ok(0)) if idle && self.guard.must_leave() => self.serving.make_room(),
            Some(result) => self.serving.received(result),
            None => self.serving.timed_out(),
        }
    }

    /// Reads for a session that has no buffer until there is something to read.
    #[cold]
    fn read_at_rest(&mut self, timeout: Option<Duration>) -> Option<io::Result<usize>> {
        match self.socket.wait(transport::Interest::READ, timeout) {
            Ok(transport::Interest { read: true, .. }) => {
                in_time(self.socket.try_read(self.serving.space()))
            }
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        }
    }

    pub(super) fn timeout(&mut self) -> Option<Duration> {
        left(self.serving.deadline(), self.serving.now())
    }

    /// Returns the transport of a connection that has left the server.
    pub(super) fn stream(&self) -> io::Result<Stream> {
        Ok(Stream::from(self.guard.occupant().socket.try_clone()?))
    }

    /// Returns whether the client has disconnected. If so, the session is notified.
    pub(super) fn is_closed(&mut self) -> bool {
        let half_close = self.serving.allows_half_close();
        match departure(self.socket.socket()) {
            Some(Departure::HalfClosed) if half_close => false,
            Some(departure) => {
                self.serving.departed(departure);
                true
            }
            None => false,
        }
    }
}
