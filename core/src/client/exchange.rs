//! The state machine of one request: returns what a driver has to do, and takes the results.

use crate::values::Arc;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

use super::action::{Action, Dial, Event, Interest, Target};
use super::content::Content;
use super::dial::Race;
use super::memory::Memory;
use super::options::Options;
use super::plan::Plan;
use super::request::{Request, RequestBuilder};
use super::route::Route;
use super::server_pace::ServerPace;
use super::span_tracker::SpanTracker;
use super::state::{ExchangeState, Hop, Kept, Receiving, Resend, Retries, Sending, Timer};
use super::stopwatch::Stopwatch;
use super::url::UrlError;
use crate::error::Error;
use crate::fields::Fields;
use crate::framing::Framing;
use crate::http1::marks::{Mark, ReceivedPart};
use crate::http1::{self, ResponseHead};
use crate::time::Mono;
use crate::trace::{At, ConnectionId, EventKind, ExchangeId, Scope, Sink, SpanKind, TraceEvent};
use crate::transport::{LayerFacts, Link, Switched};
use crate::values::{Sizes, Timers, Timings};

/// The state machine of one request, from the wait for a connection to the end of the response.
/// Redirects, retries and the repetition of a request whose connection was closed are part of it.
///
/// A driver calls [`poll`](Self::poll), does what the returned [`Action`] requires, hands in the
/// result with one of the `handle_` methods, and repeats. The exchange decides what follows a
/// failure, how long to wait and when to close, so that every driver behaves alike. The
/// [module](super) has a complete driver.
///
/// ```
/// use limpid_core::client::{Action, Exchange, Interest, Request};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
///
/// let request = Request::builder(b"GET", "http://127.0.0.1/".parse()?).build();
/// let mut exchange = Exchange::new(ExchangeId(1), request, Default::default());
/// let now = Mono::from_nanos(0);
/// assert_eq!(exchange.poll(now, &NoSink), Action::Acquire);
/// exchange.handle_opened(ConnectionId(1), now, &NoSink)?;
/// assert_eq!(exchange.poll(now, &NoSink), Action::Resolve);
/// assert_eq!(exchange.peer(), ("127.0.0.1", 80));
/// exchange.handle_resolved(&["127.0.0.1:80".parse()?], now, &NoSink)?;
/// let Action::Dial(dial) = exchange.poll(now, &NoSink) else { panic!() };
/// exchange.handle_dialed(dial, now, &NoSink)?;
/// assert_eq!(exchange.poll(now, &NoSink), Action::Wait(Interest::WRITE));
/// assert!(exchange.out().concat().starts_with(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Exchange {
    pub(super) plan: Plan,
    pub(super) state: ExchangeState,
    pub(super) link: Box<Link>,
    /// `link` can serve another exchange.
    pub(super) link_is_free: bool,
    pub(super) spans: SpanTracker,
    pub(super) clock: Stopwatch,
    pub(super) race: Race<Kept>,
    /// The action of this state was returned, and its result has not been handed in.
    pub(super) asked: bool,
    /// What the last [`Action::Wait`] asked for.
    pub(super) interest: Interest,
    pub(super) timers: Timers<{ Timer::COUNT }>,
    /// The pace of the server, once it was waited for and there is a minimum rate.
    pub(super) pace: Option<Box<ServerPace>>,
    /// How many times opening a connection was retried.
    pub(super) retried: u32,
    /// How many redirects were followed.
    pub(super) redirected: u32,
    /// What follows the response, which is not returned, once it is read.
    pub(super) hop: Option<Hop>,
    /// The retries of the request, once one was decided.
    pub(super) retries: Option<Box<Retries>>,
    /// The body was sent before and is sent again.
    pub(super) rewind: bool,
    pub(super) resend: Resend,
    /// The rest of the response is discarded: how much of its body was received before.
    pub(super) draining: Option<u64>,
    pub(super) sending: Sending,
    pub(super) receiving: Receiving,
    /// `link` may contain received bytes of the response that are not parsed yet.
    pub(super) has_input: bool,
    /// Received bytes that are owned, and follow those in the buffer of `link`.
    pub(super) owned: Bytes,
    /// The data of the last event, if it is owned.
    pub(super) piece: Bytes,
    /// The caller takes no data at present.
    pub(super) is_held: bool,
    /// How many bytes of the body were left when sending stopped early.
    pub(super) unsent: Option<u64>,
    /// The method of the caller's request is idempotent. A redirect can change the method.
    pub(super) is_idempotent: bool,
    /// How many bytes were sent for the requests before this one, which were redirected or are sent
    /// again.
    pub(super) sent_before: u64,
    pub(super) error: Option<Error>,
    pub(super) content: Content,
    pub(super) memory: Memory,
}

