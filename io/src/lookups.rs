//! The table of lookups in progress, which requests for the same host share, and which is bounded.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use limpid_core::time::Mono;

use crate::lookup_error::LookupError;

/// The result of a lookup: the addresses of a host, or an error.
///
/// [`Lookups`] has an example.
pub type Resolved = Result<Vec<SocketAddr>, LookupError>;

/// The lookups of a client: those in progress, those that wait for a worker, and their waiters.
///
/// The table performs no lookups. A driver asks it for a [`Lookup`], starts a worker that does
/// [jobs](Self::next_job) where [one is needed](Self::add_worker), and awaits the lookup. Requests
/// for the same host and port share a lookup. If the last waiter leaves before a worker has taken the
/// lookup, it is removed; otherwise it goes on, and serves requests that ask for its host before it
/// ends.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_io::Lookups;
///
/// let lookups = Lookups::new(2);
/// let lookup = lookups.look_up("localhost", 80, None);
/// assert!(lookups.add_worker());
/// // A worker does this, on its thread.
/// while let Some(job) = lookups.next_job() {
///     let addresses = vec![([127, 0, 0, 1], job.port()).into()];
///     lookups.complete(&job, Ok(addresses), Mono::default());
/// }
/// // Now awaiting `lookup` returns the addresses.
/// # drop(lookup);
/// ```
pub struct Lookups {
    most: usize,
    state: Mutex<LookupsState>,
}

#[derive(Default)]
struct LookupsState {
    /// Lookups whose results were not handed out yet, by host and port.
    open: HashMap<Name, LookupId>,
    entries: HashMap<LookupId, Entry>,
    /// Lookups that no worker has taken, in order.
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
    /// The result, and how long the worker took for it.
    result: Option<(Resolved, Duration)>,
}

/// What is known about a lookup beside its result, for events.
///
/// [`Lookup::facts`] returns it; [`Lookups`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupFacts {
    /// Whether the request joined a lookup that another request had started.
    pub shared: bool,
    /// The duration of the lookup, without the wait for a worker.
    pub took: Duration,
}

struct Waiter {
    id: WaiterId,
    deadline: Option<Mono>,
    waker: Option<Waker>,
}

impl Entry {
    /// Returns the latest deadline of a waiter; `None` if one has no deadline.
    fn deadline(&self) -> Option<Mono> {
        let later = |latest: Mono, waiter: &Waiter| waiter.deadline.map(|other| other.max(latest));
        self.waiters.iter().try_fold(Mono::default(), later)
    }
}

/// A lookup for a worker.
///
/// [`Lookups`] has an example.
#[derive(Debug)]
pub struct Job {
    id: LookupId,
    name: Name,
    deadline: Option<Mono>,
    began: Instant,
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

    /// Returns the latest deadline of the requests that waited when the job began; `None` if one has
    /// no deadline.
    #[must_use]
    pub const fn deadline(&self) -> Option<Mono> {
        self.deadline
    }
}

impl Lookups {
    /// Creates an empty table with at most `most` lookups in progress at once, and at least one.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, LookupsState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks up the addresses of a host, until `deadline`. Joins a lookup for the same host and port
    /// that has not ended.
    pub fn look_up(&self, host: &str, port: u16, deadline: Option<Mono>) -> Lookup<'_> {
        let mut state = self.lock();
        let name = (host.to_owned(), port);
        let (id, shared) = match state.open.get(&name) {
            Some(id) => (*id, true),
            None => (state.open(name), false),
        };
        let waiter = WaiterId(state.next_number());
        if let Some(entry) = state.entries.get_mut(&id) {
            entry.waiters.push(Waiter { id: waiter, deadline, waker: None });
        }
        Lookup { lookups: self, id, waiter, shared, took: None }
    }

    /// Returns whether a worker is needed for a waiting lookup, and counts it. The worker does
    /// [jobs](Self::next_job) until no jobs are left.
    #[must_use]
    pub fn add_worker(&self) -> bool {
        let mut state = self.lock();
        let is_needed = !state.queue.is_empty() && state.workers < self.most;
        state.workers += usize::from(is_needed);
        is_needed
    }

    /// Returns the next job of a worker. If there is no job, the worker is not counted any more.
    pub fn next_job(&self) -> Option<Job> {
        let mut state = self.lock();
        while let Some(id) = state.queue.pop_front() {
            if let Some(entry) = state.entries.get_mut(&id) {
                entry.is_running = true;
                let (name, deadline) = (entry.name.clone(), entry.deadline());
                return Some(Job { id, name, deadline, began: Instant::now() });
            }
        }
        state.workers = state.workers.saturating_sub(1);
        None
    }

    /// Hands the result of a job to its waiters. If the job timed out, and a request that joined it
    /// later has a later deadline, the lookup is repeated.
    pub fn complete(&self, job: &Job, result: Resolved, now: Mono) {
        let wakers = self.lock().complete(job, result, now);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl LookupsState {
    fn next_number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Adds a lookup.
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
        entry.result = Some((result, job.began.elapsed()));
        entry.waiters.iter_mut().filter_map(|waiter| waiter.waker.take()).collect()
    }

    /// Takes the result for a waiter, if it is available; otherwise keeps the waker.
    fn take(
        &mut self,
        id: LookupId,
        waiter: WaiterId,
        waker: &Waker,
    ) -> Option<(Resolved, Duration)> {
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

    /// Removes a waiter. With the last one, removes a lookup that is over or not taken.
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

/// A wait for addresses, which [`Lookups::look_up`] returns. Dropping it leaves the lookup.
///
/// [`Lookups`] has an example.
#[derive(Debug)]
#[must_use = "a future does nothing until it is polled"]
pub struct Lookup<'l> {
    lookups: &'l Lookups,
    id: LookupId,
    waiter: WaiterId,
    shared: bool,
    took: Option<Duration>,
}

impl Lookup<'_> {
    /// Returns what is known beside the result, once the future has returned that.
    #[must_use]
    pub fn facts(&self) -> Option<LookupFacts> {
        self.took.map(|took| LookupFacts { shared: self.shared, took })
    }
}

impl Future for Lookup<'_> {
    type Output = Resolved;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Resolved> {
        let taken = self.lookups.lock().take(self.id, self.waiter, cx.waker());
        let Some((result, took)) = taken else { return Poll::Pending };
        self.took = Some(took);
        Poll::Ready(result)
    }
}

impl Drop for Lookup<'_> {
    fn drop(&mut self) {
        // The waker is dropped after the lock is released: its drop may run other code.
        let _left = self.lookups.lock().leave(self.id, self.waiter);
    }
}
