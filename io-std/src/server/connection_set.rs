//! The set of a server's open connections, which limits their number and wakes their threads.

use std::net::Shutdown;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use limpid_io::server::{Occupant, PlaceGuard, Places, ShutdownSignal, WakerId};
use limpid_socket::AcceptWaker;
use socket2::Socket;

/// The set of open connections. The thread that accepts connections owns it.
#[derive(Debug)]
pub(super) struct ConnectionSet {
    pub(super) places: Arc<Places<Entry>>,
    shutdown: Arc<ShutdownSignal>,
    /// Wakes this thread.
    waker: Waker,
    id: WakerId,
}

/// A connection as other threads need it to end it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) socket: Arc<Socket>,
}

impl ConnectionSet {
    /// Creates an empty set of at most `most` connections, whose accepting thread, this one, `accept`
    /// wakes.
    pub(super) fn new(most: usize, accept: AcceptWaker, shutdown: Arc<ShutdownSignal>) -> Self {
        let places = Arc::new(Places::new(most));
        let watch = ShutdownWatch { places: Arc::clone(&places), accept };
        let id = shutdown.register(Waker::from(Arc::new(watch)));
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        Self { places, shutdown, waker, id }
    }

    /// Waits for a place for a connection; one that is idle leaves for it. Returns `None` when the
    /// server shuts down.
    pub(super) fn add(&self, socket: Socket) -> Option<ConnectionGuard> {
        let cx = Context::from_waker(&self.waker);
        while self.places.poll_room(&cx).is_pending() && !self.shutdown.has_begun() {
            thread::park();
        }
        if self.shutdown.has_begun() {
            return None;
        }
        Some(self.places.take(Entry { socket: Arc::new(socket) }))
    }

    /// Waits, less long if a connection ends or the server shuts down. Returns `false` if it does.
    pub(super) fn pause(&self, pause: Duration) -> bool {
        // A place that becomes free from now on wakes this thread.
        let _ = self.places.poll_empty(&Context::from_waker(&self.waker));
        if !self.shutdown.has_begun() {
            thread::park_timeout(pause);
        }
        !self.shutdown.has_begun()
    }

    /// Waits until no connection is open. Cuts off those that are still open after the grace period.
    pub(super) fn wait_until_empty(&self) {
        let cx = Context::from_waker(&self.waker);
        while let (Poll::Pending, Some(left)) = (self.places.poll_empty(&cx), self.shutdown.grace())
        {
            if left.is_zero() {
                break;
            }
            thread::park_timeout(left);
        }
        // An error means that the socket is closed already.
        self.places.for_each(|entry| drop(entry.socket.shutdown(Shutdown::Both)));
    }
}

impl Drop for ConnectionSet {
    fn drop(&mut self) {
        self.shutdown.deregister(self.id);
    }
}

/// Wakes the threads that wait for a request, for a place or for a connection, because the server shuts
/// down.
#[derive(Debug)]
struct ShutdownWatch {
    places: Arc<Places<Entry>>,
    accept: AcceptWaker,
}

impl Wake for ShutdownWatch {
    fn wake(self: Arc<Self>) {
        self.places.wake_idle();
        self.places.wake_waiter();
        self.accept.wake();
    }
}

/// Wakes a thread that is parked.
#[derive(Debug)]
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Occupant for Entry {
    /// Wakes the connection's thread, which waits for bytes, by ending the input.
    fn wake(&self) {
        let how = if cfg!(windows) { Shutdown::Both } else { Shutdown::Read };
        // An error means that the socket is closed already.
        let _ = self.socket.shutdown(how);
    }
}

/// A guard for a connection of a set. Dropping it removes the connection, which makes room for
/// another.
pub(super) type ConnectionGuard = PlaceGuard<Entry>;
