//! The connections of a client: the pool, and the queue of waiters.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use limpid_core::client::{Exchange, Lease, Options, Pool, ProxyError, Retirement, Route};
use limpid_core::fields::FieldBlock;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId};

use crate::clock::Clock;
use crate::error::Error;
use crate::free_list::FreeList;
use crate::ids::next_connection;
use crate::inner::Inner;
use crate::layers::TlsSource;
use crate::recording::SharedRecorder;
use crate::settings::{Settings, SharedSink};
use crate::wait_queue::{WaitQueue, WaiterId};

/// A driver's transport, as the pool needs it.
///
/// The [crate](crate) has an example.
pub trait PooledTransport {
    /// What the driver keeps with the connections, such as its resolver and its connector.
    type Network;

    /// Returns whether nothing has arrived, including the end. It does not block.
    fn is_silent(&self) -> bool;

    /// Prepares an idle transport for its next use, without blocking.
    ///
    /// # Errors
    /// It cannot be used, for this reason. By default, that is one that is not silent.
    fn prepare(&mut self) -> Result<(), Retirement> {
        if self.is_silent() { Ok(()) } else { Err(Retirement::NotSilent) }
    }

    /// Returns the local address, for events; `None`, the default, if it is not known.
    fn local_address(&self) -> Option<SocketAddr> {
        None
    }

    /// Sends the last bytes of a connection, such as TLS's `close_notify`, as far as possible without
    /// blocking, and closes it.
    fn close(self, last: &[u8]);
}

/// The connection that an exchange asks for, which [`Connections::acquire`] returns.
///
/// A request in flight creates it; the [crate](crate) has an example of one.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'r> {
    route: &'r Route,
    /// It is to be opened, even if an idle one exists.
    new: bool,
    /// The exchange that asks for it.
    exchange: ExchangeId,
}

impl<'r> From<&'r Route> for Wanted<'r> {
    /// Returns a connection to this route, idle or to open.
    fn from(route: &'r Route) -> Self {
        Self { route, new: false, exchange: ExchangeId(0) }
    }
}

impl<'r> Wanted<'r> {
    /// Returns what this exchange asks for.
    #[inline]
    pub(crate) fn by(exchange: &'r Exchange) -> Self {
        Self {
            route: exchange.route(),
            new: exchange.needs_new_connection(),
            exchange: exchange.id(),
        }
    }
}

/// The state that the requests of a client share, mainly its connections. It is dropped with the last
/// client and the last response that use it, and then closes idle connections.
///
/// The [crate](crate) has an example.
pub struct Connections<T: PooledTransport> {
    shared: Mutex<Shared<T>>,
    free: FreeList<Box<Inner<T>>>,
    options: Arc<Options>,
    /// The source of layers for connections to origin servers.
    tls: TlsSource,
    /// The source of layers for connections to proxies.
    proxy_tls: TlsSource,
    sink: SharedSink,
    recorder: SharedRecorder,
    /// The fields of every request that has none of the same name, if there are any.
    default_headers: Option<FieldBlock>,
    in_memory_limit: u64,
    proxy_error: Option<ProxyError>,
    #[cfg(feature = "cookies")]
    cookies: Option<crate::CookieJar>,
    clock: Clock,
    network: T::Network,
}

/// The state behind one lock. All other threads wait while one holds it, so connections are closed
/// without it, and the acquired one is checked without it.
struct Shared<T> {
    pool: Pool<T>,
    waiting: WaitQueue,
    /// The exchanges that hold connections, if there is a sink or a recorder.
    holders: Option<Holders>,
}

/// The exchanges that hold connections, for events about a full pool.
#[derive(Debug, Default)]
struct Holders(Vec<(ConnectionId, ExchangeId)>);

impl Holders {
    fn add(&mut self, connection: ConnectionId, exchange: ExchangeId) {
        self.0.push((connection, exchange));
    }

    fn remove(&mut self, connection: ConnectionId) {
        if let Some(index) = self.0.iter().position(|(held, _)| *held == connection) {
            self.0.swap_remove(index);
        }
    }
}

impl fmt::Display for Holders {
    /// Formats the holders, in the order in which their connections were opened.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut holders = self.0.clone();
        holders.sort_unstable();
        for (index, (connection, exchange)) in holders.into_iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}exchange {} on connection {}", exchange.0, connection.0)?;
        }
        Ok(())
    }
}

/// The state of a pool that has no connection for a request.
#[derive(Debug)]
pub(crate) struct FullPool {
    /// The maximum number of connections.
    pub(crate) limit: usize,
    /// The number of connections.
    pub(crate) open: usize,
    /// The number of requests that wait already.
    pub(crate) ahead: usize,
    /// The exchanges that hold connections.
    pub(crate) holders: String,
}

impl<T: PooledTransport> fmt::Debug for Connections<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("open", &self.lock().pool.len()).finish_non_exhaustive()
    }
}

