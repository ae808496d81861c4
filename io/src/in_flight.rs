//! Requests in flight: an exchange with its connection, and its inputs.

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::Arc;

use bytes::Bytes;
#[cfg(feature = "cookies")]
use limpid_core::client::Emitted;
use limpid_core::client::{
    Action, Dial, DialId, Event, Exchange, Input, Lease, Request, RequestBuilder, Sizes, Timings,
    UrlError,
};
use limpid_core::error::{Call, Cause, Error as CoreError, Misuse, MisuseError, TlsError};
use limpid_core::fields::Fields;
use limpid_core::framing::Framing;
use limpid_core::http1::ResponseHead;
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::{EventKind, ExchangeId, Sink, Trace, TraceEvent};

use crate::body_buffer::BodyBuffer;
use crate::charset::Charset;
use crate::connections::{Acquire, Connections, FullPool, PooledTransport, Wanted};
use crate::error::{Error, History};
use crate::ids::next_exchange;
use crate::inner::{
    AskDeadline, Begin, Buffers, Inner, Poll, Received, Reused, Sent, TakeLink, TakeSwitched,
};
use crate::lookups::LookupFacts;
use crate::machine_input::RecordedInput;
use crate::prepared::Prepared;
use crate::recording::{ExchangeRecorder, Recorder};
use crate::request_settings::RequestSettings;
use crate::tunnel::Tunnel;

/// A request in flight: an exchange and its transport. Its memory is boxed, belongs to the client,
/// and returns to it on drop.
///
/// The [crate](crate) has an example.
pub struct InFlight<T: PooledTransport> {
    inner: Option<Box<Inner<T>>>,
    connections: Arc<Connections<T>>,
}

impl<T: PooledTransport + fmt::Debug> fmt::Debug for InFlight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner().fmt(f)
    }
}

impl<T: PooledTransport> InFlight<T> {
    /// Starts an exchange for this request, which has no transport yet.
    #[must_use]
    pub fn new(connections: Arc<Connections<T>>, request: Arc<Request>) -> Self {
        Self::begun(connections, request, None)
    }

    /// Starts an exchange for a prepared request, which has no transport yet.
    ///
    /// # Errors
    /// [`Error::Proxy`]: the URL of a proxy of the client is not valid.
    pub fn prepared(connections: Arc<Connections<T>>, prepared: &Prepared) -> Result<Self, Error> {
        connections.check()?;
        Ok(Self::begun(connections, prepared.request(), prepared.settings()))
    }

    /// Starts an exchange for this request, with its own settings if it has any.
    #[inline]
    pub(crate) fn begun(
        connections: Arc<Connections<T>>,
        request: Arc<Request>,
        settings: Option<&RequestSettings>,
    ) -> Self {
        let inner = connections.free().take().unwrap_or_else(|| {
            connections.free().add();
            let (options, sink) = (connections.options(), connections.sink());
            Box::new(Inner::new(&request, options, sink, connections.recorder()))
        });
        Self { inner: Some(inner), connections }.begin(request, settings)
    }

    /// Takes the memory of an earlier request, if some is free.
    pub(crate) fn reuse(connections: &Arc<Connections<T>>) -> Option<Self> {
        let inner = connections.free().take()?;
        Some(Self { inner: Some(inner), connections: Arc::clone(connections) })
    }

    /// Starts to build a request in this memory.
    pub(crate) fn build(&mut self, method: &[u8], url: &str) -> Result<RequestBuilder, UrlError> {
        self.inner_mut().build(method, url)
    }

    /// Starts this request, with its own settings if it has any.
    #[inline]
    pub(crate) fn begin(
        mut self,
        request: Arc<Request>,
        settings: Option<&RequestSettings>,
    ) -> Self {
        let (inner, connections) = self.parts();
        let (id, options) = (next_exchange(), connections.options());
        match settings {
            None => inner.enter(Begin { id, request, options }),
            Some(settings) => inner.begin_with(id, request, settings, options),
        }
        self
    }

    /// Moves the request out, to run it elsewhere. What is left can only be dropped.
    #[must_use]
    pub fn take(&mut self) -> Self {
        Self { inner: self.inner.take(), connections: Arc::clone(&self.connections) }
    }

    #[inline]
    fn parts(&mut self) -> (&mut Inner<T>, &Connections<T>) {
        (inner_mut(&mut self.inner), &self.connections)
    }

