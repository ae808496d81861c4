//! The state machine of one served connection: returns what a driver has to do, and takes the
//! results.

use crate::values::Arc;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;
use core::time::Duration;

use super::action::{Action, Event, Interest};
use super::head::KeptHead;
use super::lines::Lines;
use super::options::{Options, Timeouts};
use super::response_cache::ResponseCache;
use super::span_tracker::{Ending, SpanTracker};
use super::state::{CurrentExchange, HandlerRequest, SessionState, Timer};
use crate::error::{Cause, Error};
use crate::fields::FieldBlock;
use crate::framing::Framing;
use crate::http1::marks::{Mark, ReceivedPart};
use crate::http1::{RequestHead, Role};
use crate::time::{Deadline, Mono, Waiting};
use crate::trace::{At, ConnectionId, EventKind, ExchangeId, Sink, TraceEvent};
use crate::transport::{LayerFacts, Link};
use crate::values::{Pace, Timers};

/// The state machine of one served connection, from its first byte to its last: TLS where configured,
/// one request after the other, and an orderly close.
///
/// A driver calls [`poll`](Self::poll), does what the returned [`Action`] requires, hands in the
/// result with one of the `handle_` methods, and repeats. The handler of the requests uses the other
/// methods. The session decides which status rejects a request, how long to wait for a client and
/// when to close, so that every driver behaves alike. The [module](super) has a complete driver.
///
/// ```
/// use limpid_core::http1::BodySize;
/// use limpid_core::server::{Action, Interest, Outcome, Session};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, NoSink};
///
/// let now = Mono::from_nanos(0);
/// let mut session = Session::new(ConnectionId(1), None, Default::default());
/// assert_eq!(session.poll(now, &NoSink), Action::Wait(Interest::READ));
/// let request = b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
/// session.space(request.len())[..request.len()].copy_from_slice(request);
/// session.handle_received(request.len(), now, &NoSink)?;
///
/// assert_eq!(session.poll(now, &NoSink), Action::Request);
/// assert_eq!(session.head().unwrap().target, b"/");
/// session.respond(now, &NoSink, 200, BodySize::Length(2))?;
/// session.send(now, &NoSink, (&b"hi"[..]).into())?;
/// session.finish(now, &NoSink)?;
/// session.handled(now, &NoSink, Outcome::Done);
///
// The next request may arrive while the response is sent.
/// assert_eq!(session.poll(now, &NoSink), Action::Wait(Interest { write: true, ..Interest::READ }));
/// assert_eq!(
///     session.out().concat(),
///     b"HTTP/1.1 200 OK\r\nServer: limpid\r\nContent-Length: 2\r\n\r\nhi"
/// );
/// # Ok::<(), limpid_core::error::MisuseError>(())
/// ```
pub struct Session {
    pub(super) options: Arc<Options>,
    pub(super) link: Link,
    pub(super) state: SessionState,
    pub(super) spans: SpanTracker,
    /// The failure that was handed in, for the next step.
    pub(super) failed: Option<Box<Error>>,
    /// What the last [`Action::Wait`] asked for.
    pub(super) waits: Interest,
    pub(super) timers: Timers<{ Timer::COUNT }>,
    pub(super) reading: Pace,
    pub(super) writing: Pace,
    /// The number of the request whose body was waited for last, and when it must be complete.
    pub(super) request_until: (u64, Option<Mono>),
    /// What the handler asked for.
    pub(super) asked: HandlerRequest,
    pub(super) exchange: CurrentExchange,
    pub(super) head: KeptHead,
    /// The fields of the response in progress, or its trailers.
    pub(super) fields: FieldBlock,
    /// The fields that are added to every response.
    pub(super) lines: Lines,
    pub(super) response_cache: ResponseCache,
    /// Why the connection ends, once it does.
    pub(super) ending: Option<Ending>,
    /// The client has closed its direction of the transport.
    pub(super) peer_closed: bool,
    /// The session waits for the client to close first, so that the client receives the last
    /// response.
    pub(super) linger: bool,
    /// A response is not complete, and must not look complete.
    pub(super) cut: bool,
    /// The layer has been closed with `close_notify`.
    pub(super) close_notify_sent: bool,
    /// The error of the handler that has failed, for its event.
    pub(super) handler_error: Option<Box<str>>,
    /// Why the last failed exchange failed.
    pub(super) failure: Error,
    pub(super) is_shutting_down: bool,
    /// The buffers were freed since the last request.
    pub(super) is_resting: bool,
    /// How long an idle session waits at first: until it frees its buffers, or until it closes.
    first_idle: Option<Duration>,
    pub(super) scratch: Vec<u8>,
}