impl<T: PooledTransport> Connections<T> {
    /// Creates the state without connections.
    #[must_use]
    pub fn new(settings: Settings, network: T::Network) -> Self {
        #[cfg(feature = "cookies")]
        let cookies = settings.cookies.clone();
        let Settings { options, tls, proxy_tls, pool, sink, recorder, default_headers, .. } =
            settings;
        let (in_memory_limit, proxy_error) = (settings.in_memory_limit, settings.proxy_error);
        let has_events = sink.is_some() || recorder.is_some();
        Self {
            shared: Mutex::new(Shared {
                pool: Pool::with_ids(pool, next_connection),
                waiting: WaitQueue::default(),
                holders: has_events.then(Holders::default),
            }),
            free: FreeList::default(),
            options,
            tls,
            proxy_tls,
            sink,
            recorder,
            default_headers: Some(default_headers).filter(|block| !block.fields().is_empty()),
            in_memory_limit,
            proxy_error,
            #[cfg(feature = "cookies")]
            cookies,
            clock: Clock::start(),
            network,
        }
    }

    /// Returns the jar of cookies, if there is one.
    #[cfg(feature = "cookies")]
    #[inline]
    pub(crate) const fn cookies(&self) -> Option<&crate::CookieJar> {
        self.cookies.as_ref()
    }

    /// Returns the options of requests.
    #[must_use]
    pub const fn options(&self) -> &Arc<Options> {
        &self.options
    }

    /// Returns the fields of every request that has none of the same name, if there are any.
    #[inline]
    pub(crate) const fn default_headers(&self) -> Option<&FieldBlock> {
        self.default_headers.as_ref()
    }

    /// Returns how many bytes of a body are read into memory at most.
    pub(crate) const fn in_memory_limit(&self) -> u64 {
        self.in_memory_limit
    }

