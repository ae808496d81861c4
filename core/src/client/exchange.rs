//! One request's life as a machine: it says what to do, and is told what came of it.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::action::{Dial, Do, Event, Input, Target};
use super::content::Content;
use super::dial::Race;
use super::memory::Memory;
use super::options::Options;
use super::plan::Plan;
use super::redirect::Hop;
use super::request::{Request, RequestBuilder};
use super::route::Route;
use super::state::{Kept, Pending, State};
use super::stopwatch::Stopwatch;
use super::switched::Switched;
use super::trail::Trail;
use super::url::UrlError;
use crate::error::Error;
use crate::fields::Fields;
use crate::http1::{self, ResponseHead, Role};
use crate::time::{Deadline, Mono, Waiting};
use crate::trace::{At, ConnectionId, ExchangeId, Scope, Sink, SpanKind};
use crate::transport::{LayerFacts, Link};
use crate::values::{Sizes, Timings};

/// One request's life: from a free connection to the end of the response, redirects and retries
/// included.
///
/// A driver calls [`next`](Self::next), does what it says, tells [`input`](Self::input) what came of
/// it, and begins again. It holds no policy: what to do after a failure, how long to wait and when
/// to close is decided here, the same for every driver.
///
/// ```
/// use limpid_core::client::{Do, Exchange, Input, Request};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
///
/// let request = Request::builder(b"GET", "http://127.0.0.1/".parse()?).build();
/// let mut exchange = Exchange::new(ExchangeId(1), request, Default::default());
/// let now = Mono::from_nanos(0);
/// assert_eq!(exchange.next(now, &NoSink), Do::Acquire);
/// exchange.input(now, &NoSink, Input::Open(ConnectionId(1)));
/// assert_eq!(exchange.next(now, &NoSink), Do::Resolve);
/// assert_eq!(exchange.peer(), ("127.0.0.1", 80));
/// exchange.input(now, &NoSink, Input::Resolved(&["127.0.0.1:80".parse()?]));
/// let Do::Dial(dial) = exchange.next(now, &NoSink) else { panic!() };
/// exchange.input(now, &NoSink, Input::Dialed(dial));
/// assert_eq!(exchange.next(now, &NoSink), Do::Write);
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
    pub(super) trail: Trail,
    pub(super) clock: Stopwatch,
    pub(super) race: Race<Kept>,
    /// What came in and is to be worked on by the next step.
    pub(super) pending: Option<Pending>,
    /// What the driver was told to do last.
    doing: Do,
    /// The deadline of that, once it was asked for; it may be none.
    pub(super) waiting: Option<Option<Deadline>>,
    pub(super) total: Option<Deadline>,
    /// How many times opening a connection has been tried again.
    pub(super) retried: u32,
    /// How many redirects were followed.
    pub(super) redirected: u32,
    /// What follows this request, once its response was read.
    pub(super) hop: Option<Hop>,
    /// The body was sent before, and has to be sent again.
    pub(super) rewind: bool,
    /// The request could not be sent whole; the response may have come all the same.
    pub(super) write_failed: bool,
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
            trail: Trail::new(Scope::exchange(exchange)),
            clock: Stopwatch::new(),
            race: Race::new(),
            pending: None,
            doing: Do::Done,
            waiting: None,
            total: None,
            retried: 0,
            redirected: 0,
            hop: None,
            rewind: false,
            write_failed: false,
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
    /// The URL is none.
    pub fn draft(&mut self, method: &[u8], url: &str) -> Result<RequestBuilder, UrlError> {
        match self.memory.request.take() {
            Some(memory) => Request::builder_in(memory, method, url),
            None => Ok(Request::builder(method, url.parse()?)),
        }
    }

    /// Begins with another request, in the memory of this exchange. One that was going on ends
    /// without a word: it is to be cancelled first.
    pub fn restart(&mut self, exchange: ExchangeId, request: Arc<Request>, options: &Arc<Options>) {
        if self.state != State::Rest {
            self.forget();
        }
        // Every field is named, so that none is forgotten.
        let Self {
            plan,
            state,
            link: _,
            link_is_free,
            trail,
            clock,
            race,
            pending,
            doing: _,
            waiting,
            total,
            retried,
            redirected,
            hop,
            rewind,
            write_failed,
            is_idempotent,
            sent_before,
            error,
            content: _,
            memory,
        } = self;
        *is_idempotent = request.is_idempotent();
        memory.keep_request(plan.renew(request, options));
        *state = State::Start;
        *trail = Trail::new(Scope::exchange(exchange));
        *clock = Stopwatch::new();
        race.reset();
        (*pending, *hop, *error) = (None, None, None);
        (*waiting, *total) = (None, None);
        (*retried, *redirected, *sent_before) = (0, 0, 0);
        (*link_is_free, *rewind, *write_failed) = (false, false, false);
    }

    /// Lets go of what it holds beside memory, so that it can wait for its next
    /// [`restart`](Self::restart). What the response was is forgotten.
    pub fn forget(&mut self) {
        self.state = State::Rest;
        (self.pending, self.hop, self.error) = (None, None, None);
        if self.link.connection() != ConnectionId(0) {
            *self.link = Link::none(self.plan.options.config);
        }
        self.content = Content::default();
        self.memory.forget();
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

    /// Room for at least `min` bytes of the transport.
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        self.link.space(min)
    }

    /// The connection, if it can serve another exchange: for [`Do::Release`] and at
    /// the end.
    pub fn take_link(&mut self) -> Option<Box<Link>> {
        if !core::mem::take(&mut self.link_is_free) {
            return None;
        }
        let none = self.memory.none(self.plan.options.config);
        let mut link = core::mem::replace(&mut self.link, none);
        link.rest(&mut self.memory.bytes);
        Some(link)
    }

    /// The connection, if the response has made it one of another protocol: 101 to a request for an
    /// upgrade, or 2xx to CONNECT (RFC 9110 sections 7.8 and 9.3.6). It can be taken once its head
    /// was told and nothing was asked for since; the exchange ends then, without an error, and
    /// leaves the transport to the caller.
    pub fn take_switched<S: Sink>(&mut self, now: Mono, sink: &S) -> Option<Switched> {
        if self.state != State::Head || !self.link.has_switched() {
            return None;
        }
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
        self.trail.exchange()
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

    /// Takes in what came of the last [`Do`]. When the exchange is over, nothing matters any more.
    #[inline(always)]
    pub fn input<S: Sink>(&mut self, now: Mono, sink: &S, input: Input<'_>) {
        if self.is_over() {
            return;
        }
        let at = At { now, sink };
        match input {
            // What each exchange is told, wherever it is known what it is told. That a number is
            // nothing to be dropped is not known by itself.
            Input::Sent(n) => {
                core::mem::forget(input);
                self.take_sent(n, at);
            }
            Input::Filled(n) => {
                core::mem::forget(input);
                self.take_filled(n, at);
            }
            Input::Reuse(link) => self.take_idle(link),
            input => self.take_in(input, at),
        }
    }

    /// Whether nothing more can come of it.
    const fn is_over(&self) -> bool {
        matches!(self.state, State::Done | State::Failed | State::Rest)
    }

    /// There is an idle connection. One that was not asked for is let go.
    fn take_idle(&mut self, link: Box<Link>) {
        if self.state == State::Acquire {
            self.memory.keep(core::mem::replace(&mut self.link, link));
            self.link.wake(&mut self.memory.bytes);
            self.post(Pending::Reuse);
        }
    }

    /// The transport took this many bytes.
    fn take_sent<S: Sink>(&mut self, n: usize, at: At<'_, S>) {
        self.link.tell_sent(n, &mut self.trail.cx(at));
        self.link.sent(n);
        self.moved();
    }

    /// This many bytes were read into the room for them.
    fn take_filled<S: Sink>(&mut self, n: usize, at: At<'_, S>) {
        // No more than was offered, whatever the driver says.
        let n = n.min(self.link.room());
        self.link.tell_received(n, &mut self.trail.cx(at));
        self.link.filled(n);
        self.moved();
    }

    #[inline(never)]
    fn take_in<S: Sink>(&mut self, input: Input<'_>, at: At<'_, S>) {
        let pending = match input {
            Input::Trust(trust) => {
                match self.doing {
                    Do::Trust { proxy: false } => self.plan.route.trust = Some(trust),
                    Do::Trust { proxy: true } => self.plan.route.proxy_trust = Some(trust),
                    // The route is not changed under a connection.
                    _ => return,
                }
                return self.moved();
            }
            Input::Secured(_) if self.state != State::Secure => return,
            Input::Secured(layer) => {
                self.link.stack(layer, true);
                // To secure a connection and to shake hands is one wait.
                self.state = State::Handshake;
                return self.moved();
            }
            // They were taken in before.
            Input::Reuse(_) | Input::Sent(_) | Input::Filled(_) => return,
            Input::Open(_) if self.state != State::Acquire => return,
            Input::Open(connection) => {
                *self.link = Link::new(Role::Client, connection, self.plan.options.config);
                self.link.wake(&mut self.memory.bytes);
                Pending::Open
            }
            Input::Resolved(addresses) => {
                // While they are tried, they are what they are.
                if self.state == State::Resolve {
                    self.memory.addresses.clear();
                    self.memory.addresses.extend_from_slice(addresses);
                }
                Pending::Resolved
            }
            Input::Dialing => {
                self.race.proceed();
                return self.moved();
            }
            Input::Dialed(dial) => Pending::Dialed(dial),
            Input::DialFailed(dial, error) => return self.take_dial_failure(dial, error, at),
            Input::Eof => {
                self.link.eof();
                Pending::Eof
            }
            Input::Failed(error) => Pending::Failed(Box::new(error)),
            Input::Tick => Pending::Tick,
            Input::Body(data) => {
                self.memory.piece = data;
                Pending::Body
            }
            Input::BodyEnd(fields) => {
                self.memory.request_trailers.copy_from(fields);
                Pending::BodyEnd
            }
            Input::Cancel => Pending::Cancel,
        };
        self.post(pending);
    }

    /// What was asked for was done, and nothing is left to the next step.
    #[inline]
    fn moved(&mut self) {
        self.end_wait();
        if self.pending.is_some() {
            self.replace_pending(None);
        }
    }

    /// Leaves what came in to the next step.
    #[inline]
    fn post(&mut self, pending: Pending) {
        if !matches!(pending, Pending::Tick) {
            self.end_wait();
        }
        self.replace_pending(Some(pending));
    }

    /// Lets what is waited for next have a deadline of its own. Some waits have one deadline as a
    /// whole; elsewhere every bit of progress begins another.
    #[inline]
    const fn end_wait(&mut self) {
        if !matches!(self.state, State::Secure | State::Handshake | State::AwaitContinue) {
            self.waiting = None;
        }
    }

    /// Replaces what was left to the next step. Nothing that comes after it undoes a cancel.
    fn replace_pending(&mut self, pending: Option<Pending>) {
        if !matches!(self.pending, Some(Pending::Cancel)) {
            self.pending = pending;
        }
    }

    /// What is to be done next.
    #[inline]
    pub fn next<S: Sink>(&mut self, now: Mono, sink: &S) -> Do {
        if !self.is_over() {
            self.clock.tick(now);
        }
        self.doing = self.run(At { now, sink });
        self.doing
    }

    /// The route of the connection that [`Do::Acquire`] asks for.
    #[must_use]
    pub const fn route(&self) -> &Route {
        &self.plan.route
    }

    /// The host that connections are opened to, whose addresses [`Do::Resolve`] asks for, and the
    /// port.
    #[must_use]
    pub fn peer(&self) -> (&str, u16) {
        self.plan.route.peer()
    }

    /// The name of the server that [`Do::Secure`] secures the connection to, and that its certificate
    /// must have: a host name, or an IP address without brackets.
    #[must_use]
    pub fn server_name(&self) -> &str {
        self.plan.route.server_name(self.trail.current().unwrap_or(SpanKind::StartTls))
    }

    /// What [`Do::Dial`] asks for; `None` unless it was the last that was asked for.
    #[must_use]
    pub fn dial(&self) -> Option<Dial<'_>> {
        let attempt = self.race.asked()?;
        Some(Dial {
            target: self.target(attempt.index),
            from: self.plan.route.local_address(),
            options: self.plan.route.socket_options().unwrap_or_default(),
            alone: self.race.is_alone(),
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

    /// Until when the driver may take for what it was told to do last: the time for that, or for the
    /// whole exchange if that ends earlier. It counts from that call of [`next`](Self::next), or from
    /// an earlier one that told the same, if the deadline was asked for then. `None` where there is no
    /// limit, or nothing to wait for.
    #[inline]
    pub fn deadline(&mut self) -> Option<Deadline> {
        let timeouts = &self.plan.options.timeouts;
        let (timeout, why) = match self.doing {
            Do::Dial(_) => return self.race.asked().and_then(|attempt| attempt.until),
            Do::Await => return self.race.until(),
            Do::Acquire => (timeouts.pool, Waiting::Pool),
            Do::Read | Do::Write if self.state == State::AwaitContinue => {
                (timeouts.expect_continue, Waiting::Continue)
            }
            Do::Read if self.state != State::Handshake => (timeouts.read, Waiting::Read),
            Do::Write if self.state != State::Handshake => (timeouts.write, Waiting::Write),
            Do::Wait => (Some(self.delay()), Waiting::Retry),
            Do::Resolve | Do::Secure { .. } | Do::Read | Do::Write => {
                (timeouts.connect, Waiting::Connect)
            }
            _ => return None,
        };
        let (now, total) = (self.clock.now(), self.total);
        *self
            .waiting
            .get_or_insert_with(|| Deadline::earlier(Deadline::after(now, timeout, why), total))
    }

    /// What [`Do::Tell`] tells.
    #[inline]
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
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
