//! An exchange and what it holds, whatever moves its bytes: what the loops of drivers share.

use std::fmt;
use std::io::{self, ErrorKind};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use limpid_core::client::{DialId, Do, Event, Exchange, Fault, Input, Lease, Request, Switched};
use limpid_core::error::{Cause, TlsError};
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::{ExchangeId, Sink, Trace};

use crate::connections::{Connections, Transport};
use crate::error::{Error, History, TlsSetupError};
use crate::os::os_error;

/// The number of another exchange, from 1. No two exchanges of a process have the same, whatever
/// their clients, so that one sink can be told of several clients.
#[must_use]
pub(crate) fn next_exchange() -> ExchangeId {
    static LAST: AtomicU64 = AtomicU64::new(0);
    ExchangeId(LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

/// An exchange and its transport, in memory of the client's, which goes back to it when this is
/// dropped. Nothing of it moves but where it lies.
pub struct Session<T: Transport> {
    parts: Option<Box<Parts<T>>>,
    connections: Arc<Connections<T>>,
}

/// What a [`Session`] consists of.
pub struct Parts<T> {
    /// The exchange.
    pub exchange: Exchange,
    /// The connection's place in the pool, once there is one, with the transport.
    lease: Option<Box<Lease<T>>>,
    /// Why there is no TLS configuration.
    refused: Option<Box<TlsSetupError>>,
    /// What time it was when something last came of waiting.
    now: Mono,
}

impl<T: fmt::Debug> fmt::Debug for Parts<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("exchange", &self.exchange)
            .field("transport", &self.transport())
            .finish_non_exhaustive()
    }
}

impl<T> Parts<T> {
    /// The transport, once there is one.
    #[must_use]
    pub fn transport(&self) -> Option<&T> {
        self.lease.as_ref()?.transport.as_ref()
    }

    /// The exchange, the transport that takes and gives its bytes, and what time it was when the
    /// clock was last looked at.
    #[inline]
    pub fn io(&mut self) -> (&mut Exchange, Option<&mut T>, Mono) {
        let transport = self.lease.as_mut().and_then(|lease| lease.transport.as_mut());
        (&mut self.exchange, transport, self.now)
    }

    /// Closes the transport.
    pub fn close(&mut self) {
        drop(self.take_transport());
    }

    fn take_transport(&mut self) -> Option<T> {
        self.lease.as_mut()?.transport.take()
    }
}

impl<T: Transport + fmt::Debug> fmt::Debug for Session<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: Transport> Session<T> {
    /// An exchange for this request, which has no transport yet.
    #[must_use]
    pub fn new(connections: Arc<Connections<T>>, request: Arc<Request>) -> Self {
        if let Some(parts) = connections.spares().take() {
            return Self { parts: Some(parts), connections }.begin(request);
        }
        connections.spares().begin();
        let options = Arc::clone(connections.options());
        let parts = Box::new(Parts {
            exchange: Exchange::new(next_exchange(), request, options),
            lease: None,
            refused: None,
            now: Mono::default(),
        });
        Self { parts: Some(parts), connections }
    }

    /// One that is over and can be used again, if there is one.
    pub(crate) fn spare(connections: &Arc<Connections<T>>) -> Option<Self> {
        let parts = connections.spares().take()?;
        Some(Self { parts: Some(parts), connections: Arc::clone(connections) })
    }

    /// Begins with this request.
    pub(crate) fn begin(mut self, request: Arc<Request>) -> Self {
        let (parts, connections) = self.parts();
        parts.exchange.restart(next_exchange(), request, connections.options());
        self
    }

    /// The exchange and its transport, and where both come from.
    #[inline]
    pub fn parts(&mut self) -> (&mut Parts<T>, &Connections<T>) {
        (there_mut(&mut self.parts), &self.connections)
    }

    /// Looks at the clock. A driver does that when it begins to run; all that tells what came of
    /// waiting does it as well. In between, it is no later for the exchange than it was.
    pub fn tick(&mut self) {
        let (parts, connections) = self.parts();
        parts.now = connections.now();
    }

    /// What time it was when the clock was last looked at.
    #[must_use]
    pub fn now(&self) -> Mono {
        self.now
    }

    /// What is to be done next.
    pub fn proceed(&mut self) -> Do {
        let (parts, connections) = self.parts();
        parts.exchange.next(parts.now, connections.sink())
    }

    /// What [`Do::Tell`] tells.
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        self.exchange.event()
    }

    /// Tells what came of it.
    #[inline(always)]
    pub fn input(&mut self, input: Input<'_>) {
        let (parts, connections) = self.parts();
        parts.now = connections.now();
        parts.exchange.input(parts.now, connections.sink(), input);
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
        let (parts, connections) = self.parts();
        let switched = parts.exchange.take_switched(parts.now, connections.sink())?;
        Some((switched, parts.take_transport()?))
    }

    /// Answers [`Do::Trust`].
    pub fn trust(&mut self, proxy: bool) {
        let (parts, connections) = self.parts();
        let input = match connections.trust(proxy).config(parts.now, connections.sink()) {
            Ok(config) => Input::Trust(config),
            Err(error) => {
                parts.refused = Some(Box::new(error));
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
        let (parts, connections) = self.parts();
        parts.lease = lease;
        let input = match &mut parts.lease {
            Some(lease) => match lease.link.take() {
                Some(link) => Input::Reuse(link),
                None => Input::Open(lease.connection()),
            },
            None => Input::Tick,
        };
        parts.exchange.input(parts.now, connections.sink(), input);
    }

    /// Does [`Do::Release`].
    pub fn release(&mut self) {
        let (parts, connections) = self.parts();
        if let Some(mut lease) = parts.lease.take() {
            lease.link = parts.exchange.take_link();
            if lease.link.is_none() {
                // Others need not wait until it is closed.
                lease.transport = None;
            }
            connections.release(lease, parts.now);
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

impl<T: Transport> Deref for Session<T> {
    type Target = Parts<T>;

    #[inline]
    fn deref(&self) -> &Parts<T> {
        there(&self.parts)
    }
}

impl<T: Transport> DerefMut for Session<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Parts<T> {
        there_mut(&mut self.parts)
    }
}

const ALIVE: &str = "a session has its parts until it is dropped";

#[inline]
#[expect(clippy::expect_used, reason = "only dropping takes them away")]
fn there<T>(parts: &Option<Box<Parts<T>>>) -> &Parts<T> {
    parts.as_deref().expect(ALIVE)
}

#[inline]
#[expect(clippy::expect_used, reason = "only dropping takes them away")]
fn there_mut<T>(parts: &mut Option<Box<Parts<T>>>) -> &mut Parts<T> {
    parts.as_deref_mut().expect(ALIVE)
}

impl<T: Transport> Drop for Session<T> {
    fn drop(&mut self) {
        // One that was left before its end has a connection that cannot be kept.
        self.release();
        if let Some(mut parts) = self.parts.take() {
            parts.refused = None;
            parts.exchange.forget();
            self.connections.spares().end(parts);
        }
    }
}
