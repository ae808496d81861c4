//! The table of lookups in flight: shared by requests for the same host, and bounded in number.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use limpid_core::time::Mono;

use crate::lookup_error::LookupError;

/// The addresses of a host, or why there are none.
pub type Resolved = Result<Vec<SocketAddr>, LookupError>;

/// The lookups of a client: which are under way, which wait for a worker, and who waits for each.
///
/// It looks nothing up itself. A driver asks it for a [`Lookup`], has a worker do
/// [jobs](Self::next_job) where [one is needed](Self::add_worker), and waits for the lookup. Requests
/// for the same host and port share a lookup. One that is not waited for any more is not begun; one
/// that was begun goes on, and serves whoever asks for its host before it ends.
pub struct Lookups {
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Lookups of which no result was handed out yet, by host and port.
    open: HashMap<Name, LookupId>,
    entries: HashMap<LookupId, Entry>,
    /// Those that no worker has taken, in order.
    queue: VecDeque<LookupId>,
    workers: usize,
    last: u64,
}

type Name = (String, u16);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct LookupId(u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct WaiterId(u64);

struct Entry {
    name: Name,
    waiters: Vec<Waiter>,
    /// A worker has taken it.
    is_running: bool,
    result: Option<Resolved>,
}

struct Waiter {
    id: WaiterId,
    deadline: Option<Mono>,
    waker: Option<Waker>,
}

impl Entry {
    /// Returns when the last waiter gives up; `None` if one never does.
    fn deadline(&self) -> Option<Mono> {
        let later = |latest: Mono, waiter: &Waiter| waiter.deadline.map(|other| other.max(latest));
        self.waiters.iter().try_fold(Mono::default(), later)
    }
}

/// A lookup that a worker is to do.
#[derive(Debug)]
pub struct Job {
    id: LookupId,
    name: Name,
    deadline: Option<Mono>,
}

impl Job {
    /// Returns the host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.name.0
    }

    /// Returns the port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.name.1
    }

    /// Returns when all requests that waited for it when it began have given up; `None` if one waits
    /// without limit.
    #[must_use]
    pub const fn deadline(&self) -> Option<Mono> {
        self.deadline
    }
}

impl Lookups {
    /// An empty table of which at most `most` lookups, and at least one, are under way at once.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for the addresses of a host, until `deadline`. The lookup joins one for the same host and
    /// port that has not ended.
    pub fn look_up(&self, host: &str, port: u16, deadline: Option<Mono>) -> Lookup<'_> {
        let mut state = self.lock();
        let name = (host.to_owned(), port);
        let id = match state.open.get(&name) {
            Some(id) => *id,
            None => state.open(name),
        };
        let waiter = WaiterId(state.next_number());
        if let Some(entry) = state.entries.get_mut(&id) {
            entry.waiters.push(Waiter { id: waiter, deadline, waker: None });
        }
        Lookup { lookups: self, id, waiter }
    }

    /// Returns whether a worker is needed for a lookup that waits, and counts it. It does
    /// [jobs](Self::next_job) until there are none.
    #[must_use]
    pub fn add_worker(&self) -> bool {
        let mut state = self.lock();
        let is_needed = !state.queue.is_empty() && state.workers < self.most;
        state.workers += usize::from(is_needed);
        is_needed
    }

    /// Returns what a worker is to do next. If that is nothing, the worker is counted no more.
    pub fn next_job(&self) -> Option<Job> {
        let mut state = self.lock();
        while let Some(id) = state.queue.pop_front() {
            if let Some(entry) = state.entries.get_mut(&id) {
                entry.is_running = true;
                return Some(Job { id, name: entry.name.clone(), deadline: entry.deadline() });
            }
        }
        state.workers = state.workers.saturating_sub(1);
        None
    }

    /// Hands the result of a job to all that wait for it. If it was given up when its time was over,
    /// and a request that joined it later has more time, it is begun again.
    pub fn complete(&self, job: &Job, result: Resolved, now: Mono) {
        let wakers = self.lock().complete(job, result, now);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl State {
    fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Begins a lookup.
    fn open(&mut self, name: Name) -> LookupId {
        let id = LookupId(self.next_number());
        self.open.insert(name.clone(), id);
        let entry = Entry { name, waiters: Vec::new(), is_running: false, result: None };
        self.entries.insert(id, entry);
        self.queue.push_back(id);
        id
    }

    fn complete(&mut self, job: &Job, result: Resolved, now: Mono) -> Vec<Waker> {
        let Some(entry) = self.entries.get_mut(&job.id) else { return Vec::new() };
        let was_given_up = result.is_err() && job.deadline.is_some_and(|deadline| deadline <= now);
        let is_wanted =
            !entry.waiters.is_empty() && entry.deadline().is_none_or(|latest| latest > now);
        if was_given_up && is_wanted {
            entry.is_running = false;
            self.queue.push_back(job.id);
            return Vec::new();
        }
        self.open.remove(&job.name);
        if entry.waiters.is_empty() {
            self.entries.remove(&job.id);
            return Vec::new();
        }
        entry.result = Some(result);
        entry.waiters.iter_mut().filter_map(|waiter| waiter.waker.take()).collect()
    }

    /// Takes the result for a waiter, if there is one; else has it woken when there is.
    fn take(&mut self, id: LookupId, waiter: WaiterId, waker: &Waker) -> Option<Resolved> {
        let entry = self.entries.get_mut(&id)?;
        let Some(result) = entry.result.clone() else {
            let mut waiters = entry.waiters.iter_mut();
            if let Some(waiter) = waiters.find(|waiting| waiting.id == waiter) {
                waiter.waker = Some(waker.clone());
            }
            return None;
        };
        self.leave(id, waiter);
        Some(result)
    }

    /// Removes a waiter, and a lookup that is over or was not begun with the last one.
    fn leave(&mut self, id: LookupId, waiter: WaiterId) -> Option<Waiter> {
        let entry = self.entries.get_mut(&id)?;
        let index = entry.waiters.iter().position(|waiting| waiting.id == waiter)?;
        let left = entry.waiters.swap_remove(index);
        if entry.waiters.is_empty() && (entry.result.is_some() || !entry.is_running) {
            if entry.result.is_none() {
                self.open.remove(&entry.name);
                self.queue.retain(|queued| *queued != id);
            }
            self.entries.remove(&id);
        }
        Some(left)
    }
}

impl fmt::Debug for Lookups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Lookups")
            .field("workers", &state.workers)
            .field("queued", &state.queue.len())
            .finish_non_exhaustive()
    }
}

/// A request's wait for addresses: what [`Lookups::look_up`] returns. Dropping it gives up.
#[derive(Debug)]
#[must_use = "a future does nothing until it is polled"]
pub struct Lookup<'l> {
    lookups: &'l Lookups,
    id: LookupId,
    waiter: WaiterId,
}

impl Future for Lookup<'_> {
    type Output = Resolved;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Resolved> {
        let taken = self.lookups.lock().take(self.id, self.waiter, cx.waker());
        taken.map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Lookup<'_> {
    fn drop(&mut self) {
        // What its waker takes along is dropped without the lock.
        let _left = self.lookups.lock().leave(self.id, self.waiter);
    }
}