    /// Checks the settings that were set as text.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.proxy_error.map_or(Ok(()), |error| Err(Error::Proxy(error)))
    }

    /// Returns the source of layers for connections to proxies or to origin servers.
    #[must_use]
    pub const fn tls(&self, proxy: bool) -> &TlsSource {
        if proxy { &self.proxy_tls } else { &self.tls }
    }

    /// Returns the time of the client's clock.
    #[must_use]
    pub fn now(&self) -> Mono {
        self.clock.now()
    }

    /// Returns what the driver keeps with the connections.
    #[inline]
    #[must_use]
    pub const fn network(&self) -> &T::Network {
        &self.network
    }

    /// Returns the sink, if there is one.
    #[must_use]
    pub const fn sink(&self) -> &SharedSink {
        &self.sink
    }

    /// Returns the recorder, if there is one.
    pub(crate) const fn recorder(&self) -> &SharedRecorder {
        &self.recorder
    }

    /// Returns the `wanted` connection; `None` if every connection is in use, or other requests wait
    /// already.
    #[inline]
    pub fn try_acquire(&self, wanted: Wanted<'_>, now: Mono) -> Option<Box<Lease<T>>> {
        let mut shared = self.lock();
        let lease = shared.acquire(wanted, now, None);
        let has_retired = shared.pool.has_retired();
        drop(shared);
        self.prepared(lease, has_retired, wanted.exchange, now)
    }

    /// Returns the state of the pool, for the event of a request that waits.
    #[cold]
    pub(crate) fn full_pool(&self) -> FullPool {
        let shared = self.lock();
        FullPool {
            limit: shared.pool.limits().connections,
            open: shared.pool.len(),
            ahead: shared.waiting.len(),
            holders: shared.holders.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// Returns a future for the `wanted` connection. Waiters are served in order of arrival, for all
    /// routes; a future that is dropped leaves its place to the next.
    pub const fn acquire<'c>(&'c self, wanted: Wanted<'c>) -> Acquire<'c, T> {
        Acquire { connections: self, wanted, waiter: None }
    }

    /// Takes a connection for this waiter, or enters it into the queue with `waker`.
    fn take(
        &self,
        wanted: Wanted<'_>,
        waiter: &mut Option<WaiterId>,
        waker: &Waker,
    ) -> Option<Box<Lease<T>>> {
        let (now, mut shared) = (self.now(), self.lock());
        let lease = shared.acquire(wanted, now, *waiter);
        let next = match &lease {
            Some(_) => waiter.take().and_then(|waiter| shared.leave(waiter)),
            None => {
                shared.waiting.wait(waiter, waker);
                None
            }
        };
        let has_retired = shared.pool.has_retired();
        drop(shared);
        next.inspect(Waker::wake_by_ref);
        self.prepared(lease, has_retired, wanted.exchange, now)
    }

    /// Returns the acquired connection, prepared for its use, or another one if it cannot be used.
    #[inline]
    fn prepared(
        &self,
        mut lease: Option<Box<Lease<T>>>,
        mut has_retired: bool,
        exchange: ExchangeId,
        now: Mono,
    ) -> Option<Box<Lease<T>>> {
        while let Some(mut found) = lease.take() {
            match found.transport.as_mut().map_or(Ok(()), T::prepare) {
                Ok(()) => {
                    lease = Some(found);
                    break;
                }
                Err(why) => lease = self.lock().replace(found, why, exchange, now),
            }
            has_retired = true;
        }
        if has_retired {
            self.retire();
        }
        lease
    }

    /// Returns a connection to the pool; one that lacks a part is closed.
    pub fn release(&self, lease: Box<Lease<T>>, now: Mono) {
        let mut shared = self.lock();
        if shared.holders.is_some() {
            shared.release_hold(lease.connection());
        }
        shared.pool.release(lease, now, T::is_silent);
        let (has_retired, next) = (shared.pool.has_retired(), shared.waiting.first_waker());
        drop(shared);
        next.inspect(Waker::wake_by_ref);
        if has_retired {
            self.retire();
        }
    }

    /// Returns the free list for the memory of requests.
    pub(crate) const fn free(&self) -> &FreeList<Box<Inner<T>>> {
        &self.free
    }

    /// Closes the connections that have left the pool.
    #[cold]
    fn retire(&self) {
        let retired = self.lock().pool.retired();
        for retired in retired {
            let (now, lease) = (self.now(), &retired.lease);
            // A connection that lacks a part is only dropped.
            if let Some(recorder) = &self.recorder
                && lease.link.is_some()
                && lease.transport.is_some()
            {
                recorder.retired(lease.connection(), retired.why, now);
            }
            retired.close(now, &self.sink, PooledTransport::close);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared<T>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: PooledTransport> Shared<T> {
    /// Returns the `wanted` connection, if it is this waiter's turn.
    // Gate tokio-prepared.
    #[inline(always)]
    fn acquire(
        &mut self,
        wanted: Wanted<'_>,
        now: Mono,
        waiter: Option<WaiterId>,
    ) -> Option<Box<Lease<T>>> {
        let lease = match self.waiting.is_first(waiter) {
            true if wanted.new => self.pool.open(wanted.route),
            true => self.pool.acquire(wanted.route, now, T::is_silent),
            false => None,
        };
        if self.holders.is_some()
            && let Some(lease) = &lease
        {
            self.hold(lease.connection(), wanted.exchange);
        }
        lease
    }

    /// Notes, for events, that an exchange holds a connection.
    #[cold]
    fn hold(&mut self, connection: ConnectionId, exchange: ExchangeId) {
        if let Some(holders) = &mut self.holders {
            holders.add(connection, exchange);
        }
    }

    /// Notes that a connection is not held any more.
    #[cold]
    fn release_hold(&mut self, connection: ConnectionId) {
        if let Some(holders) = &mut self.holders {
            holders.remove(connection);
        }
    }

    /// Returns another connection instead of `stale`, which cannot be used for this reason.
    #[cold]
    fn replace(
        &mut self,
        stale: Box<Lease<T>>,
        why: Retirement,
        exchange: ExchangeId,
        now: Mono,
    ) -> Option<Box<Lease<T>>> {
        let old = stale.connection();
        let lease = self.pool.replace(stale, why, now, T::is_silent);
        self.release_hold(old);
        if let Some(lease) = &lease {
            self.hold(lease.connection(), exchange);
        }
        lease
    }

    /// Removes a waiter. Returns the waker of the next if connections are left for it: it may not
    /// have been first when they were released.
    fn leave(&mut self, waiter: WaiterId) -> Option<Waker> {
        self.waiting.remove(waiter);
        self.waiting.first_waker().filter(|_| self.pool.has_room())
    }
}

/// A wait for a connection, which [`Connections::acquire`] returns.
///
/// The [crate](crate) has an example.
#[must_use = "a future does nothing until it is polled"]
pub struct Acquire<'c, T: PooledTransport> {
    connections: &'c Connections<T>,
    wanted: Wanted<'c>,
    /// The entry in the queue, once it has to wait.
    waiter: Option<WaiterId>,
}

impl<T: PooledTransport> fmt::Debug for Acquire<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acquire").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

impl<T: PooledTransport> Future for Acquire<'_, T> {
    type Output = Box<Lease<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { connections, wanted, waiter } = &mut *self;
        let taken = connections.take(*wanted, waiter, cx.waker());
        taken.map_or(Poll::Pending, Poll::Ready)
    }
}

impl<T: PooledTransport> Drop for Acquire<'_, T> {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter {
            let next = self.connections.lock().leave(waiter);
            next.inspect(Waker::wake_by_ref);
        }
    }
}

impl<T: PooledTransport> Drop for Connections<T> {
    fn drop(&mut self) {
        self.lock().pool.close();
        self.retire();
    }
}
