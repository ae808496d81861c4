//! One request's life as a machine: it says what to do, and is told what came of it.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::time::Duration;

use bytes::Bytes;

use super::action::{Action, Dial, Event, Interest, Target};
use super::content::Content;
use super::dial::Race;
use super::memory::Memory;
use super::options::Options;
use super::plan::Plan;
use super::redirect::Hop;
use super::request::{Request, RequestBuilder};
use super::route::Route;
use super::span_tracker::SpanTracker;
use super::state::{Kept, Receiving, Sending, State, Timer};
use super::stopwatch::Stopwatch;
use super::url::UrlError;
use crate::error::Error;
use crate::fields::Fields;
use crate::http1::{self, ResponseHead};
use crate::time::{Deadline, Mono, Waiting};
use crate::trace::{At, ConnectionId, ExchangeId, Scope, Sink, SpanKind};
use crate::transport::{LayerFacts, Link, Switched};
use crate::values::{Sizes, Timers, Timings};

/// One request's life: from a free connection to the end of the response, redirects and retries
/// included.
///
/// A driver calls [`poll`](Self::poll), does what it returns, hands in what comes of it with the
/// `handle_` methods, and begins again. It holds no policy: what to do after a failure, how long to wait
/// and when to close is decided here, the same for every driver.
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
#[derive(Debug)]
pub struct Exchange {
    pub(super) plan: Plan,
    pub(super) state: State,
    pub(super) link: Box<Link>,
    /// The link can be taken for another exchange.
    pub(super) link_is_free: bool,
    pub(super) spans: SpanTracker,
    pub(super) clock: Stopwatch,
    pub(super) race: Race<Kept>,
    /// The question of this state was asked, and not answered yet.
    pub(super) asked: bool,
    /// What the driver waits for.
    pub(super) interest: Interest,
    pub(super) timers: Timers<{ Timer::COUNT }>,
    /// How many times opening a connection has been tried again.
    pub(super) retried: u32,
    /// How many redirects were followed.
    pub(super) redirected: u32,
    /// What follows this request, once its response was read.
    pub(super) hop: Option<Hop>,
    /// The body was sent before, and has to be sent again.
    pub(super) rewind: bool,
    pub(super) sending: Sending,
    pub(super) receiving: Receiving,
    /// There may be something of the response that was received and not read.
    pub(super) has_input: bool,
    /// Bytes that were handed in whole, and come after those that the connection has.
    pub(super) owned: Bytes,
    /// The data that was emitted last, if it came whole.
    pub(super) piece: Bytes,
    /// The caller takes no data for now.
    pub(super) is_held: bool,
    /// How many bytes of the body were not sent, if sending was stopped.
    pub(super) unsent: Option<u64>,
    /// The method that the caller asked for is idempotent.
    pub(super) is_idempotent: bool,
    /// How many bytes the requests before this one had, of which it is a redirect.
    pub(super) sent_before: u64,
    pub(super) error: Option<Error>,
    pub(super) content: Content,
    pub(super) memory: Memory,
}

impl Exchange {
    /// A request that is to be sent. `exchange` is the number by which its events are known.
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
            state: State::Start,
            link_is_free: false,
            spans: SpanTracker::new(Scope::exchange(exchange)),
            clock: Stopwatch::new(),
            race: Race::new(),
            asked: false,
            interest: Interest::NONE,
            timers: Timers::new(),
            retried: 0,
            redirected: 0,
            hop: None,
            rewind: false,
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

    /// Starts a request for this or another exchange, in memory that one before it has left.
    ///
    /// # Errors
    /// The text is not a URL.
    pub(crate) fn draft(&mut self, method: &[u8], url: &str) -> Result<RequestBuilder, UrlError> {
        match self.memory.request.take() {
            Some(memory) => Request::builder_in(memory, method, url),
            None => Ok(Request::builder(method, url.parse()?)),
        }
    }

