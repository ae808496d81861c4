//! One connection that is served, as a machine: it says what to do, and is told what came of it.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::time::Duration;

use super::action::{Do, Event, Input};
use super::head::KeptHead;
use super::last_answer::LastAnswer;
use super::lines::Lines;
use super::options::{Options, Timeouts};
use super::pace::Pace;
use super::state::{Exchange, Pending, State, Wish};
use super::trail::{Ending, Trail};
use super::tunnel::Tunnel;
use crate::error::{Cause, Error};
use crate::fields::FieldBlock;
use crate::http1::{RequestHead, Role};
use crate::time::{Deadline, Mono, Waiting};
use crate::trace::At;
use crate::trace::{ConnectionId, ExchangeId, Sink};
use crate::transport::{LayerFacts, Link};

/// Room for what a client sends that is told nothing any more.
const SCRATCH: usize = 4 * 1024;

/// One connection that is served, from its first byte to its last: TLS if there is any, requests one
/// after the other, and an end that the client understands.
///
/// A driver calls [`next`](Self::next), does what it says, tells [`input`](Self::input) what came of
/// it, and begins again; the handler of the requests answers them by the other methods. Which status
/// a refusal deserves, how long a client is waited for and when the connection is closed is decided
/// here, the same for every driver.
///
/// ```
/// use limpid_core::http1::BodySize;
/// use limpid_core::server::{Do, Input, Outcome, Session};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, NoSink};
///
/// let now = Mono::from_nanos(0);
/// let mut session = Session::new(ConnectionId(1), None, Default::default());
/// assert_eq!(session.next(now, &NoSink), Do::Read);
/// let request = b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
/// session.space(request.len())[..request.len()].copy_from_slice(request);
/// session.input(now, &NoSink, Input::Filled(request.len()));
///
/// assert_eq!(session.next(now, &NoSink), Do::Request);
/// assert_eq!(session.head().unwrap().target, b"/");
/// session.respond(now, &NoSink, 200, BodySize::Length(2))?;
/// session.send(now, &NoSink, (&b"hi"[..]).into())?;
/// session.finish(now, &NoSink)?;
/// session.handled(now, &NoSink, Outcome::Done);
///
/// assert_eq!(session.next(now, &NoSink), Do::Write);
/// assert_eq!(
///     session.out().concat(),
///     b"HTTP/1.1 200 OK\r\nServer: limpid\r\nContent-Length: 2\r\n\r\nhi"
/// );
/// # Ok::<(), limpid_core::error::MisuseError>(())
/// ```
#[derive(Debug)]
pub struct Session {
    pub(super) options: Arc<Options>,
    pub(super) link: Link,
    pub(super) state: State,
    pub(super) trail: Trail,
    /// What came in and is to be worked on by the next step.
    pub(super) pending: Option<Pending>,
    /// The driver was asked to write, not to read.
    writes: bool,
    /// Since when the driver waits to do what it was asked to, once it had to.
    pub(super) since: Option<Mono>,
    /// Until when the driver was told to wait.
    pub(super) deadline: Option<Deadline>,
    pub(super) reading: Pace,
    pub(super) writing: Pace,
    /// What the handler waits for.
    pub(super) wish: Wish,
    pub(super) exchange: Exchange,
    pub(super) head: KeptHead,
    /// The fields of the response that is being made, or its trailers.
    pub(super) fields: FieldBlock,
    /// The fields that every response should have.
    pub(super) lines: Lines,
    pub(super) last_answer: LastAnswer,
    /// What passes after HTTP/1.1 was left.
    pub(super) tunnel: Option<Tunnel>,
    /// Why the connection ends, once it does.
    pub(super) ending: Option<Ending>,
    /// The client has closed its direction of the transport.
    pub(super) peer_closed: bool,
    /// The client is waited for to close first, so that what it was told reaches it.
    pub(super) linger: bool,
    /// A response is not complete, and is not to look as if it were.
    pub(super) cut: bool,
    /// The layer was told that the connection ends.
    pub(super) farewell_said: bool,
    /// Why an exchange failed, once one did.
    pub(super) failure: Error,
    /// The server shuts down, and by when.
    pub(super) shutdown: Option<Option<Mono>>,
    scratch: Vec<u8>,
}

