//! The driver: it does what the session says, and decides nothing.

use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use limpid_core::server::{Action, Interest};
use limpid_io::server::{ServerSettings, Serving, Stop};
use socket2::Socket;

use super::connection_set::ConnectionGuard;
use crate::deadline::{in_time, left};
use crate::socket::Timed;

/// The least room for a read.
const READ: usize = 4 * 1024;

/// A connection and the socket it runs on.
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
    ) -> Self {
        let socket = Timed::new(Arc::clone(&guard.entry.socket));
        let serving = Serving::new(peer, settings, Arc::clone(guard.shutdown()));
        Self { serving, socket, guard }
    }

    /// Runs the session until it has something for somebody.
    pub(super) fn run(&mut self) -> Stop {
        loop {
            match self.serving.poll() {
                Action::Secure => self.serving.secure(),
                Action::Wait(Interest { write: true, .. }) => self.write(),
                Action::Wait(Interest { read: true, .. }) => self.read(),
                Action::Request => return Stop::Request,
                Action::Event | Action::Handle | Action::Wait(_) => return Stop::Handle,
                Action::Failed => return Stop::Failed,
                // What cannot be closed is closed already.
                Action::ShutdownWrite => drop(self.guard.entry.socket.shutdown(Shutdown::Write)),
                Action::Close { reset } => {
                    let socket = &self.guard.entry.socket;
                    if reset {
                        // Without it, the client takes the end for a proper one.
                        drop(socket.set_linger(Some(Duration::ZERO)));
                    } else {
                        drop(socket.shutdown(Shutdown::Write));
                    }
                }
                Action::Done => return Stop::Done,
            }
        }
    }

    fn read(&mut self) {
        let idle = self.serving.session.is_idle();
        if idle {
            self.guard.set_idle(true);
            // A shutdown that begins after this wakes the read; one that began before is seen here.
            if self.serving.must_shut_down() {
                return;
            }
        }
        let timeout = self.timeout();
        let result = self.socket.read(self.serving.session.space(READ), timeout);
        if idle {
            self.guard.set_idle(false);
        }
        self.serving.tick();
        match in_time(result) {
            Some(result) => self.serving.received(result),
            None => self.serving.timed_out(),
        }
    }

    fn write(&mut self) {
        let timeout = self.timeout();
        let result = self.socket.write(self.serving.session.out(), timeout);
        self.serving.tick();
        match in_time(result) {
            Some(result) => self.serving.sent(result),
            None => self.serving.timed_out(),
        }
    }

    fn timeout(&mut self) -> Option<Duration> {
        left(self.serving.deadline(), self.serving.now())
    }
}