    /// Begins with another request, in the memory of this exchange. One that is going on must be
    /// cancelled first: its spans would not end.
    pub(crate) fn restart(
        &mut self,
        exchange: ExchangeId,
        request: Arc<Request>,
        options: &Arc<Options>,
    ) {
        if self.state != State::Rest {
            self.reset();
        }
        // Every field is named, so that none is forgotten.
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
            retried,
            redirected,
            hop,
            rewind,
            sending: _,
            receiving: _,
            has_input: _,
            owned: _,
            piece: _,
            is_held,
            unsent,
            is_idempotent,
            sent_before,
            error,
            content: _,
            memory,
        } = self;
        *is_idempotent = request.is_idempotent();
        memory.keep_request(plan.renew(request, options));
        *state = State::Start;
        *spans = SpanTracker::new(Scope::exchange(exchange));
        *clock = Stopwatch::new();
        race.reset();
        (*hop, *error) = (None, None);
        (*asked, *interest, *timers) = (false, Interest::NONE, Timers::new());
        (*retried, *redirected, *sent_before) = (0, 0, 0);
        (*link_is_free, *rewind, *is_held, *unsent) = (false, false, false, None);
    }

    /// Frees what it holds beside memory, the response included, until its next
    /// [`restart`](Self::restart).
    pub(crate) fn reset(&mut self) {
        self.state = State::Rest;
        (self.hop, self.error) = (None, None);
        if self.link.connection() != ConnectionId(0) {
            *self.link = Link::none(self.plan.options.config);
        }
        self.content = Content::default();
        self.drop_owned();
        self.memory.reset();
    }

    /// The request: the last one, where redirects were followed.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.plan.request
    }

    /// The bytes for the transport; empty slices are to be passed over.
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.link.out()
    }

    /// Returns the bytes for the transport owned, for a driver that hands them to the system until that has
    /// taken them; then it calls [`handle_sent`](Self::handle_sent). A piece of the request's body of more
    /// than 2 KiB is shared. Everything else is copied, and so is all of it over TLS.
    #[must_use]
    pub fn take_out(&self) -> [Bytes; 3] {
        self.link.shared_out()
    }

    /// Room for at least `min` bytes of the transport.
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        if !self.owned.is_empty() {
            self.keep_owned();
        }
        self.link.space(min)
    }

    /// The connection, if it can serve another exchange: for [`Action::Release`] and at
    /// the end.
    pub fn take_link(&mut self) -> Option<Box<Link>> {
        if !core::mem::take(&mut self.link_is_free) {
            return None;
        }
        let none = self.memory.none(self.plan.options.config);
        let mut link = core::mem::replace(&mut self.link, none);
        link.detach_buffers(&mut self.memory.bytes);
        Some(link)
    }

    /// The connection, if the response has made it one of another protocol: 101 to a request for an
    /// upgrade, or 2xx to CONNECT (RFC 9110 sections 7.8 and 9.3.6). It can be taken once its head
    /// was told and nothing was asked for since; the exchange ends then, without an error, and
    /// leaves the transport to the caller.
    pub fn take_switched<S: Sink>(&mut self, now: Mono, sink: &S) -> Option<Switched> {
        if self.state != State::Transfer
            || self.receiving != Receiving::HeadEmitted
            || !self.link.has_switched()
        {
            return None;
        }
        self.keep_owned();
        self.end_in_switch(At { now, sink });
        let config = self.plan.options.config;
        let none = self.memory.none(config);
        Some(Switched::new(core::mem::replace(&mut self.link, none), config))
    }

    /// What is known of the layer that secures the connection: the proxy's within a tunnel until the
    /// origin's is open. Nothing without one, and nothing once the connection was given back.
    #[must_use]
    pub fn layer_facts(&self) -> LayerFacts<'_> {
        self.link.facts()
    }

    /// How many bytes of the response's body have come, and how many were announced so far.
    #[must_use]
    pub fn body_progress(&self) -> (u64, u64) {
        self.link.http1.body_progress()
    }

    /// The head of the response, once it was told.
    #[must_use]
    pub fn head(&self) -> Option<ResponseHead<'_>> {
        self.memory.head.get()
    }

    /// The trailers that followed the body of the response, once it is complete.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.memory.trailers.fields()
    }

    /// The number by which its events are known.
    #[must_use]
    pub const fn id(&self) -> ExchangeId {
        self.spans.exchange()
    }

    /// Where its time went: so far, or altogether once it is over.
    #[must_use]
    pub fn timings(&self) -> Timings {
        self.clock.timings()
    }

    /// How many bytes it has moved so far.
    #[must_use]
    pub const fn sizes(&self) -> Sizes {
        self.clock.sizes
    }

    /// Returns what to do next. Once nothing is left but to wait, it returns [`Action::Wait`], and what
    /// that says holds until the next call: where reading and writing are both possible, a driver may
    /// do both before that. An exchange that is over returns [`Action::Done`] or [`Action::Failed`] again.
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

    /// Whether nothing more can come of it.
    #[inline]
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.state, State::Done | State::Failed | State::Rest)
    }

    /// The route of the connection that [`Action::Acquire`] asks for.
    #[must_use]
    pub const fn route(&self) -> &Route {
        &self.plan.route
    }

    /// The host that connections are opened to, whose addresses [`Action::Resolve`] asks for, and the
    /// port.
    #[must_use]
    pub fn peer(&self) -> (&str, u16) {
        self.plan.route.peer()
    }

    /// The name of the server that [`Action::Secure`] secures the connection to, and that its certificate
    /// must have: a host name, or an IP address without brackets.
    #[must_use]
    pub fn server_name(&self) -> &str {
        self.plan.route.server_name(self.spans.current().unwrap_or(SpanKind::StartTls))
    }

    /// The attempt that began last; `None` if it has ended.
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

    /// Why the exchange has failed, if it is over and has.
    #[must_use]
    pub const fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Takes the error out of an exchange that has failed, which is over and stays so.
    pub const fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// What a connection is opened to.
    fn target(&self, index: usize) -> Target<'_> {
        match self.plan.route.unix_socket() {
            Some(path) => Target::Unix(path),
            None => Target::Tcp(self.memory.addresses[index]),
        }
    }

    /// Returns until when the driver may wait: for what the last [`poll`](Self::poll) has asked for, or
    /// for the whole exchange if that ends earlier. [`handle_timeout`](Self::handle_timeout) is called
    /// when it has passed. `None` where there is no limit, or nothing is waited for.
    ///
    /// The time for something begins with the first call while it is waited for, and begins again after
    /// each progress.
    #[inline]
    pub fn deadline(&mut self, now: Mono) -> Option<Deadline> {
        let timeouts = &self.plan.options.timeouts;
        let (timeout, why) = match self.state {
            State::Transfer => return self.transfer_deadline(now),
            State::Dial => return self.race.until(),
            State::Acquire => (timeouts.pool, Waiting::Pool),
            State::Resolve | State::Secure | State::Handshake => {
                (timeouts.connect, Waiting::Connect)
            }
            State::Retry => (Some(self.delay()), Waiting::Retry),
            State::CloseNotify => (timeouts.write, Waiting::Write),
            State::Trust => return self.timers.get(Timer::Total as usize),
            _ => return None,
        };
        self.arm(Timer::Step, timeout, why, now)
    }

    /// Reading has a time from the end of the upload, or from the first byte of the response. Writing has
    /// one while output waits. Where only the caller's body is waited for, there is that of the whole
    /// exchange.
    #[inline]
    fn transfer_deadline(&mut self, now: Mono) -> Option<Deadline> {
        let timeouts = self.plan.options.timeouts;
        if self.sending == Sending::AwaitContinue {
            return self.arm(Timer::Step, timeouts.expect_continue, Waiting::Continue, now);
        }
        let mut earliest = None;
        if self.interest.write {
            earliest = self.arm(Timer::Write, timeouts.write, Waiting::Write, now);
        }
        if self.interest.read && (!self.sending.is_active() || self.receiving != Receiving::Nothing)
        {
            let read = self.arm(Timer::Read, timeouts.read, Waiting::Read, now);
            earliest = Deadline::earlier(earliest, read);
        }
        earliest.or_else(|| self.timers.get(Timer::Total as usize))
    }

    /// Begins the time for something, if it has not begun. Returns its deadline, or that of the whole
    /// exchange if that is earlier.
    #[inline]
    fn arm(
        &mut self,
        timer: Timer,
        timeout: Option<Duration>,
        why: Waiting,
        now: Mono,
    ) -> Option<Deadline> {
        let armed = self.timers.arm(timer as usize, || Deadline::after(now, timeout, why));
        Deadline::earlier(armed, self.timers.get(Timer::Total as usize))
    }

    /// Returns the data that [`event`](Self::event) lends, owned. It is not copied if it came by
    /// [`handle_bytes`](Self::handle_bytes), in plain and without a content coding that is undone.
    #[must_use]
    pub fn data(&self) -> Option<Bytes> {
        match self.event()? {
            Event::Data(_) if !self.piece.is_empty() => Some(self.piece.clone()),
            Event::Data(data) => Some(Bytes::copy_from_slice(data)),
            _ => None,
        }
    }

    /// Says whether the caller takes no data for now. Then nothing is read, the time for that stands
    /// still, and what [`event`](Self::event) lends stays, while [`poll`](Self::poll) goes on sending the
    /// request.
    pub const fn hold(&mut self, hold: bool) {
        self.is_held = hold;
        if hold {
            self.interest.read = false;
            self.timers.disarm(Timer::Read as usize);
        }
    }

    /// Returns how many bytes of the request's body were not sent, if sending was stopped: because the
    /// server has answered before it was sent whole, or because the transport takes no more. Of a body
    /// without a length, only what had been handed in is counted.
    #[must_use]
    pub const fn unsent(&self) -> Option<u64> {
        self.unsent
    }

    /// The part of the response that the last [`Action::Event`] has announced.
    #[inline]
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        if !self.piece.is_empty() {
            return Some(Event::Data(&self.piece));
        }
        let event = |event| match event {
            http1::Event::Informational(head) => Some(Event::Informational(head)),
            http1::Event::Response(head, reading) => Some(Event::Head(head, reading)),
            http1::Event::Data(data) => Some(Event::Data(self.content.piece().unwrap_or(data))),
            // The end is that of the exchange, and a client is sent no requests.
            http1::Event::End(_) | http1::Event::Request(..) => None,
        };
        self.link.http1.with_event(event, || None)
    }
}
