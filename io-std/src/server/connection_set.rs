//! The connections of a server: how many there are, and how they are told to end.

use std::collections::HashMap;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use limpid_socket::AcceptWaker;
use socket2::Socket;

/// The connections that are open.
#[derive(Debug)]
pub(super) struct ConnectionSet {
    most: usize,
    waker: AcceptWaker,
    state: Mutex<State>,
    /// Somebody left, or everybody is to.
    changed: Condvar,
    is_closing: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    open: HashMap<u64, Arc<Entry>>,
    added: u64,
    /// When those who are still here are thrown out.
    closing: Option<Instant>,
}

/// What others need to know of a connection, and to end it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) socket: Arc<Socket>,
    /// It waits for a request to begin.
    idle: AtomicBool,
}

impl ConnectionSet {
    pub(super) fn new(most: usize, waker: AcceptWaker) -> Self {
        Self {
            most,
            waker,
            state: Mutex::default(),
            changed: Condvar::new(),
            is_closing: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until another connection may be accepted; false when none may any more.
    pub(super) fn wait_for_room(&self) -> bool {
        let full = |state: &mut State| state.closing.is_none() && state.open.len() >= self.most;
        let state = self.changed.wait_while(self.lock(), full);
        state.unwrap_or_else(PoisonError::into_inner).closing.is_none()
    }

    /// Lets a connection in, unless the server is closing.
    pub(super) fn add(self: &Arc<Self>, socket: Socket) -> Option<ConnectionGuard> {
        let mut state = self.lock();
        if state.closing.is_some() {
            return None;
        }
        state.added += 1;
        let id = state.added;
        let entry = Arc::new(Entry { socket: Arc::new(socket), idle: AtomicBool::new(false) });
        state.open.insert(id, Arc::clone(&entry));
        Some(ConnectionGuard { set: Arc::clone(self), id, entry })
    }

    fn close(&self, grace: Duration) {
        let mut state = self.lock();
        let now = Instant::now();
        state.closing = Some(now.checked_add(grace).unwrap_or(now));
        self.is_closing.store(true, Ordering::SeqCst);
        for entry in state.open.values() {
            if entry.idle.load(Ordering::SeqCst) {
                entry.wake();
            }
        }
        drop(state);
        self.changed.notify_all();
        self.waker.wake();
    }

    /// Waits until everybody has left, or throws them out when their time is over.
    pub(super) fn wait_until_empty(&self) {
        let mut state = self.lock();
        while let (false, Some(end)) = (state.open.is_empty(), state.closing) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = match self.changed.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(error) => error.into_inner().0,
            };
        }
        for entry in state.open.values() {
            // It may be closed already.
            let _ = entry.socket.shutdown(Shutdown::Both);
        }
    }
}

impl Entry {
    /// Wakes the connection's thread, which waits for bytes: it sees the end of them.
    fn wake(&self) {
        let how = if cfg!(windows) { Shutdown::Both } else { Shutdown::Read };
        // It may be closed already.
        let _ = self.socket.shutdown(how);
    }
}

/// A connection that was let in. Dropping it lets the next one in.
#[derive(Debug)]
pub(super) struct ConnectionGuard {
    set: Arc<ConnectionSet>,
    id: u64,
    pub(super) entry: Arc<Entry>,
}

impl ConnectionGuard {
    /// Says whether it waits for a request to begin.
    pub(super) fn set_idle(&self, idle: bool) {
        self.entry.idle.store(idle, Ordering::SeqCst);
    }

    /// How long it may still take, if the server is closing.
    pub(super) fn grace(&self) -> Option<Duration> {
        if !self.set.is_closing.load(Ordering::SeqCst) {
            return None;
        }
        let end = self.set.lock().closing?;
        Some(end.saturating_duration_since(Instant::now()))
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.set.lock().open.remove(&self.id);
        self.set.changed.notify_all();
    }
}

/// Ends a server, from wherever it is. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    set: Arc<ConnectionSet>,
}

impl Handle {
    pub(super) const fn new(set: Arc<ConnectionSet>) -> Self {
        Self { set }
    }

    /// Ends the server: it accepts no more connections and closes those that are idle. Requests that
    /// have begun are answered, for which they have `grace`; then their connections are cut. It does
    /// not wait for that: [`Server::serve`](super::Server::serve) does.
    pub fn shutdown(&self, grace: Duration) {
        self.set.close(grace);
    }
}
