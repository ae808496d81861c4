//! Requests in flight: an exchange, its connection, and what drivers do with them.

use std::fmt;
use std::io::{self, ErrorKind};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use limpid_core::client::{DialId, Do, Event, Exchange, Fault, Input, Lease, Request, Switched};
use limpid_core::error::{Cause, TlsError};
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::{Sink, Trace};

use crate::connections::{Connections, PooledTransport};
use crate::error::{Error, History};
use crate::ids::next_exchange;
use crate::inner::Inner;
use crate::os::os_error;

/// A request in flight: an exchange and its transport, in memory of the client's, which goes back to
/// it when this is dropped. It does not move in memory.
pub struct InFlight<T: PooledTransport> {
    inner: Option<Box<Inner<T>>>,
    connections: Arc<Connections<T>>,
}

impl<T: PooledTransport + fmt::Debug> fmt::Debug for InFlight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: PooledTransport> InFlight<T> {
    /// An exchange for this request, which has no transport yet.
    #[must_use]
    pub fn new(connections: Arc<Connections<T>>, request: Arc<Request>) -> Self {
        if let Some(inner) = connections.free().take() {
            return Self { inner: Some(inner), connections }.begin(request);
        }
        connections.free().add();
        let options = Arc::clone(connections.options());
        let inner = Inner::new(Exchange::new(next_exchange(), request, options));
        Self { inner: Some(Box::new(inner)), connections }
    }

    /// Returns the memory of a request that is over, if some is free.
    pub(crate) fn reuse(connections: &Arc<Connections<T>>) -> Option<Self> {
        let inner = connections.free().take()?;
        Some(Self { inner: Some(inner), connections: Arc::clone(connections) })
    }

    /// Begins with this request.
    pub(crate) fn begin(mut self, request: Arc<Request>) -> Self {
        let (inner, connections) = self.parts();
        inner.exchange.restart(next_exchange(), request, connections.options());
        self
    }

    /// The exchange and its transport, and where both come from.
    #[inline]
    pub fn parts(&mut self) -> (&mut Inner<T>, &Connections<T>) {
        (inner_mut(&mut self.inner), &self.connections)
    }

    /// Looks at the clock. A driver does that when it begins to run; all that tells what came of
    /// waiting does it as well. In between, it is no later for the exchange than it was.
    pub fn tick(&mut self) {
        let (inner, connections) = self.parts();
        inner.now = connections.now();
    }

    /// What time it was when the clock was last looked at.
    #[must_use]
    pub fn now(&self) -> Mono {
        self.now
    }

    /// What is to be done next.
    pub fn proceed(&mut self) -> Do {
        let (inner, connections) = self.parts();
        inner.exchange.next(inner.now, connections.sink())
    }