impl fmt::Debug for Exchange {
    /// Formats the request and the states, with secrets hidden as by [`Capture::Default`].
    ///
    /// [`Capture::Default`]: crate::trace::Capture::Default
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("request", self.request())
            .field("state", &self.state)
            .field("sending", &self.sending)
            .field("receiving", &self.receiving)
            .field("link", &self.link)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl Exchange {
    /// Creates an exchange for `request`. Its events carry the number `exchange`.
    #[must_use]
    pub fn new(
        exchange: ExchangeId,
        request: impl Into<Arc<Request>>,
        options: Arc<Options>,
    ) -> Self {
        let request = request.into();
        let is_idempotent = request.is_idempotent();
        Self {
            link: Box::new(Link::none(options.config)),
            plan: Plan::new(request, options),
            state: ExchangeState::Start,
            link_is_free: false,
            spans: SpanTracker::new(Scope::exchange(exchange)),
            clock: Stopwatch::new(),
            race: Race::new(),
            asked: false,
            interest: Interest::NONE,
            timers: Timers::new(),
            pace: None,
            retried: 0,
            redirected: 0,
            hop: None,
            retries: None,
            rewind: false,
            resend: Resend::No,
            draining: None,
            sending: Sending::Head,
            receiving: Receiving::Nothing,
            has_input: false,
            owned: Bytes::new(),
            piece: Bytes::new(),
            is_held: false,
            unsent: None,
            is_idempotent,
            sent_before: 0,
            error: None,
            content: Content::default(),
            memory: Memory::default(),
        }
    }

    /// Starts a request, in the memory of an earlier one if there is any.
    ///
    /// # Errors
    /// `url` cannot be parsed.
    pub(crate) fn draft(&mut self, method: &[u8], url: &str) -> Result<RequestBuilder, UrlError> {
        match self.memory.request.take() {
            Some(memory) => Request::builder_in(memory, method, url),
            None => Ok(Request::builder(method, url.parse()?)),
        }
    }

    /// Starts over with another request and keeps the allocations. An exchange that is not over must
    /// be cancelled first, or its spans do not end.
    pub(crate) fn restart(
        &mut self,
        exchange: ExchangeId,
        request: Arc<Request>,
        options: &Arc<Options>,
    ) {
        if self.state != ExchangeState::Rest {
            self.reset();
        }
        // Every field is named, so that a new one cannot be forgotten.
        let Self {
            plan,
            state,
            link: _,
            link_is_free,
            spans,
            clock,
            race,
            asked,
            interest,
            timers,
            pace: _,
            retried,
            redirected,
            // reset() has cleared these three.
            hop: _,
            retries: _,
            rewind,
            resend,
            draining,
            sending: _,
            receiving: _,
            has_input: _,
            owned: _,
            piece: _,
            is_held,
            unsent,
            is_idempotent,
            sent_before,
            error: _,
            content: _,
            memory,
        } = self;
        *is_idempotent = request.is_idempotent();
        memory.keep_request(plan.renew(request, options));
        *state = ExchangeState::Start;
        spans.restart(exchange);
        *clock = Stopwatch::new();
        race.reset();
        (*asked, *interest, *timers) = (false, Interest::NONE, Timers::new());
        (*retried, *redirected, *sent_before) = (0, 0, 0);
        (*link_is_free, *rewind, *is_held, *unsent) = (false, false, false, None);
        (*resend, *draining) = (Resend::No, None);
    }

    /// Frees the response and everything else except reusable buffers. [`restart`](Self::restart)
    /// starts the next request.
    pub(crate) fn reset(&mut self) {
        self.state = ExchangeState::Rest;
        (self.hop, self.retries, self.error) = (None, None, None);
        if self.link.connection() != ConnectionId(0) {
            *self.link = Link::none(self.plan.options.config);
        }
        self.content = Content::default();
        self.drop_owned();
        self.memory.reset();
    }

    /// Returns the request. After redirects, it is the last one.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.plan.request
    }