    #[inline]
    fn inner(&self) -> &Inner<T> {
        inner_ref(&self.inner)
    }

    #[inline]
    fn inner_mut(&mut self) -> &mut Inner<T> {
        inner_mut(&mut self.inner)
    }

    /// Passes an input to the exchange, at the time of the last clock reading. Every input passes
    /// here.
    #[inline(always)]
    fn enter<I>(&mut self, input: I) -> I::Output
    where
        I: RecordedInput<Exchange, ExchangeRecorder>,
    {
        self.inner_mut().enter(input)
    }

    /// Reads the clock. A driver calls this when it starts to run, and after it has waited without
    /// passing an [`input`](Self::input), which reads the clock as well. In between, the time of the
    /// exchange does not change.
    pub fn tick(&mut self) {
        let (inner, connections) = self.parts();
        inner.now = connections.now();
    }

    /// Returns the time of the last clock reading.
    #[inline]
    #[must_use]
    pub fn now(&self) -> Mono {
        self.inner().now
    }

    /// Returns what to do next.
    pub fn poll(&mut self) -> Action {
        let action = self.enter(Poll);
        #[cfg(feature = "cookies")]
        self.keep_cookies(action);
        action
    }

    /// Sets the cookies of the request that needs a connection, and keeps those of a response.
    #[cfg(feature = "cookies")]
    #[inline]
    fn keep_cookies(&mut self, action: Action) {
        if self.connections.cookies().is_some()
            && let Action::Acquire
            | Action::Event(Emitted::Head | Emitted::Redirect | Emitted::Retried) = action
        {
            self.exchange_cookies(action);
        }
    }

    #[cfg(feature = "cookies")]
    #[cold]
    fn exchange_cookies(&mut self, action: Action) {
        let Some(jar) = self.connections.cookies() else { return };
        let url = self.request().url().as_str();
        if action == Action::Acquire {
            let cookies = jar.for_url(url);
            return self.enter(Input::Cookies(cookies.as_bytes()));
        }
        if let Some(Event::Redirect(head) | Event::Retried(head) | Event::Head(head, _)) =
            self.event()
        {
            jar.receive(head.fields, url);
        }
    }

    /// Reads the clock, and passes an input to the exchange.
    #[inline(always)]
    pub fn input(&mut self, input: Input<'_>) {
        self.tick();
        self.enter(input);
    }

