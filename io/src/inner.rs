//! The memory of a request in flight: its exchange and its connection.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use limpid_core::client::{
    Action, Exchange, Input, Lease, Options, Request, RequestBuilder, UrlError,
};
use limpid_core::error::Error as CoreError;
use limpid_core::internal::Reuse;
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::{EventKind, ExchangeId, TraceEvent};
use limpid_core::transport::{Link, Switched};

use crate::machine_input::{MachineInput, RecordedInput};
use crate::recording::{ExchangeRecorder, SharedRecorder};
use crate::request_settings::RequestSettings;
use crate::settings::SharedSink;

/// An exchange and its connection. When the request is over, the memory is kept.
pub(crate) struct Inner<T> {
    /// Changed only by [`enter`](Self::enter).
    exchange: Exchange,
    /// The lease of the connection, once there is one, with the transport.
    pub(crate) lease: Option<Box<Lease<T>>>,
    /// The time of the last clock reading.
    pub(crate) now: Mono,
    /// The sink of events: the client's, unless the request has one of its own.
    sink: SharedSink,
    /// The request has settings of its own.
    pub(crate) has_settings: bool,
    /// How many bytes of the body are read into memory at most, unless that is as the client has it.
    pub(crate) in_memory_limit: Option<u64>,
    /// The recording of the exchanges in this memory, if there is a recorder.
    pub(crate) recorder: Option<ExchangeRecorder>,
}

impl<T: fmt::Debug> fmt::Debug for Inner<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight")
            .field("exchange", &self.exchange)
            .field("transport", &self.transport())
            .finish_non_exhaustive()
    }
}

impl<T> Inner<T> {
    /// Creates the memory for an exchange of this request, which starts with [`Begin`].
    pub(crate) fn new(
        request: &Arc<Request>,
        options: &Arc<Options>,
        sink: &SharedSink,
        recorder: &SharedRecorder,
    ) -> Self {
        // The number is not that of an exchange.
        let exchange = Exchange::new(ExchangeId(0), Arc::clone(request), Arc::clone(options));
        let recorder = recorder.clone().map(ExchangeRecorder::new);
        Self {
            exchange,
            lease: None,
            now: Mono::default(),
            sink: sink.clone(),
            has_settings: false,
            in_memory_limit: None,
            recorder,
        }
    }

    /// Returns the sink of events.
    #[inline]
    pub(crate) const fn sink(&self) -> &SharedSink {
        &self.sink
    }

    /// Starts an exchange with settings of its own, for a client with these options.
    #[cold]
    pub(crate) fn begin_with(
        &mut self,
        id: ExchangeId,
        request: Arc<Request>,
        settings: &RequestSettings,
        client: &Arc<Options>,
    ) {
        if let Some(sink) = &settings.sink {
            self.sink.clone_from(sink);
        }
        (self.has_settings, self.in_memory_limit) = (true, settings.in_memory_limit);
        self.enter(Begin { id, request, options: &settings.options_for(client) });
    }

    /// Returns to the settings of the client.
    #[cold]
    pub(crate) fn drop_settings(&mut self, sink: &SharedSink) {
        self.sink.clone_from(sink);
        (self.has_settings, self.in_memory_limit) = (false, None);
    }

    /// Passes an input to the exchange. All inputs pass here, and nothing else changes the behaviour
    /// of the exchange, so that recorded inputs can be replayed.
    #[inline(always)]
    pub(crate) fn enter<I>(&mut self, input: I) -> I::Output
    where
        I: RecordedInput<Exchange, ExchangeRecorder>,
    {
        match self.recorder {
            None => input.enter(&mut self.exchange, self.now, &self.sink),
            Some(_) => self.enter_recorded(input),
        }
    }

    /// Records an input, and passes it to the exchange.
    #[cold]
    #[inline(never)]
    fn enter_recorded<I>(&mut self, input: I) -> I::Output
    where
        I: RecordedInput<Exchange, ExchangeRecorder>,
    {
        let input = match &mut self.recorder {
            Some(recorder) => {
                recorder.observe(&mut self.exchange);
                input.record(recorder, &mut self.exchange, self.now)
            }
            None => input,
        };
        input.enter(&mut self.exchange, self.now, &self.sink)
    }

