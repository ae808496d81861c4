//! The connections of a server: how many there are, and how they are told to end.

use std::collections::HashMap;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use socket2::Socket;

use super::listener::Waker;

/// The connections that are open.
#[derive(Debug)]
pub(super) struct Crowd {
    most: usize,
    waker: Waker,
    guests: Mutex<Guests>,
    /// Somebody left, or everybody is to.
    changed: Condvar,
    is_closing: AtomicBool,
}

#[derive(Debug, Default)]
struct Guests {
    here: HashMap<u64, Arc<Presence>>,
    entered: u64,
    /// When those who are still here are thrown out.
    closing: Option<Instant>,
}

/// What others need to know of a connection, and to end it.
#[derive(Debug)]
pub(super) struct Presence {
    pub(super) socket: Arc<Socket>,
    /// It waits for a request to begin.
    idle: AtomicBool,
}

impl Crowd {
    pub(super) fn new(most: usize, waker: Waker) -> Self {
        Self {
            most,
            waker,
            guests: Mutex::default(),
            changed: Condvar::new(),
            is_closing: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until another connection may be accepted; false when none may any more.
    pub(super) fn has_room(&self) -> bool {
        let full = |guests: &mut Guests| guests.closing.is_none() && guests.here.len() >= self.most;
        let guests = self.changed.wait_while(self.lock(), full);
        guests.unwrap_or_else(PoisonError::into_inner).closing.is_none()
    }

    /// Lets a connection in, unless the server is closing.
    pub(super) fn enter(self: &Arc<Self>, socket: Socket) -> Option<Guest> {
        let mut guests = self.lock();
        if guests.closing.is_some() {
            return None;
        }
        guests.entered += 1;
        let id = guests.entered;
        let presence =
            Arc::new(Presence { socket: Arc::new(socket), idle: AtomicBool::new(false) });
        guests.here.insert(id, Arc::clone(&presence));
        Some(Guest { crowd: Arc::clone(self), id, presence })
    }

    fn close(&self, grace: Duration) {
        let mut guests = self.lock();
        let now = Instant::now();
        guests.closing = Some(now.checked_add(grace).unwrap_or(now));
        self.is_closing.store(true, Ordering::SeqCst);
        for presence in guests.here.values() {
            if presence.idle.load(Ordering::SeqCst) {
                presence.wake();
            }
        }
        drop(guests);
        self.changed.notify_all();
        self.waker.wake();
    }

    /// Waits until everybody has left, or throws them out when their time is over.
    pub(super) fn wait_until_empty(&self) {
        let mut guests = self.lock();
        while let (false, Some(end)) = (guests.here.is_empty(), guests.closing) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            guests = match self.changed.wait_timeout(guests, left) {
                Ok((guests, _)) => guests,
                Err(error) => error.into_inner().0,
            };
        }
        for presence in guests.here.values() {
            // It may be closed already.
            let _ = presence.socket.shutdown(Shutdown::Both);
        }
    }
}

impl Presence {
    /// Wakes the connection's thread, which waits for bytes: it sees the end of them.
    fn wake(&self) {
        let how = if cfg!(windows) { Shutdown::Both } else { Shutdown::Read };
        // It may be closed already.
        let _ = self.socket.shutdown(how);
    }
}

/// A connection that was let in. Dropping it lets the next one in.
#[derive(Debug)]
pub(super) struct Guest {
    crowd: Arc<Crowd>,
    id: u64,
    pub(super) presence: Arc<Presence>,
}

impl Guest {
    /// Says whether it waits for a request to begin.
    pub(super) fn set_idle(&self, idle: bool) {
        self.presence.idle.store(idle, Ordering::SeqCst);
    }

    /// How long it may still take, if the server is closing.
    pub(super) fn grace(&self) -> Option<Duration> {
        if !self.crowd.is_closing.load(Ordering::SeqCst) {
            return None;
        }
        let end = self.crowd.lock().closing?;
        Some(end.saturating_duration_since(Instant::now()))
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.crowd.lock().here.remove(&self.id);
        self.crowd.changed.notify_all();
    }
}

/// Ends a server, from wherever it is. It is cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    crowd: Arc<Crowd>,
}

impl Handle {
    pub(super) const fn new(crowd: Arc<Crowd>) -> Self {
        Self { crowd }
    }

    /// Ends the server: it accepts no more connections and closes those that are idle. Requests that
    /// have begun are answered, for which they have `grace`; then their connections are cut. It does
    /// not wait for that: [`Server::serve`](super::Server::serve) does.
    pub fn shutdown(&self, grace: Duration) {
        self.crowd.close(grace);
    }
}
