//! The set of a server's open connections, which limits their number and wakes their threads.

use std::collections::HashMap;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use limpid_io::server::{ShutdownSignal, WakerId};
use limpid_socket::AcceptWaker;
use socket2::Socket;

/// The set of open connections.
#[derive(Debug)]
pub(super) struct ConnectionSet {
    most: usize,
    accept: AcceptWaker,
    shutdown: Arc<ShutdownSignal>,
    state: Mutex<ConnectionSetState>,
    /// Notified when a connection was closed, or the server shuts down.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct ConnectionSetState {
    open: HashMap<u64, Arc<Entry>>,
    last: u64,
}

/// A connection as other threads need it to end it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) socket: Arc<Socket>,
    /// Its thread waits for the first byte of a request.
    idle: AtomicBool,
}

impl ConnectionSet {
    /// Creates an empty set of at most `most` connections, whose accepting thread `accept` wakes.
    pub(super) fn new(most: usize, accept: AcceptWaker, shutdown: Arc<ShutdownSignal>) -> Self {
        Self { most, accept, shutdown, state: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, ConnectionSetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers the threads of this set to be woken by a shutdown, until the guard is dropped.
    pub(super) fn watch(self: &Arc<Self>) -> ShutdownWatch {
        let (signal, set) = (Arc::clone(&self.shutdown), Arc::clone(self));
        let id = signal.register(Waker::from(set));
        ShutdownWatch { signal, id }
    }

    /// Waits until another connection may be accepted. Returns `false` when the server shuts down.
    pub(super) fn wait_for_room(&self) -> bool {
        let is_full = |state: &mut ConnectionSetState| {
            !self.shutdown.has_begun() && state.open.len() >= self.most
        };
        drop(self.changed.wait_while(self.lock(), is_full));
        !self.shutdown.has_begun()
    }

    /// Adds a connection, unless the server shuts down.
    pub(super) fn add(self: &Arc<Self>, socket: Socket) -> Option<ConnectionGuard> {
        let mut state = self.lock();
        if self.shutdown.has_begun() {
            return None;
        }
        state.last += 1;
        let id = state.last;
        let entry = Arc::new(Entry { socket: Arc::new(socket), idle: AtomicBool::new(false) });
        state.open.insert(id, Arc::clone(&entry));
        Some(ConnectionGuard { set: Arc::clone(self), id, entry })
    }

    /// Waits until no connection is open. Cuts off those that are still open after the grace period.
    pub(super) fn wait_until_empty(&self) {
        let mut state = self.lock();
        while let (false, Some(left)) = (state.open.is_empty(), self.shutdown.grace()) {
            if left.is_zero() {
                break;
            }
            state = match self.changed.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(error) => error.into_inner().0,
            };
        }
        for entry in state.open.values() {
            // An error means that the socket is closed already.
            let _ = entry.socket.shutdown(Shutdown::Both);
        }
    }
}

impl Wake for ConnectionSet {
    /// Wakes the threads that wait for a request, for room in the set or for a connection, because
    /// the server shuts down.
    fn wake(self: Arc<Self>) {
        let state = self.lock();
        state.open.values().filter(|entry| entry.is_idle()).for_each(|entry| entry.wake());
        drop(state);
        self.changed.notify_all();
        self.accept.wake();
    }
}

impl Entry {
    fn is_idle(&self) -> bool {
        self.idle.load(Ordering::SeqCst)
    }

    /// Wakes the connection's thread, which waits for bytes, by ending the input.
    fn wake(&self) {
        let how = if cfg!(windows) { Shutdown::Both } else { Shutdown::Read };
        // An error means that the socket is closed already.
        let _ = self.socket.shutdown(how);
    }
}

/// A guard: a shutdown wakes the threads of a [`ConnectionSet`] until it is dropped.
#[derive(Debug)]
pub(super) struct ShutdownWatch {
    signal: Arc<ShutdownSignal>,
    id: WakerId,
}

impl Drop for ShutdownWatch {
    fn drop(&mut self) {
        self.signal.deregister(self.id);
    }
}

/// A guard for a connection of a set. Dropping it removes the connection, which makes room for
/// another.
#[derive(Debug)]
pub(super) struct ConnectionGuard {
    set: Arc<ConnectionSet>,
    id: u64,
    pub(super) entry: Arc<Entry>,
}

impl ConnectionGuard {
    /// Sets whether the connection's thread waits for the first byte of a request.
    pub(super) fn set_idle(&self, idle: bool) {
        self.entry.idle.store(idle, Ordering::SeqCst);
    }

    /// Returns the shutdown signal of the server.
    pub(super) fn shutdown(&self) -> &Arc<ShutdownSignal> {
        &self.set.shutdown
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.set.lock().open.remove(&self.id);
        self.set.changed.notify_all();
    }
}