    /// Returns the exchange, for reading.
    #[inline]
    pub(crate) const fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Starts to build a request in the memory of the exchange.
    pub(crate) fn build(&mut self, method: &[u8], url: &str) -> Result<RequestBuilder, UrlError> {
        self.exchange.draft(method, url)
    }

    /// Takes the error of an exchange that failed. This does not change the behaviour of the
    /// exchange.
    #[inline]
    pub(crate) const fn take_error(&mut self) -> Option<CoreError> {
        self.exchange.take_error()
    }

    /// Sets the local address of the attempt that has connected. It is used in events only.
    pub(crate) fn set_local_address(&mut self, local: Option<SocketAddr>) {
        if let Some(recorder) = &self.recorder {
            recorder.local_address(local, self.now);
        }
        self.exchange.set_local_address(local);
    }

    /// Emits an event of the driver. This does not change the behaviour of the exchange.
    pub(crate) fn emit<'e>(&mut self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        self.exchange.emit(kind, event, self.now, &self.sink);
    }

    /// Frees what is not kept for the next request.
    pub(crate) fn reset(&mut self) {
        self.exchange.reset();
    }

    pub(crate) fn transport(&self) -> Option<&T> {
        self.lease.as_ref()?.transport.as_ref()
    }

    pub(crate) fn take_transport(&mut self) -> Option<T> {
        self.lease.as_mut()?.transport.take()
    }

    #[inline]
    pub(crate) fn io(&mut self) -> (Buffers<'_>, Option<&mut T>) {
        let transport = self.lease.as_mut().and_then(|lease| lease.transport.as_mut());
        (Buffers { exchange: &mut self.exchange }, transport)
    }
}

/// The buffers of a request in flight.
///
/// A request in flight lends them; the [crate](crate) has an example of one.
#[derive(Debug)]
pub struct Buffers<'x> {
    exchange: &'x mut Exchange,
}

impl Buffers<'_> {
    /// Returns the bytes for the transport, in order. Slices may be empty.
    #[inline]
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.exchange.out()
    }

    /// Returns the bytes for the transport owned: [`Exchange::take_out`].
    #[must_use]
    pub fn take_out(&self) -> [Bytes; 3] {
        self.exchange.take_out()
    }

    /// Returns a buffer to read from the transport into, of the size that the limits say.
    #[inline]
    pub fn space(&mut self) -> &mut [u8] {
        self.exchange.space(self.exchange.read_size())
    }
}

/// A call that starts an exchange with this number, in the memory of the last one.
pub(crate) struct Begin<'x> {
    pub(crate) id: ExchangeId,
    pub(crate) request: Arc<Request>,
    pub(crate) options: &'x Arc<Options>,
}

impl MachineInput<Exchange> for Begin<'_> {
    type Output = ();

    #[inline(always)]
    fn enter(self, exchange: &mut Exchange, _: Mono, _: &SharedSink) {
        exchange.restart(self.id, self.request, self.options);
    }
}

/// A call for the next action.
pub(crate) struct Poll;

impl MachineInput<Exchange> for Poll {
    type Output = Action;

    #[inline(always)]
    fn enter(self, exchange: &mut Exchange, now: Mono, sink: &SharedSink) -> Action {
        exchange.poll(now, sink)
    }
}

/// A call for the deadline, which starts timers.
pub(crate) struct AskDeadline;

impl MachineInput<Exchange> for AskDeadline {
    type Output = Option<Deadline>;

    #[inline(always)]
    fn enter(self, exchange: &mut Exchange, now: Mono, _: &SharedSink) -> Option<Deadline> {
        exchange.deadline(now)
    }
}

/// [`Input::Sent`], which every request has. A number is passed in a register, an [`Input`] is not.
pub(crate) struct Sent(pub(crate) usize);

impl MachineInput<Exchange> for Sent {
    type Output = ();

    #[inline(always)]
    fn enter(self, exchange: &mut Exchange, now: Mono, sink: &SharedSink) {
        // An input that the exchange did not ask for changes nothing.
        let _ = exchange.handle_sent(self.0, now, sink);
    }
}

/// [`Input::Received`], as [`Sent`].
pub(crate) struct Received(pub(crate) usize);