    /// Passes the result of a write: how many bytes the transport took; `None` if the deadline has
    /// passed. An interrupted operation is asked for again.
    pub fn wrote(&mut self, result: Option<io::Result<usize>>) {
        match result {
            // A write of some bytes that takes none means that the transport takes no more.
            Some(Ok(0)) => self.input(Input::SendFailed(io_error(ErrorKind::WriteZero))),
            Some(Ok(n)) => {
                self.tick();
                self.enter(Sent(n));
            }
            Some(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
            Some(Err(error)) => self.input(Input::SendFailed(error.into())),
            None => self.input(Input::Timeout),
        }
    }

    /// Passes the result of a read: how many bytes were read, 0 at the end; `None` if the deadline
    /// has passed. An interrupted operation is asked for again.
    pub fn read(&mut self, result: Option<io::Result<usize>>) {
        match result {
            Some(Ok(0)) => self.input(Input::Eof),
            Some(Ok(n)) => {
                self.tick();
                self.enter(Received(n));
            }
            Some(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
            Some(Err(error)) => self.input(Input::ReceiveFailed(error.into())),
            None => self.input(Input::Timeout),
        }
    }

    /// Passes the result of an attempt to connect; `None` if its deadline has passed.
    pub fn dialed(&mut self, dial: DialId, result: Option<io::Result<T>>) {
        match result {
            Some(Ok(transport)) => {
                self.observe_local_address(&transport);
                if let Some(lease) = &mut self.inner_mut().lease {
                    lease.transport = Some(transport);
                }
                self.input(Input::Dialed(dial));
            }
            Some(Err(error)) => self.input(Input::DialFailed(dial, error.into())),
            None => self.input(Input::Timeout),
        }
    }

    /// Passes the local address to the exchange, if the sink receives events that contain it: asking
    /// for it is a call of the system.
    #[cold]
    fn observe_local_address(&mut self, transport: &T) {
        let inner = self.inner_mut();
        let interest = inner.sink().interest();
        if interest.contains(EventKind::DialComplete)
            || interest.contains(EventKind::AcquireComplete)
            || inner.recorder.is_some()
        {
            inner.set_local_address(transport.local_address());
        }
    }

    /// Emits that a lookup has ended.
    #[cold]
    pub fn looked_up(&mut self, facts: Option<LookupFacts>) {
        let Some(LookupFacts { shared, took }) = facts else { return };
        self.tick();
        if let Some(recorder) = &self.inner().recorder {
            recorder.lookup_ended(shared, took, self.now());
        }
        self.emit(EventKind::LookupEnded, || TraceEvent::LookupEnded { shared, took: Some(took) });
    }

    /// Emits that the request waits for a connection.
    #[cold]
    fn waits_for_pool(&mut self) {
        let is_wanted = self.inner().sink().interest().contains(EventKind::PoolFull);
        if !is_wanted && self.inner().recorder.is_none() {
            return;
        }
        let FullPool { limit, open, ahead, holders } = self.connections.full_pool();
        let [limit, open, ahead] = [limit, open, ahead].map(|number| number as u64);
        if let Some(recorder) = &self.inner().recorder {
            recorder.pool_full([limit, open, ahead], &holders, self.now());
        }
        self.emit(EventKind::PoolFull, || TraceEvent::PoolFull {
            limit,
            open,
            ahead,
            holders: &holders,
        });
    }

    fn emit<'e>(&mut self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        self.inner_mut().emit(kind, event);
    }

    /// Performs [`Action::Trust`].
    pub fn trust(&mut self, proxy: bool) {
        let (inner, connections) = self.parts();
        let failed = |error| CoreError::from(TlsError::Configuration).with_source(error);
        let recorder = connections.recorder().as_deref().map(Recorder::driver_events);
        let trust = connections.tls(proxy).trust(inner.now, &(inner.sink(), recorder));
        self.input(trust.map_or_else(|error| Input::Failed(failed(error)), Input::Trusted));
    }

    /// Performs [`Action::Secure`].
    #[cold]
    pub fn secure(&mut self, proxy: bool) {
        let (inner, connections) = self.parts();
        let name = inner.exchange().server_name();
        let layer = connections.tls(proxy).layer(name, proxy);
        self.input(layer.map_or_else(|error| Input::Failed(error.into()), Input::Secured));
    }

    /// Performs [`Action::Acquire`] if that is possible without waiting. Returns whether it was.
    #[inline]
    pub fn try_acquire(&mut self) -> bool {
        let (inner, connections) = self.parts();
        let lease = connections.try_acquire(Wanted::by(inner.exchange()), inner.now);
        let is_acquired = lease.is_some();
        if is_acquired {
            self.acquired(lease);
        } else {
            self.waits_for_pool();
        }
        is_acquired
    }

    /// Waits for the connection that [`Action::Acquire`] asks for. The result goes to
    /// [`acquired`](Self::acquired).
    pub fn acquire(&self) -> Acquire<'_, T> {
        self.connections.acquire(Wanted::by(self.inner().exchange()))
    }

    /// Performs [`Action::Acquire`] with the result of [`acquire`](Self::acquire); `None` if the
    /// deadline has passed. It does not read the clock: a driver that has waited does that first.
    #[inline]
    pub fn acquired(&mut self, lease: Option<Box<Lease<T>>>) {
        let inner = self.inner_mut();
        inner.lease = lease;
        match &mut inner.lease {
            Some(lease) => match lease.link.take() {
                Some(link) => self.enter(Reused(link)),
                None => {
                    let connection = lease.connection();
                    self.enter(Input::Opened(connection));
                }
            },
            None => self.enter(Input::Timeout),
        }
    }

    /// Performs [`Action::Close`]: closes the transport.
    pub fn close(&mut self) {
        drop(self.inner_mut().take_transport());
    }

    /// Performs [`Action::Release`].
    pub fn release(&mut self) {
        let (inner, connections) = self.parts();
        if let Some(mut lease) = inner.lease.take() {
            lease.link = inner.enter(TakeLink);
            if lease.link.is_none() {
                // The place is released before the transport is closed, so that other requests need
                // not wait.
                lease.transport = None;
            }
            connections.release(lease, inner.now);
        }
    }