    /// Returns the bytes for the transport, in order. Slices may be empty.
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.link.out()
    }

    /// Returns the bytes for the transport owned, for a driver that hands them to the system until
    /// the system has taken them. The driver then calls [`handle_sent`](Self::handle_sent). A piece
    /// of the request's body of more than 2 KiB is shared; everything else is copied, and over TLS
    /// everything is.
    #[must_use]
    pub fn take_out(&self) -> [Bytes; 3] {
        self.link.shared_out()
    }

    /// Returns the least room for a read of the transport, which [`Limits::read`](crate::limits::Limits::read) says.
    #[must_use]
    pub const fn read_size(&self) -> usize {
        self.link.read_size()
    }

    /// Returns a buffer of at least `min` bytes to read from the transport into:
    /// [`read_size`](Self::read_size), unless the driver has a reason for another number.
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        if !self.owned.is_empty() {
            self.keep_owned();
        }
        self.link.space(min)
    }

    /// Takes the connection if it can serve another exchange: at [`Action::Release`],
    /// [`Action::Done`] or [`Action::Failed`].
    pub fn take_link(&mut self) -> Option<Box<Link>> {
        if !core::mem::take(&mut self.link_is_free) {
            return None;
        }
        let none = self.memory.none(self.plan.options.config);
        let mut link = core::mem::replace(&mut self.link, none);
        link.detach_buffers(&mut self.memory.bytes);
        Some(link)
    }

    /// Takes the connection if the response has switched it to another protocol: 101 to a request for
    /// an upgrade, or 2xx to CONNECT (RFC 9110 sections 7.8 and 9.3.6). It is available after the
    /// event with the head of the response, before the next call of [`poll`](Self::poll). The
    /// exchange then ends without an error, and the caller owns the transport.
    pub fn take_switched<S: Sink>(&mut self, now: Mono, sink: &S) -> Option<Switched> {
        if self.state != ExchangeState::Transfer
            || self.receiving != Receiving::HeadEmitted
            || !self.link.has_switched()
        {
            return None;
        }
        self.keep_owned();
        self.end_in_switch(At { now, sink });
        let options = &self.plan.options;
        let (config, required) = (options.config, options.require_close_notify);
        let none = self.memory.none(config);
        Some(Switched::new(core::mem::replace(&mut self.link, none), config, required))
    }

    /// Returns the properties of the layer that secures the connection. Within a tunnel, that is the
    /// proxy's layer until the origin's is open. They are empty without a layer, and after the
    /// connection was released.
    #[must_use]
    pub fn layer_facts(&self) -> LayerFacts<'_> {
        self.link.facts()
    }

    /// Emits an event of the driver in the scope of this exchange. `event` is called only if the sink
    /// receives events of this kind.
    #[cold]
    pub fn emit<'e, S: Sink>(
        &mut self,
        kind: EventKind,
        event: impl FnOnce() -> TraceEvent<'e>,
        now: Mono,
        sink: &S,
    ) {
        self.spans.cx(At { now, sink }).emit(kind, event);
    }

    /// Returns how many bytes of the response's body were received, and how many are announced so
    /// far.
    #[must_use]
    pub fn body_progress(&self) -> (u64, u64) {
        self.link.http1.body_progress()
    }

    /// Returns the head of the response, once [`event`](Self::event) has returned it.
    #[must_use]
    pub fn head(&self) -> Option<ResponseHead<'_>> {
        self.memory.head.get()
    }

    /// Returns the framing of the response's body, once [`event`](Self::event) has returned its head.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.link.http1.head_info().framing
    }

    /// Returns the trailers of the response, once its body is complete.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.memory.trailers.fields()
    }

    /// Returns the number that its events carry.
    #[must_use]
    pub const fn id(&self) -> ExchangeId {
        self.spans.exchange()
    }

    /// Decodes no bodies, for a replay that does not have them. What is asked of the server does not change.
    #[doc(hidden)]
    pub const fn leave_coded(&mut self) {
        self.content.is_absent = true;
    }

    /// Returns whether the current body is not decoded because of [`leave_coded`](Self::leave_coded).
    #[doc(hidden)]
    #[must_use]
    pub const fn is_left_coded(&self) -> bool {
        self.content.is_left_coded
    }

    /// Notes from now on what the bytes are that the connection receives, for a recorder. A connection that is
    /// acquired later notes nothing.
    #[doc(hidden)]
    pub fn mark_received(&mut self) {
        self.link.http1.mark_received();
    }

    /// Moves what was noted to the end of `to`. Returns what the bytes behind that are a part of.
    #[doc(hidden)]
    pub fn take_marks(&mut self, to: &mut Vec<Mark>) -> ReceivedPart {
        self.link.http1.take_marks(to)
    }

    /// Returns the durations of its phases: up to now, or in total once it is over.
    #[must_use]
    pub fn timings(&self) -> Timings {
        self.clock.timings()
    }

    /// Returns how many bytes it has sent and received so far.
    #[must_use]
    pub const fn sizes(&self) -> Sizes {
        self.clock.sizes
    }

    /// Returns what to do next. [`Action::Wait`] means that nothing is left but to wait; its
    /// interests hold until the next call: where reading and writing are both possible, a driver may
    /// do both before that. An exchange that is over returns [`Action::Done`] or [`Action::Failed`]
    /// again.
    #[inline]
    pub fn poll<S: Sink>(&mut self, now: Mono, sink: &S) -> Action {
        if !self.is_over() {
            self.clock.tick(now);
        }
        let action = self.run(At { now, sink });
        self.interest = match action {
            Action::Wait(interest) => interest,
            _ => Interest::NONE,
        };
        action
    }

    /// Returns the conditions that the exchange waits for: those of the last [`Action::Wait`], except
    /// those that a call since then has ended.
    #[must_use]
    pub const fn interest(&self) -> Interest {
        self.interest
    }

    /// Returns whether the exchange has ended.
    #[inline]
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.state, ExchangeState::Done | ExchangeState::Failed | ExchangeState::Rest)
    }

    /// Returns the route of the connection that [`Action::Acquire`] asks for.
    #[must_use]
    pub const fn route(&self) -> &Route {
        &self.plan.route
    }

    /// Returns whether [`Action::Acquire`] asks for a connection that is to be opened, and not for an
    /// idle one: the request is resent because the connection that it had reused was closed.
    /// [`acquire_from`](Self::acquire_from) asks the pool accordingly.
    #[must_use]
    pub fn needs_new_connection(&self) -> bool {
        self.resend == Resend::Done
    }

    /// Returns the host and the port that connections are opened to. [`Action::Resolve`] asks for the
    /// addresses of this host.
    #[must_use]
    pub fn peer(&self) -> (&str, u16) {
        self.plan.route.peer()
    }

    /// Returns the server name for [`Action::Secure`], which the certificate must contain: a host
    /// name, or an IP address without brackets.
    #[must_use]
    pub fn server_name(&self) -> &str {
        self.plan.route.server_name(self.spans.current().unwrap_or(SpanKind::StartTls))
    }

    /// Returns the connection attempt that started last; `None` if it has ended.
    #[must_use]
    pub fn dial(&self) -> Option<Dial<'_>> {
        let attempt = self.race.latest()?;
        Some(Dial {
            target: self.target(attempt.index),
            from: self.plan.route.local_address(),
            options: self.plan.route.socket_options().unwrap_or_default(),
            alone: self.race.is_alone(),
            until: attempt.until,
        })
    }

    /// Returns why the exchange failed, if it did.
    #[must_use]
    pub const fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Takes the error of an exchange that failed. The exchange stays over.
    pub const fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// Returns the target of an attempt: the Unix socket of the route, or the address at `index`.
    fn target(&self, index: usize) -> Target<'_> {
        match self.plan.route.unix_socket() {
            Some(path) => Target::Unix(path),
            None => Target::Tcp(self.memory.addresses[index]),
        }
    }

    /// Returns the data of [`event`](Self::event) owned. It is not copied if it was received by
    /// [`handle_bytes`](Self::handle_bytes) without TLS, and no content coding is decoded.
    #[must_use]
    pub fn data(&self) -> Option<Bytes> {
        match self.event()? {
            Event::Data(_) if !self.piece.is_empty() => Some(self.piece.clone()),
            Event::Data(data) => Some(Bytes::copy_from_slice(data)),
            _ => None,
        }
    }

    /// Returns whether the content codings of the response's body are decoded, once its head was received. Its
    /// `Content-Encoding` and `Content-Length` are then those of the coded body.
    #[must_use]
    pub const fn is_decoded(&self) -> bool {
        self.content.is_coded()
    }

    /// Sets whether the caller takes no data at present. While it takes none, nothing is read, the
    /// read timer is paused, and the data of [`event`](Self::event) stays valid; [`poll`](Self::poll)
    /// goes on sending the request.
    pub fn hold(&mut self, hold: bool) {
        self.is_held = hold;
        if hold {
            self.interest.read = false;
            self.timers.disarm(Timer::Read as usize);
            self.forget_server_wait();
        }
    }

    /// Returns how many bytes of the request's body were not sent, if sending stopped early: because
    /// the server answered before the end, or because the transport takes no more. Of a body without
    /// a known length, only the bytes that were handed in are counted.
    #[must_use]
    pub const fn unsent(&self) -> Option<u64> {
        self.unsent
    }

    /// Returns the part of the response that the last [`Action::Event`] announced.
    #[inline]
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        if !self.piece.is_empty() {
            return Some(Event::Data(&self.piece));
        }
        let event = |event| match event {
            http1::Event::Informational(head) => Some(Event::Informational(head)),
            http1::Event::Response(head, reading) => Some(match self.hop {
                None => Event::Head(head, reading),
                Some(Hop::Redirect(_)) => Event::Redirect(head),
                Some(Hop::Retry) => Event::Retried(head),
            }),
            http1::Event::Data(data) => Some(Event::Data(self.content.piece().unwrap_or(data))),
            // The end of the exchange is the end of the response, and a client receives no requests.
            http1::Event::End(_) | http1::Event::Request(..) => None,
        };
        self.link.http1.with_event(event, || None)
    }
}