impl fmt::Debug for Session {
    /// Formats the request and the states, with secrets hidden as by [`Capture::Default`].
    ///
    /// [`Capture::Default`]: crate::trace::Capture::Default
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state)
            .field("request", &self.head())
            .field("response_fields", &self.fields)
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Creates the session of an accepted connection with its number, and the client's address if it
    /// has one.
    #[must_use]
    pub fn new(connection: ConnectionId, peer: Option<SocketAddr>, options: Arc<Options>) -> Self {
        let lines = Lines::new(options.name.as_deref());
        Self {
            link: Link::new(Role::Server, connection, options.config),
            first_idle: options.timeouts.rest().or(options.timeouts.idle),
            options,
            state: SessionState::Start,
            spans: SpanTracker::new(connection, peer),
            failed: None,
            waits: Interest::NONE,
            timers: Timers::new(),
            reading: Pace::default(),
            writing: Pace::default(),
            request_until: (0, None),
            asked: HandlerRequest::Nothing,
            exchange: CurrentExchange::default(),
            head: KeptHead::none(),
            fields: FieldBlock::new(),
            lines,
            response_cache: ResponseCache::new(),
            ending: None,
            peer_closed: false,
            linger: false,
            cut: false,
            close_notify_sent: false,
            handler_error: None,
            failure: Error::new(Cause::Cancelled),
            is_shutting_down: false,
            is_resting: false,
            scratch: Vec::new(),
        }
    }

    /// Disables the caches of heads, for tests that compare them with parsing and writing.
    #[doc(hidden)]
    pub fn disable_caches(&mut self) {
        self.link.http1.disable_head_cache();
        self.response_cache.disable();
    }

    /// Sets the time of day: `unix` is the time since the start of 1970. From then on, responses have
    /// a Date field, which a server with a clock must send (RFC 9110 section 6.6.1).
    pub fn set_date(&mut self, now: Mono, unix: Duration) {
        self.lines.set_date(now, unix);
    }

    /// Returns whether the second of the Date field has passed. A driver that then calls
    /// [`set_date`](Self::set_date) again follows the system's clock when it jumps; otherwise, the time
    /// goes on with the driver's clock.
    #[inline]
    #[must_use]
    pub const fn is_date_outdated(&self, now: Mono) -> bool {
        self.lines.is_outdated(now)
    }

    /// Sets the number that the events of the next request carry. The default is one more than the
    /// last.
    pub const fn number(&mut self, exchange: ExchangeId) {
        self.spans.number(exchange);
    }

    /// Returns the head of the current request.
    #[must_use]
    pub fn head(&self) -> Option<RequestHead<'_>> {
        self.head.get().or_else(|| Some(self.link.http1.request()?.0))
    }

    /// Returns the last part of the current request's body; `None` if only the head was received.
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        let http1 = &self.link.http1;
        http1.data().map(Event::Data).or_else(|| http1.end().map(Event::End))
    }

    /// Returns why the exchange failed, after [`Action::Failed`].
    #[must_use]
    pub const fn failure(&self) -> &Error {
        &self.failure
    }

    /// Returns the bytes for the transport, in order. Slices may be empty.
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.link.out()
    }

    /// Returns the least room for a read of the transport, which [`Limits::read`](crate::limits::Limits::read) says.
    #[must_use]
    pub const fn read_size(&self) -> usize {
        self.link.read_size()
    }

    /// Returns a buffer of at least `min` bytes to read from the transport into:
    /// [`read_size`](Self::read_size), unless the driver has a reason for another number.
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        if self.state == SessionState::Linger {
            self.scratch.resize(self.link.buffers().scratch(), 0);
            return &mut self.scratch;
        }
        self.link.space(min)
    }

    /// Frees the buffers of a session that [is idle](Self::is_idle), and the heads that it caches. The next request
    /// allocates them again, so a driver calls this when it expects none for a while. A session does so itself when it
    /// was idle for [`Timeouts::buffers`]. Otherwise, nothing changes.
    pub fn free_buffers(&mut self) {
        if self.is_idle() && self.link.output_len() == 0 {
            self.link.free_buffers();
            self.response_cache.free();
            self.head = KeptHead::none();
            self.fields = FieldBlock::new();
            self.rest();
        }
    }

    /// Notes that the buffers are free. The timer that would free them becomes the one for the next request.
    fn rest(&mut self) {
        let was_resting = core::mem::replace(&mut self.is_resting, true);
        let timeouts = &self.options.timeouts;
        let (Some(armed), Some(rest)) = (self.timers.get(Timer::State as usize), timeouts.rest())
        else {
            return;
        };
        if self.state == SessionState::Idle && !was_resting {
            let left = timeouts.idle.map(|idle| idle.saturating_sub(rest));
            self.timers.disarm(Timer::State as usize);
            self.timers.arm(Timer::State as usize, || {
                left.map(|left| Deadline { at: armed.at + left, ..armed })
            });
        }
    }

    /// Returns whether the session is idle and has freed its buffers. The driver then waits until the transport is
    /// readable before it calls [`space`](Self::space), which allocates one.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        self.is_resting && self.is_idle()
    }

    /// Returns whether the session waits for the first byte of a request, or for the handshake. A
    /// shutdown closes such a connection at once.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(
            self.state,
            SessionState::Start
                | SessionState::Secure
                | SessionState::Handshake
                | SessionState::Idle
        ) || (self.state == SessionState::Head && self.link.http1.unread().is_empty())
    }

    /// Returns whether the session no longer needs the transport: the connection was closed, dropped
    /// after a failure, or [taken](Self::take_switched).
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.state == SessionState::Over
    }

    /// Returns the properties of the layer that secures the connection; they are empty without one.
    #[must_use]
    pub fn layer_facts(&self) -> LayerFacts<'_> {
        self.link.facts()
    }

    /// Returns the certificates that the client has sent, in DER form: its own first, then those of its
    /// issuers. Empty without a layer, and if the server has not asked for one.
    #[must_use]
    pub fn peer_certificates(&self) -> Vec<Cow<'_, [u8]>> {
        self.link.peer_certificates()
    }

    /// Notes from now on what received bytes are, for a recorder.
    #[doc(hidden)]
    pub fn mark_received(&mut self) {
        self.link.http1.mark_received();
    }

    /// Moves what was noted to the end of `to`. Returns what the bytes behind that are a part of.
    #[doc(hidden)]
    pub fn take_marks(&mut self, to: &mut Vec<Mark>) -> ReceivedPart {
        self.link.http1.take_marks(to)
    }

    /// Returns the client's address, if it has one.
    #[must_use]
    pub const fn peer(&self) -> Option<SocketAddr> {
        self.spans.peer()
    }

    /// Returns how many bytes of the current request's body were received, and how many are announced
    /// so far.
    #[must_use]
    pub fn body_progress(&self) -> (u64, u64) {
        self.link.http1.body_progress()
    }

    /// Returns the number that the events of the current request carry; 0 between requests.
    #[must_use]
    pub const fn exchange_id(&self) -> ExchangeId {
        self.spans.exchange()
    }

    /// Returns the framing of the current request's body.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.link.http1.head_info().framing
    }

    /// Returns how many bytes of output the transport has not taken: heads, bodies and their framing.
    #[must_use]
    pub fn unsent(&self) -> usize {
        self.link.out_len()
    }

    /// Emits an event of the handler in the current exchange, such as
    /// [`Forwarded`](TraceEvent::Forwarded). `event` is called only if the sink receives events of this kind.
    #[cold]
    pub fn emit<'e, S: Sink>(
        &mut self,
        now: Mono,
        sink: &S,
        kind: EventKind,
        event: impl FnOnce() -> TraceEvent<'e>,
    ) {
        self.spans.cx(At { now, sink }).emit(kind, event);
    }

    /// Asks for the next piece of the current request's body, which [`Action::Event`] announces. A
    /// client that waits for `100 Continue` receives it. The call replaces a [`flush`](Self::flush)
    /// that is not complete: a handler that sends while it reads flushes first, and asks for the next
    /// piece at [`Action::Handle`].
    pub const fn read_body(&mut self) {
        self.asked = HandlerRequest::Body;
    }

    /// Asks for the response so far to be sent. [`Action::Handle`] follows when the transport has
    /// taken it. The call replaces a [`read_body`](Self::read_body) that is not complete.
    pub const fn flush(&mut self) {
        self.asked = HandlerRequest::Flush;
    }

    /// Returns what to do next. The interests of [`Action::Wait`] hold until the next call: where
    /// reading and writing are both possible, a driver may do both before that.
    pub fn poll<S: Sink>(&mut self, now: Mono, sink: &S) -> Action {
        let action = self.run(At { now, sink });
        let waits = if let Action::Wait(interest) = action { interest } else { Interest::NONE };
        if self.waits.read && !waits.read {
            // The timer for the client's body is paused while the handler works.
            self.reading.pause(now);
            self.timers.disarm(Timer::Body as usize);
        }
        self.waits = waits;
        action
    }

    /// Returns the conditions that the session waits for: those of the last [`Action::Wait`], or none
    /// once the session is over.
    #[must_use]
    pub fn interest(&self) -> Interest {
        if self.is_over() { Interest::NONE } else { self.waits }
    }

    /// Returns until when the driver may wait for what the last [`Action::Wait`] asked for; the wait
    /// starts at `now`. When the deadline has passed, the driver calls
    /// [`handle_timeout`](Self::handle_timeout). A driver that does not wait need not call this.
    pub fn deadline(&mut self, now: Mono) -> Option<Deadline> {
        if self.waits.write && self.state != SessionState::Handshake {
            self.arm_write(now);
        }
        let timeouts = &self.options.timeouts;
        let (timeout, why) = match self.state {
            SessionState::Secure | SessionState::Handshake => {
                (timeouts.handshake, Waiting::Handshake)
            }
            // A client that still receives a response has time to send until it has received all of
            // it.
            _ if !self.waits.read || self.waits.write => return self.timers.earliest(),
            SessionState::Open | SessionState::Drain => {
                self.arm_body(now);
                return self.timers.earliest();
            }
            SessionState::Idle if self.is_resting => (timeouts.idle, Waiting::Idle),
            SessionState::Idle => (self.first_idle, Waiting::Idle),
            SessionState::Linger => (timeouts.linger, Waiting::Linger),
            _ => (timeouts.head, Waiting::Head),
        };
        self.timers.arm(Timer::State as usize, || Deadline::after(now, timeout, why));
        self.timers.earliest()
    }

    /// Arms the timer for a client that receives a response.
    #[inline(never)]
    fn arm_write(&mut self, now: Mono) {
        let Self { timers, writing, options, .. } = self;
        let Timeouts { write, rate, .. } = options.timeouts;
        timers.arm(Timer::Write as usize, || {
            Some(Deadline { at: writing.deadline(now, write?, rate), why: Waiting::Write })
        });
    }

    /// Arms the timer for a client that sends a body, and the first time for a request, the one for the rest
    /// of it.
    #[inline(never)]
    fn arm_body(&mut self, now: Mono) {
        let Self { timers, reading, options, request_until, spans, .. } = self;
        let Timeouts { body, rate, request, .. } = options.timeouts;
        if request_until.0 != spans.requests() {
            *request_until = (spans.requests(), request.map(|request| now + request));
        }
        timers.arm(Timer::Body as usize, || {
            let next = body.map(|body| reading.deadline(now, body, rate));
            let next = next.map(|at| Deadline { at, why: Waiting::Body });
            let whole = request_until.1.map(|at| Deadline { at, why: Waiting::Request });
            Deadline::earlier(next, whole)
        });
    }
}