    /// Performs [`Action::Done`] and [`Action::Failed`]: releases the connection.
    ///
    /// # Errors
    /// The exchange has failed; the error is for its caller.
    #[inline]
    pub fn finish(&mut self) -> Result<(), Error> {
        self.release();
        self.inner_mut().take_error().map_or(Ok(()), |error| Err(self.failed(error)))
    }

    /// Takes the connection and its transport, if the response has switched it to another protocol.
    pub fn take_switched(&mut self) -> Option<(Tunnel, T)> {
        self.tick();
        let switched = self.enter(TakeSwitched)?;
        let recorder = self.inner().recorder.as_ref().map(ExchangeRecorder::tunnel);
        let tunnel = Tunnel::new(switched, self.inner().sink().clone(), recorder);
        Some((tunnel, self.inner_mut().take_transport()?))
    }

    /// Returns the error for the caller of an exchange that failed with `error`.
    #[must_use]
    pub fn failed(&self, error: CoreError) -> Error {
        match error.downcast() {
            Ok(error) => Error::TlsSetup(error),
            Err(error) => Error::Exchange {
                url: Box::new(self.request().url().clone()),
                history: Box::new(self.history(error.cause)),
                error: self.with_field(error),
            },
        }
    }

    /// Adds the name of a field that cannot be sent, because its number counts those that the caller has not added.
    fn with_field(&self, error: CoreError) -> CoreError {
        let Cause::Misuse(MisuseError { call: Call::SendRequest, misuse, .. }) = error.cause else {
            return error;
        };
        let (Misuse::FieldName(index) | Misuse::FieldValue(index)) = misuse else { return error };
        match self.request().fields().fields().nth(index) {
            Some(field) => {
                // What follows a character that is not allowed may be a value, which can be a secret.
                let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
                let end = field.name.iter().position(|byte| !is_letter(byte));
                let name = String::from_utf8_lossy(&field.name[..end.unwrap_or(field.name.len())]);
                error.with_source(format!("the name of the field begins with {name:?}"))
            }
            None => error,
        }
    }

    fn history(&self, cause: Cause) -> History {
        let exchange = self.inner().exchange().id();
        // The error of a cancelled exchange is not shown.
        let trace = match cause {
            Cause::Cancelled => Trace::default(),
            _ => self.inner().sink().events_of(exchange),
        };
        History { exchange, timings: self.timings(), sizes: self.sizes(), trace }
    }
}

/// The arguments of actions, for drivers.
impl<T: PooledTransport> InFlight<T> {
    /// Returns the buffers of the exchange, and its transport.
    #[inline]
    pub fn io(&mut self) -> (Buffers<'_>, Option<&mut T>) {
        self.inner_mut().io()
    }

    /// Returns until when the driver may wait for what the exchange has asked for, counted from the
    /// last clock reading.
    #[inline]
    pub fn deadline(&mut self) -> Option<Deadline> {
        self.enter(AskDeadline)
    }

    /// Returns what the driver keeps with the client's connections.
    #[inline]
    #[must_use]
    pub fn network(&self) -> &T::Network {
        self.connections.network()
    }

    /// Returns the host and the port that [`Action::Resolve`] asks for.
    #[must_use]
    pub fn peer(&self) -> (&str, u16) {
        self.inner().exchange().peer()
    }

    /// Returns the connection that [`Action::Dial`] asks for; `None` if that is not the last action.
    #[must_use]
    pub fn dial(&self) -> Option<Dial<'_>> {
        self.inner().exchange().dial()
    }

    /// Returns the transport, once there is one.
    #[inline]
    #[must_use]
    pub fn transport(&self) -> Option<&T> {
        self.inner().transport()
    }
}