    /// What [`Do::Tell`] tells.
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        self.exchange.event()
    }

    /// Tells what came of it.
    #[inline(always)]
    pub fn input(&mut self, input: Input<'_>) {
        let (inner, connections) = self.parts();
        inner.now = connections.now();
        inner.exchange.input(inner.now, connections.sink(), input);
    }

    /// Tells how many bytes the transport took; `None` if the time for it is over.
    pub fn wrote(&mut self, result: Option<io::Result<usize>>) {
        match result {
            // A transport that takes nothing, though it was not asked for nothing, takes no more.
            Some(Ok(0)) => self.failed_to(&ErrorKind::WriteZero.into()),
            Some(Ok(n)) => self.input(Input::Sent(n)),
            Some(Err(error)) => self.failed_to(&error),
            None => self.input(Input::Tick),
        }
    }

    /// Tells how many bytes the transport gave, 0 at its end; `None` if the time for it is over.
    pub fn read(&mut self, result: Option<io::Result<usize>>) {
        match result {
            Some(Ok(0)) => self.input(Input::Eof),
            Some(Ok(n)) => self.input(Input::Filled(n)),
            Some(Err(error)) => self.failed_to(&error),
            None => self.input(Input::Tick),
        }
    }

    /// Tells that an operation of the transport failed. One that was interrupted is asked for again.
    #[cold]
    pub fn failed_to(&mut self, error: &io::Error) {
        if error.kind() != ErrorKind::Interrupted {
            self.input(Input::Failed(Fault::Os(os_error(error))));
        }
    }

    /// Tells what came of an attempt at connecting; `None` if its time is over.
    pub fn dialed(&mut self, dial: DialId, result: Option<io::Result<T>>) {
        match result {
            Some(Ok(transport)) => {
                if let Some(lease) = &mut self.lease {
                    lease.transport = Some(transport);
                }
                self.input(Input::Dialed(dial));
            }
            Some(Err(error)) => {
                self.input(Input::DialFailed(dial, Fault::Os(os_error(&error))));
            }
            None => self.input(Input::Tick),
        }
    }

    /// The connection, if the response has made it one of another protocol, and its transport.
    pub fn take_switched(&mut self) -> Option<(Switched, T)> {
        self.tick();
        let (inner, connections) = self.parts();
        let switched = inner.exchange.take_switched(inner.now, connections.sink())?;
        Some((switched, inner.take_transport()?))
    }

    /// Answers [`Do::Trust`].
    pub fn trust(&mut self, proxy: bool) {
        let (inner, connections) = self.parts();
        let input = match connections.trust(proxy).config(inner.now, connections.sink()) {
            Ok(config) => Input::Trust(config),
            Err(error) => {
                inner.refused = Some(Box::new(error));
                Input::Failed(Fault::Tls(TlsError::Configuration))
            }
        };
        self.input(input);
    }

    /// Until when the driver may take for what it was told to do.
    pub fn deadline(&mut self) -> Option<Deadline> {
        self.exchange.deadline()
    }

    /// Answers [`Do::Acquire`] with what the connections gave; `None` if its time is over. The clock
    /// is not looked at: who waited does that before.
    #[inline]
    pub fn acquired(&mut self, lease: Option<Box<Lease<T>>>) {
        let (inner, connections) = self.parts();
        inner.lease = lease;
        let input = match &mut inner.lease {
            Some(lease) => match lease.link.take() {
                Some(link) => Input::Reuse(link),
                None => Input::Open(lease.connection()),
            },
            None => Input::Tick,
        };
        inner.exchange.input(inner.now, connections.sink(), input);
    }

    /// Does [`Do::Release`].
    pub fn release(&mut self) {
        let (inner, connections) = self.parts();
        if let Some(mut lease) = inner.lease.take() {
            lease.link = inner.exchange.take_link();
            if lease.link.is_none() {
                // Others need not wait until it is closed.
                lease.transport = None;
            }
            connections.release(lease, inner.now);
        }
    }

    fn history(&self, cause: Cause) -> History {
        let exchange = self.exchange.id();
        // Nobody is told of the error of an exchange that nobody wants any more.
        let trace = match cause {
            Cause::Abandoned => Trace::default(),
            _ => self.connections.sink().recall(exchange),
        };
        History { exchange, timings: self.exchange.timings(), sizes: self.exchange.sizes(), trace }
    }

    /// Does [`Do::Done`] and [`Do::Failed`]: gives the connection back.
    ///
    /// # Errors
    /// The exchange has failed, and this is what its caller is told.
    #[inline]
    pub fn finish(&mut self) -> Result<(), Error> {
        self.release();
        self.exchange.error().map_or(Ok(()), |error| Err(self.failed(error)))
    }

    /// The error that a caller is told for this one.
    pub fn failed(&mut self, error: limpid_core::error::Error) -> Error {
        match self.refused.take() {
            Some(refused) => Error::TlsSetup(*refused),
            None => Error::Exchange {
                url: Box::new(self.exchange.request().url().clone()),
                error,
                history: Box::new(self.history(error.cause)),
            },
        }
    }
}

impl<T: PooledTransport> Deref for InFlight<T> {
    type Target = Inner<T>;

    #[inline]
    fn deref(&self) -> &Inner<T> {
        inner_ref(&self.inner)
    }
}

impl<T: PooledTransport> DerefMut for InFlight<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Inner<T> {
        inner_mut(&mut self.inner)
    }
}

const ALIVE: &str = "a request in flight has its memory until it is dropped";

#[inline]
#[expect(clippy::expect_used, reason = "only dropping takes them away")]
fn inner_ref<T>(inner: &Option<Box<Inner<T>>>) -> &Inner<T> {
    inner.as_deref().expect(ALIVE)
}

#[inline]
#[expect(clippy::expect_used, reason = "only dropping takes them away")]
fn inner_mut<T>(inner: &mut Option<Box<Inner<T>>>) -> &mut Inner<T> {
    inner.as_deref_mut().expect(ALIVE)
}

impl<T: PooledTransport> Drop for InFlight<T> {
    fn drop(&mut self) {
        // A request that did not end has a connection that cannot be kept.
        self.release();
        if let Some(mut inner) = self.inner.take() {
            inner.refused = None;
            inner.exchange.forget();
            self.connections.free().put(inner);
        }
    }
}