impl Session {
    /// A connection that was accepted: its number, and the client's address if it has one.
    #[must_use]
    pub fn new(connection: ConnectionId, peer: Option<SocketAddr>, options: Arc<Options>) -> Self {
        let lines = Lines::new(options.name.as_deref());
        Self {
            link: Link::new(Role::Server, connection, options.config),
            options,
            state: State::Start,
            trail: Trail::new(connection, peer),
            pending: None,
            writes: false,
            since: None,
            deadline: None,
            reading: Pace::default(),
            writing: Pace::default(),
            wish: Wish::Nothing,
            exchange: Exchange::default(),
            head: KeptHead::none(),
            fields: FieldBlock::new(),
            lines,
            last_answer: LastAnswer::none(),
            tunnel: None,
            ending: None,
            peer_closed: false,
            linger: false,
            cut: false,
            farewell_said: false,
            failure: Error::new(Cause::Abandoned),
            shutdown: None,
            scratch: Vec::new(),
        }
    }

    /// Says what time of day it is: `unix` after the start of 1970. From then on responses have the
    /// field Date, which a server with a clock must send (RFC 9110 section 6.6.1).
    pub fn set_date(&mut self, now: Mono, unix: Duration) {
        self.lines.set_date(now, unix);
    }

    /// The number by which the events of the next request are known. Without it, that is one more
    /// than the last.
    pub const fn number(&mut self, exchange: ExchangeId) {
        self.trail.number(exchange);
    }