impl MachineInput<Exchange> for Received {
    type Output = ();

    #[inline(always)]
    fn enter(self, exchange: &mut Exchange, now: Mono, sink: &SharedSink) {
        // An input that the exchange did not ask for changes nothing.
        let _ = exchange.handle_received(self.0, now, sink);
    }
}

/// [`Input::Reused`], as [`Sent`].
pub(crate) struct Reused(pub(crate) Box<Link>);

impl MachineInput<Exchange> for Reused {
    type Output = ();

    #[inline(always)]
    fn enter(self, exchange: &mut Exchange, now: Mono, sink: &SharedSink) {
        // An input that the exchange did not ask for changes nothing.
        let _ = exchange.handle_reused(self.0, now, sink);
    }
}

impl MachineInput<Exchange> for Input<'_> {
    type Output = ();

    #[inline(always)]
    fn enter(self, exchange: &mut Exchange, now: Mono, sink: &SharedSink) {
        // An input that the exchange did not ask for changes nothing.
        let _ = self.hand_to(exchange, now, sink);
    }
}

/// A call that takes the connection from the exchange, if it can serve another.
pub(crate) struct TakeLink;

impl MachineInput<Exchange> for TakeLink {
    type Output = Option<Box<Link>>;

    #[inline(always)]
    fn enter(self, exchange: &mut Exchange, _: Mono, _: &SharedSink) -> Option<Box<Link>> {
        exchange.take_link()
    }
}

/// A call that takes the connection from the exchange, if it has left HTTP/1.1.
pub(crate) struct TakeSwitched;

impl MachineInput<Exchange> for TakeSwitched {
    type Output = Option<Switched>;

    #[inline(always)]
    fn enter(self, exchange: &mut Exchange, now: Mono, sink: &SharedSink) -> Option<Switched> {
        exchange.take_switched(now, sink)
    }
}

impl RecordedInput<Exchange, ExchangeRecorder> for Begin<'_> {
    fn record(self, recorder: &mut ExchangeRecorder, _: &mut Exchange, now: Mono) -> Self {
        recorder.begin(self.id, &self.request, self.options, now);
        self
    }
}

impl RecordedInput<Exchange, ExchangeRecorder> for Poll {
    fn record(self, recorder: &mut ExchangeRecorder, _: &mut Exchange, now: Mono) -> Self {
        recorder.poll(now);
        self
    }
}

impl RecordedInput<Exchange, ExchangeRecorder> for AskDeadline {
    fn record(self, recorder: &mut ExchangeRecorder, _: &mut Exchange, now: Mono) -> Self {
        recorder.ask_deadline(now);
        self
    }
}

impl RecordedInput<Exchange, ExchangeRecorder> for Input<'_> {
    fn record(self, recorder: &mut ExchangeRecorder, exchange: &mut Exchange, now: Mono) -> Self {
        recorder.input(self, exchange, now)
    }
}

impl RecordedInput<Exchange, ExchangeRecorder> for Sent {
    fn record(self, recorder: &mut ExchangeRecorder, exchange: &mut Exchange, now: Mono) -> Self {
        let _ = recorder.input(Input::Sent(self.0), exchange, now);
        self
    }
}

impl RecordedInput<Exchange, ExchangeRecorder> for Received {
    fn record(self, recorder: &mut ExchangeRecorder, exchange: &mut Exchange, now: Mono) -> Self {
        let _ = recorder.input(Input::Received(self.0), exchange, now);
        self
    }
}

impl RecordedInput<Exchange, ExchangeRecorder> for Reused {
    fn record(self, recorder: &mut ExchangeRecorder, _: &mut Exchange, now: Mono) -> Self {
        recorder.reused(&self.0, now);
        self
    }
}

impl RecordedInput<Exchange, ExchangeRecorder> for TakeLink {
    fn record(self, recorder: &mut ExchangeRecorder, _: &mut Exchange, now: Mono) -> Self {
        recorder.take_link(now);
        self
    }
}

impl RecordedInput<Exchange, ExchangeRecorder> for TakeSwitched {
    fn record(self, recorder: &mut ExchangeRecorder, _: &mut Exchange, now: Mono) -> Self {
        recorder.take_switched(now);
        self
    }
}