/// The state of the exchange, for callers.
impl<T: PooledTransport> InFlight<T> {
    /// Returns the part of the response that [`Action::Event`] announced.
    #[inline]
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        self.inner().exchange().event()
    }

    /// Returns the data of [`event`](Self::event) owned, without a copy if it was received by
    /// [`Input::Bytes`].
    #[must_use]
    pub fn data(&self) -> Option<Bytes> {
        self.inner().exchange().data()
    }

    /// Returns the request. After redirects, it is the last one.
    #[must_use]
    pub fn request(&self) -> &Request {
        self.inner().exchange().request()
    }

    /// Returns the head of the response, once it was received.
    #[inline]
    #[must_use]
    pub fn head(&self) -> Option<ResponseHead<'_>> {
        self.inner().exchange().head()
    }

    /// Returns the framing of the response's body, once its head was received.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.inner().exchange().framing()
    }

    /// Returns the head of the response as a type of the crate `http`, once it was received. Its extensions have
    /// the [`Url`](limpid_core::client::Url) of the last request. If the body is decoded, the fields have no
    /// `Content-Encoding` and no `Content-Length`.
    ///
    /// # Errors
    /// [`Error::Http`]: a field is not valid in the crate `http`.
    #[cfg(feature = "http")]
    pub fn http_head(&self) -> Result<http::Response<()>, Error> {
        let mut response = match self.head() {
            Some(head) => http::Response::try_from(head).map_err(Error::Http)?,
            None => http::Response::default(),
        };
        if self.inner().exchange().is_decoded() {
            let fields = response.headers_mut();
            fields.remove(http::header::CONTENT_ENCODING);
            fields.remove(http::header::CONTENT_LENGTH);
        }
        response.extensions_mut().insert(self.request().url().clone());
        Ok(response)
    }

    /// Returns the length of the response's body, once its head was received; `None` if it is not known, such as
    /// that of a body that is decoded.
    #[must_use]
    pub fn body_length(&self) -> Option<u64> {
        match self.framing() {
            Framing::None => Some(0),
            Framing::Length(length) if !self.inner().exchange().is_decoded() => Some(length),
            _ => None,
        }
    }

    /// Returns the length of the response's body that its head announces, once the head was received.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        match self.framing() {
            Framing::Length(length) => Some(length),
            Framing::None => {
                let announced = self.head()?.fields.get("Content-Length")?;
                std::str::from_utf8(announced).ok()?.trim().parse().ok()
            }
            _ => None,
        }
    }

    /// Returns the charset of the response's body, once its head was received.
    #[must_use]
    pub fn charset(&self) -> Charset {
        Charset::of(self.head().and_then(|head| head.fields.get("Content-Type")))
    }

    /// Returns an empty buffer for the body of the response, with the limit of the client or the request.
    #[must_use]
    pub fn body_buffer(&self) -> BodyBuffer {
        let limit = self.inner().in_memory_limit;
        BodyBuffer::new(limit.unwrap_or(self.connections.in_memory_limit()))
    }

    /// Returns the trailers of the response, once it is complete.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.inner().exchange().trailers()
    }

    /// Returns the number of the exchange, which its events have.
    #[must_use]
    pub fn exchange_id(&self) -> ExchangeId {
        self.inner().exchange().id()
    }

    /// Returns the durations of its phases: up to now, or in total once the exchange is over.
    #[must_use]
    pub fn timings(&self) -> Timings {
        self.inner().exchange().timings()
    }

    /// Returns how many bytes of the request's body were not sent, if sending stopped early.
    #[must_use]
    pub fn unsent(&self) -> Option<u64> {
        self.inner().exchange().unsent()
    }

    /// Returns how many bytes were sent and received so far.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        self.inner().exchange().sizes()
    }
}

/// Returns the error of an operation that failed without an error of the system.
#[cold]
fn io_error(kind: ErrorKind) -> limpid_core::error::Error {
    io::Error::from(kind).into()
}

const ALIVE: &str = "a request in flight has its memory until it is dropped";

#[inline]
#[expect(clippy::expect_used, reason = "only dropping and `take` take it away")]
fn inner_ref<T>(inner: &Option<Box<Inner<T>>>) -> &Inner<T> {
    inner.as_deref().expect(ALIVE)
}

#[inline]
#[expect(clippy::expect_used, reason = "only dropping and `take` take it away")]
fn inner_mut<T>(inner: &mut Option<Box<Inner<T>>>) -> &mut Inner<T> {
    inner.as_deref_mut().expect(ALIVE)
}

impl<T: PooledTransport> Drop for InFlight<T> {
    fn drop(&mut self) {
        if self.inner.is_none() {
            return;
        }
        // The connection of a request that has not ended cannot be reused.
        self.release();
        if let Some(mut inner) = self.inner.take() {
            inner.reset();
            if inner.has_settings {
                inner.drop_settings(self.connections.sink());
            }
            self.connections.free().put(inner);
        }
    }
}