    /// The head of the open request.
    #[must_use]
    pub fn head(&self) -> Option<RequestHead<'_>> {
        self.head.get().or_else(|| Some(self.link.http1.request()?.0))
    }

    /// The part of the open request's body that came last, if the head was not the last to come.
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        if let Some(tunnel) = &self.tunnel {
            return tunnel.event();
        }
        let http1 = &self.link.http1;
        http1.data().map(Event::Data).or_else(|| http1.end().map(Event::End))
    }

    /// Why the exchange failed, where [`Do::Failed`] said so.
    #[must_use]
    pub const fn failure(&self) -> &Error {
        &self.failure
    }

    /// The bytes for the transport; empty slices are to be passed over.
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.link.out()
    }

    /// Room for at least `min` bytes of the transport.
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        if self.state == State::Linger {
            self.scratch.resize(SCRATCH, 0);
            return &mut self.scratch;
        }
        self.link.space(min)
    }

    /// Whether the client is waited for to begin a request, and nothing of one has come, or to shake
    /// hands: the moments at which a shutdown closes the connection at once.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Start | State::Secure | State::Handshake | State::Idle)
            || (self.state == State::Head && self.link.http1.unread().is_empty())
    }

    /// What is known of the layer that secures the connection; nothing without one.
    #[must_use]
    pub fn layer_facts(&self) -> LayerFacts<'_> {
        self.link.facts()
    }

    /// How many bytes of the open request's body have come, and how many were announced so far.
    #[must_use]
    pub fn body_progress(&self) -> (u64, u64) {
        self.link.http1.body_progress()
    }

    /// Asks for the next piece of the open request's body: the next event. A client that waits for
    /// `100 Continue` is told to go on.
    pub const fn read_body(&mut self) {
        self.wish = Wish::Body;
    }

    /// Asks for what was said so far to be sent.
    pub const fn flush(&mut self) {
        self.wish = Wish::Flush;
    }

    /// Takes in what came of the last [`Do`]. When the connection is over, nothing matters any more.
    #[inline(always)]
    pub fn input<S: Sink>(&mut self, now: Mono, sink: &S, input: Input) {
        let at = At { now, sink };
        match input {
            _ if self.state == State::Over => {}
            Input::Filled(n) => self.received(n, at),
            Input::Sent(n) => self.sent(n, at),
            input => self.heard(input, at),
        }
    }

    fn received<S: Sink>(&mut self, n: usize, at: At<'_, S>) {
        // What comes after the end is thrown away where it stands.
        if self.state == State::Linger {
            return;
        }
        // No more than was offered, whatever the driver says.
        let n = n.min(self.link.room());
        self.link.tell_received(n, &mut self.trail.cx(at));
        self.link.filled(n);
        self.reading.moved(at.now, n);
    }

    fn sent<S: Sink>(&mut self, n: usize, at: At<'_, S>) {
        self.link.tell_sent(n, &mut self.trail.cx(at));
        self.link.sent(n);
        self.writing.moved(at.now, n);
    }

    /// Takes in what is no bytes.
    #[inline(never)]
    fn heard<S: Sink>(&mut self, input: Input, at: At<'_, S>) {
        match input {
            Input::Filled(_) | Input::Sent(_) => {}
            Input::Eof => {
                self.link.eof();
                self.peer_closed = true;
                self.pending = Some(Pending::Eof);
            }
            Input::Secured(layer) if self.state == State::Secure => {
                self.link.stack(layer, true);
                // To secure a connection and to shake hands is one wait.
                self.state = State::Handshake;
            }
            Input::Secured(_) => {}
            Input::Failed(error) => self.pending = Some(Pending::Failed(Box::new(error))),
            Input::Tick => self.pending = Some(Pending::Tick),
            Input::Shutdown { grace } => self.begin_shutdown(grace, at),
            Input::Abandon => self.abandon(at),
        }
    }

    fn begin_shutdown<S: Sink>(&mut self, grace: Option<Duration>, at: At<'_, S>) {
        if self.shutdown.is_none() {
            self.trail.shutdown(!self.is_idle(), at);
        }
        self.shutdown = Some(grace.map(|grace| at.now + grace));
        if matches!(self.state, State::Open) && self.exchange.status == 0 {
            self.link.http1.end_after_this();
        }
    }

    fn abandon<S: Sink>(&mut self, at: At<'_, S>) {
        self.trail.fail(&self.link, Cause::Abandoned, at);
        self.state = State::Over;
    }

    /// What is to be done next.
    pub fn next<S: Sink>(&mut self, now: Mono, sink: &S) -> Do {
        let next = self.run(At { now, sink });
        self.writes = matches!(next, Do::Write);
        next
    }

    /// Until when the driver may wait to read or to write what it was asked to: from `now` on it waits.
    /// One that can do so without waiting need not ask. When that time is over, it tells
    /// [`Input::Tick`].
    pub fn deadline(&mut self, now: Mono) -> Option<Deadline> {
        let Timeouts { handshake, head, body, write, idle, linger, rate } = self.options.timeouts;
        let mut after = |timeout: Option<_>| Some(*self.since.get_or_insert(now) + timeout?);
        let (at, why) = match self.state {
            State::Secure | State::Handshake => (after(handshake), Waiting::Handshake),
            _ if self.writes => {
                let at = write.map(|patience| self.writing.deadline(now, patience, rate));
                (at, Waiting::Write)
            }
            State::Open | State::Drain => {
                let at = body.map(|patience| self.reading.deadline(now, patience, rate));
                (at, Waiting::Body)
            }
            State::Idle => (after(idle), Waiting::Idle),
            State::Linger => (after(linger), Waiting::Linger),
            // What passes is not ours to judge.
            State::Tunnel => (None, Waiting::Idle),
            _ => (after(head), Waiting::Head),
        };
        let shutdown = self.shutdown.flatten().map(|at| Deadline { at, why: Waiting::Shutdown });
        self.deadline = Deadline::earlier(at.map(|at| Deadline { at, why }), shutdown);
        self.deadline
    }
}
