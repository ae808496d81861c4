//! The connection: two halves and the table that holds them together.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::Bytes;

use super::event::{Event, Next};
use super::head::{Reading, RequestHead, ResponseHead, Version};
use super::receive::{Head, Receive, Step};
use super::reuse::NotReusable;
use super::section::StartLine;
use super::send::{Announced, BodySize, Send};
use super::state::{Act, Role, Sides, State, SwitchKind};
use crate::buffer::Buffers;
use crate::error::{Call, Misuse, MisuseError, PeerError, Rule};
use crate::fields::Fields;
use crate::framing::{Asked, Framing};
use crate::limits::Config;
use crate::trace::{Cx, EventKind, Sink, TraceEvent};
use crate::wire::{Broken, token};

/// One HTTP/1.1 connection, in either role.
///
/// Bytes of the peer go in by [`space`](Self::space) and [`filled`](Self::filled), or by
/// [`push`](Self::push); [`next`](Self::next) says what they mean. Messages go out by the `send_`
/// methods; [`out`](Self::out) has the bytes for the transport. Any order of calls is legal: one
/// that the state forbids returns a [`MisuseError`] and changes nothing.
///
/// ```
/// use limpid_core::fields::FieldBlock;
/// use limpid_core::http1::{BodySize, Connection, Event, Next, Role};
/// use limpid_core::trace::{Cx, NoSink, Scope};
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
/// let mut connection = Connection::new(Role::Client, Default::default());
///
/// let mut fields = FieldBlock::new();
/// fields.push(b"Host", b"example.com");
/// connection.send_request(&mut cx, b"GET", b"/", fields.fields(), BodySize::None)?;
/// connection.finish(&mut cx, Default::default())?;
/// let request = connection.out().concat();
/// assert_eq!(request, b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
/// connection.sent(request.len());
///
/// connection.push(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
/// let Next::Event(Event::Response(head, _)) = connection.next(&mut cx)? else { panic!() };
/// assert_eq!((head.status, head.fields.len()), (200, 1));
/// assert_eq!(connection.next(&mut cx)?, Next::Event(Event::Data(b"hi")));
/// assert!(matches!(connection.next(&mut cx)?, Next::Event(Event::End(_))));
/// assert_eq!(connection.reuse(), Ok(()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Connection {
    role: Role,
    sides: Sides,
    receive: Receive,
    send: Send,
    /// What the request of this exchange asks.
    asked: Asked,
    /// The version in which the peer speaks.
    version: Version,
    /// Why the connection will not serve another exchange, if that is known.
    not_reusable: Option<NotReusable>,
    error: Option<PeerError>,
    /// What the last event was about.
    last: Option<Last>,
}

/// What an event is about.
#[derive(Clone, Copy, Debug)]
enum Last {
    Head(Reading),
    Data,
    End,
}

/// [`Next`] with nothing borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Event,
    NeedInput,
    Paused,
    Switched,
    Closed,
}

impl Connection {
    /// A connection on which nothing has happened.
    #[must_use]
    pub fn new(role: Role, config: Config) -> Self {
        Self {
            role,
            sides: Sides::new(),
            receive: Receive::new(role.peer(), config),
            send: Send::new(),
            asked: Asked::Other,
            version: Version::HTTP_11,
            not_reusable: None,
            error: None,
            last: None,
        }
    }

    /// Which side of the connection this is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The version in which the peer sent its last head; HTTP/1.1 before there is one.
    #[must_use]
    pub const fn peer_version(&self) -> Version {
        self.version
    }

    /// Where `side` stands.
    #[must_use]
    pub const fn state(&self, side: Role) -> State {
        self.sides.of(side)
    }

    // Bytes in.

    /// Room for at least `min` bytes from the peer. Fill it from its start, then call
    /// [`filled`](Self::filled).
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        self.last = None;
        self.receive.give_back();
        self.receive.buffer.space(min)
    }

    /// The peer sent `n` bytes, which stand at the start of the last [`space`](Self::space).
    pub fn filled(&mut self, n: usize) {
        self.receive.buffer.filled(n);
    }

    /// The peer sent `bytes`; they are copied.
    pub fn push(&mut self, bytes: &[u8]) {
        self.last = None;
        self.receive.give_back();
        self.receive.buffer.push(bytes);
    }

    /// The peer closed its direction of the connection.
    pub const fn eof(&mut self) {
        self.receive.end_of_stream();
    }

    /// Bytes of the peer that have arrived and belong to nothing that was told so far.
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.receive.unread()
    }

    /// How many bytes of the peer have arrived on this connection.
    #[must_use]
    pub const fn received(&self) -> u64 {
        self.receive.buffer.received()
    }

    /// What comes next of what the peer sent. What an event borrows is used up by the next call.
    ///
    /// # Errors
    /// The rule that the peer broke. Nothing it sends after that is read; every later call returns
    /// the same error.
    pub fn next<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Next<'_>, PeerError> {
        match self.advance(cx)? {
            Progress::Event => {
                self.with_event(|event| Ok(Next::Event(event)), || Ok(Next::NeedInput))
            }
            Progress::NeedInput => Ok(Next::NeedInput),
            Progress::Paused => Ok(Next::Paused),
            Progress::Switched => Ok(Next::Switched),
            Progress::Closed => Ok(Next::Closed),
        }
    }

    /// The event that the last call of [`next`](Self::next) returned, once more.
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        self.with_event(Some, || None)
    }

    /// The request that the last event was, if it was one.
    #[inline]
    pub(crate) fn request(&self) -> Option<(RequestHead<'_>, Reading)> {
        let request = |event| match event {
            Event::Request(head, reading) => Some((head, reading)),
            _ => None,
        };
        self.with_event(request, || None)
    }

    /// Whether a server waits for a request of which nothing has come.
    #[inline]
    pub(crate) fn awaits_request(&self) -> bool {
        self.sides.client == State::Idle && !self.receive.is_at_end() && self.receive.is_idle()
    }

    /// Makes what is wanted of the last event where it is wanted: an event is large to be moved.
    #[inline(always)]
    fn with_event<'c, R>(
        &'c self,
        wanted: impl Fn(Event<'c>) -> R,
        nothing: impl FnOnce() -> R,
    ) -> R {
        let (bytes, fields) = (self.receive.lent(), self.receive.fields());
        match (self.last, self.receive.start_line()) {
            (Some(Last::Data), _) => wanted(Event::Data(bytes)),
            (Some(Last::End), _) => wanted(Event::End(fields)),
            (Some(Last::Head(reading)), Some(StartLine::Request(line))) => {
                let (method, target) = (&bytes[line.method.clone()], &bytes[line.target.clone()]);
                let head = RequestHead { method, target, version: line.version, fields };
                wanted(Event::Request(head, reading))
            }
            (Some(Last::Head(reading)), Some(StartLine::Status(line))) => {
                let (version, status) = (line.version, line.status);
                let reason = &bytes[line.reason.clone()];
                let head = ResponseHead { version, status, reason, fields };
                if is_informational(status) {
                    wanted(Event::Informational(head))
                } else {
                    wanted(Event::Response(head, reading))
                }
            }
            (Some(Last::Head(_)), None) | (None, _) => nothing(),
        }
    }

    /// Reads on, and says what there is without borrowing it.
    pub(crate) fn advance<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Progress, PeerError> {
        self.last = None;
        if let Some(error) = self.error {
            return Err(error);
        }
        let peer = self.role.peer();
        let step = match self.sides.of(peer) {
            State::Idle if self.role == Role::Client => return self.unasked(cx),
            State::Idle if self.receive.is_at_end() && self.receive.is_idle() => {
                return Ok(self.closed());
            }
            State::Idle | State::Answer => self.receive.next_head(self.asked, cx),
            State::Body => self.receive.next_body(cx),
            State::Done | State::MustClose | State::MightSwitch => return Ok(self.after_end()),
            State::Switched => {
                self.receive.give_back();
                return Ok(Progress::Switched);
            }
            State::Closed | State::Failed => return Ok(Progress::Closed),
        };
        match step {
            Err(error) => Err(self.fail(error)),
            Ok(Step::NeedInput) => Ok(Progress::NeedInput),
            Ok(Step::Data) => {
                self.last = Some(Last::Data);
                Ok(Progress::Event)
            }
            Ok(Step::End) => {
                self.last = Some(Last::End);
                self.sides.act(peer, Act::End);
                self.tell_reuse(cx);
                Ok(Progress::Event)
            }
            Ok(Step::Head(head)) => self.head(&head, cx),
        }
    }

    /// The peer broke a rule.
    #[cold]
    fn fail(&mut self, error: PeerError) -> PeerError {
        self.error = Some(error);
        // What we still say to it is the last.
        self.sides.keep_alive = false;
        self.sides.act(self.role.peer(), Act::Fail);
        self.close_because(NotReusable::Failed);
        error
    }

    /// Bytes on a connection on which nothing was asked are no response to anything.
    fn unasked<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Progress, PeerError> {
        if self.receive.surplus() > 0 {
            let error = self.receive.refuse(Broken::new(Rule::ResponseUnasked, 0), 0..0, cx);
            return Err(self.fail(error));
        }
        if self.receive.is_at_end() { Ok(self.closed()) } else { Ok(Progress::NeedInput) }
    }

    fn after_end(&mut self) -> Progress {
        self.receive.give_back();
        if self.receive.is_at_end() && self.receive.surplus() == 0 {
            return self.closed();
        }
        Progress::Paused
    }

    /// The peer closed its direction where it may.
    fn closed(&mut self) -> Progress {
        self.sides.act(self.role.peer(), Act::Close);
        self.close_because(NotReusable::PeerClosed);
        Progress::Closed
    }

    fn head<S: Sink>(&mut self, head: &Head, cx: &mut Cx<'_, S>) -> Result<Progress, PeerError> {
        self.version = head.version;
        let keep_alive = keep_alive(head);
        match self.role {
            Role::Server => self.request_head(head, keep_alive),
            Role::Client
                if head.status == 101 && self.sides.switch != Some(SwitchKind::Upgrade) =>
            {
                let error = self.receive.refuse(Broken::new(Rule::SwitchUnasked, 9), 0..0, cx);
                return Err(self.fail(error));
            }
            Role::Client => self.response_head(head, keep_alive, cx),
        }
        self.last = Some(Last::Head(Reading {
            framing: head.decision.framing,
            keep_alive: keep_alive
                && !matches!(head.decision.framing, Framing::Tunnel | Framing::UntilClose),
            expects_continue: head.wishes.expects_continue && head.version >= Version::HTTP_11,
        }));
        if cx.wants(EventKind::InformationalRead)
            && let Some(Event::Informational(head)) = self.event()
        {
            cx.tell(EventKind::InformationalRead, || TraceEvent::InformationalRead { head });
        }
        Ok(Progress::Event)
    }

    fn request_head(&mut self, head: &Head, keep_alive: bool) {
        self.asked = head.asked;
        self.sides.keep_alive &= keep_alive && head.decision.tolerated.is_none();
        self.sides.switch = match head.decision.framing {
            Framing::Tunnel => Some(SwitchKind::Connect),
            // In HTTP/1.0 the field means nothing (RFC 9110 section 7.8).
            _ if head.wishes.upgrade && head.version >= Version::HTTP_11 => {
                Some(SwitchKind::Upgrade)
            }
            _ => None,
        };
        self.note_close(head, keep_alive);
        self.sides.act(Role::Client, Act::Request);
    }

    fn response_head<S: Sink>(&mut self, head: &Head, keep_alive: bool, cx: &mut Cx<'_, S>) {
        if is_informational(head.status) {
            self.sides.act(Role::Server, Act::Informational);
            return;
        }
        let until_close = head.decision.framing == Framing::UntilClose;
        self.sides.keep_alive &= keep_alive && !until_close && head.decision.tolerated.is_none();
        self.note_close(head, keep_alive);
        if until_close {
            self.close_because(NotReusable::UntilClose);
        }
        if head.decision.framing == Framing::Tunnel {
            self.sides.act(Role::Server, Act::Switch);
            self.close_because(NotReusable::Switched);
            cx.tell(EventKind::Switched, || TraceEvent::Switched {
                leftover: self.receive.surplus() as u64,
            });
        } else {
            self.sides.act(Role::Server, Act::Response);
        }
    }

    fn note_close(&mut self, head: &Head, keep_alive: bool) {
        if head.decision.tolerated.is_some() {
            self.close_because(NotReusable::Tolerated);
        } else if head.wishes.close {
            self.close_because(NotReusable::PeerAsked);
        } else if !keep_alive {
            self.close_because(NotReusable::Http10);
        }
    }

    // Messages out.

    /// Sends the head of a request. The machine adds the field that announces the body, unless the
    /// caller did; order and case of the fields are the caller's.
    ///
    /// # Errors
    /// The state forbids it, or a part of the head could split the message or contradicts the
    /// body's size. Nothing was written then.
    pub fn send_request<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        method: &[u8],
        target: &[u8],
        fields: Fields<'_>,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        self.check(Call::SendRequest, Act::Request)?;
        let announced = self.send.request(method, target, fields, size);
        let announced = announced.map_err(|misuse| self.misuse(Call::SendRequest, misuse))?;
        self.asked = Asked::by(method);
        self.sides.switch = match announced.framing {
            Framing::Tunnel => Some(SwitchKind::Connect),
            _ if announced.wishes.upgrade => Some(SwitchKind::Upgrade),
            _ => None,
        };
        self.announce(announced, Act::Request, cx);
        Ok(())
    }

    /// Sends an informational response; `status` is 100 to 199 and not 101.
    ///
    /// # Errors
    /// As [`send_request`](Self::send_request). A client of HTTP/1.0 is not sent any
    /// (RFC 9110 section 15.2): that is a [`Misuse::State`] too.
    pub fn send_informational<S: Sink>(
        &mut self,
        _: &mut Cx<'_, S>,
        status: u16,
        reason: &[u8],
        fields: Fields<'_>,
    ) -> Result<(), MisuseError> {
        let call = Call::SendInformational;
        self.check(call, Act::Informational)?;
        if self.version < Version::HTTP_11 {
            return Err(self.misuse(call, Misuse::State));
        }
        if !is_informational(status) {
            return Err(self.misuse(call, Misuse::Status));
        }
        self.send
            .informational(status, reason, fields)
            .map_err(|misuse| self.misuse(call, misuse))?;
        self.sides.act(Role::Server, Act::Informational);
        Ok(())
    }

    /// Sends the head of a response; `status` is 101 or 200 to 999. 101, and 2xx to CONNECT, switch
    /// protocols: the connection is to be taken by [`into_switched`](Self::into_switched) when
    /// [`out`](Self::out) is empty.
    ///
    /// # Errors
    /// As [`send_request`](Self::send_request). 101 needs a request that asked for an upgrade.
    pub fn send_response<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        status: u16,
        reason: &[u8],
        fields: Fields<'_>,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        if !token::is_text(reason) {
            return Err(self.misuse(Call::SendResponse, Misuse::Reason));
        }
        self.respond(cx, (status, reason), fields, [&[]; 4], size)
    }

    /// As [`send_response`](Self::send_response), with a reason that can be sent, and pieces of lines
    /// that follow the fields and are not looked at: they say nothing of framing or persistence.
    pub(crate) fn respond<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        (status, reason): (u16, &[u8]),
        fields: Fields<'_>,
        lines: [&[u8]; 4],
        size: BodySize,
    ) -> Result<(), MisuseError> {
        let call = Call::SendResponse;
        let switches = match status {
            101 => self.sides.switch == Some(SwitchKind::Upgrade),
            200..=299 => self.sides.switch == Some(SwitchKind::Connect),
            _ => false,
        };
        let act = if switches { Act::Switch } else { Act::Response };
        self.check(call, act)?;
        if !matches!(status, 200..=999) && !switches {
            return Err(self.misuse(call, Misuse::Status));
        }
        let peer = (self.version, self.sides.keep_alive);
        let announced = self.send.response((status, reason), fields, lines, size, self.asked, peer);
        let announced = announced.map_err(|misuse| self.misuse(call, misuse))?;
        if announced.framing == Framing::UntilClose {
            self.sides.keep_alive = false;
            self.close_because(NotReusable::UntilClose);
        }
        self.announce(announced, act, cx);
        if switches {
            self.close_because(NotReusable::Switched);
        }
        Ok(())
    }

    fn announce<S: Sink>(&mut self, announced: Announced, act: Act, _: &mut Cx<'_, S>) {
        if announced.wishes.close {
            self.sides.keep_alive = false;
            self.close_because(NotReusable::WeAsked);
        }
        self.sides.act(self.role, act);
    }

    /// Sends a piece of the body. A large piece is not copied.
    ///
    /// # Errors
    /// The state forbids it, or it is more than was announced.
    pub fn send_data<S: Sink>(
        &mut self,
        _: &mut Cx<'_, S>,
        data: Bytes,
    ) -> Result<(), MisuseError> {
        self.check(Call::SendData, Act::Data)?;
        self.send.data(data).map_err(|misuse| self.misuse(Call::SendData, misuse))
    }

    /// Ends the message; every message must be ended, one without a body too.
    ///
    /// # Errors
    /// The state forbids it, the body is shorter than was announced, or the trailers must not be
    /// sent.
    pub fn finish<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        trailers: Fields<'_>,
    ) -> Result<(), MisuseError> {
        self.check(Call::Finish, Act::End)?;
        self.send.finish(trailers).map_err(|misuse| self.misuse(Call::Finish, misuse))?;
        self.sides.act(self.role, Act::End);
        self.tell_reuse(cx);
        Ok(())
    }

    // Bytes out.

    /// The bytes for the transport, in order; empty slices are to be passed over.
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.send.out.slices()
    }

    /// How many bytes wait for the transport.
    #[must_use]
    pub fn out_len(&self) -> usize {
        self.send.out.len()
    }

    /// The transport took the first `n` bytes of [`out`](Self::out).
    pub fn sent(&mut self, n: usize) {
        self.send.out.sent(n);
    }

    /// How many bytes the transport has taken on this connection.
    #[must_use]
    pub const fn total_sent(&self) -> u64 {
        self.send.out.total()
    }

    // The connection as a whole.

    /// Whether another exchange can begin.
    ///
    /// # Errors
    /// Why not.
    pub fn reuse(&self) -> Result<(), NotReusable> {
        match self.not_reusable {
            Some(reason) => Err(reason),
            None if !self.sides.both_done() => Err(NotReusable::Unfinished),
            None if self.role == Role::Client && self.receive.surplus() > 0 => {
                Err(NotReusable::Surplus)
            }
            None if self.role == Role::Client && self.receive.is_at_end() => {
                Err(NotReusable::PeerClosed)
            }
            None => Ok(()),
        }
    }

    /// Makes this exchange the last: a response whose head was not sent yet says so.
    pub fn end_after_this(&mut self) {
        self.sides.keep_alive = false;
        self.close_because(NotReusable::WeAsked);
    }

    /// Whether the client has asked to leave HTTP/1.1, and has no answer to that.
    #[must_use]
    pub const fn may_switch(&self) -> bool {
        self.sides.switch.is_some()
    }

    /// Begins another exchange.
    ///
    /// # Errors
    /// [`reuse`](Self::reuse) says no.
    pub fn restart(&mut self) -> Result<(), MisuseError> {
        if self.reuse().is_err() {
            return Err(self.misuse(Call::Restart, Misuse::State));
        }
        self.last = None;
        self.sides.restart();
        self.receive.restart();
        self.asked = Asked::Other;
        Ok(())
    }

    /// Gives the memory of an idle connection back. It comes again with the next byte.
    pub fn release(&mut self) {
        self.receive.give_back();
        self.receive.buffer.release();
        self.send.out.release();
    }

    /// Lends the memory of an idle connection to others, as far as they can use it, and gives the
    /// rest back.
    pub(crate) fn rest(&mut self, memory: &mut Buffers) {
        self.receive.give_back();
        self.receive.buffer.rest(&mut memory.incoming);
        self.send.out.rest(&mut memory.outgoing);
    }

    /// Takes memory that another connection has lent.
    pub(crate) fn wake(&mut self, memory: &mut Buffers) {
        self.receive.buffer.wake(&mut memory.incoming);
        self.send.out.wake(&mut memory.outgoing);
    }

    /// Takes the connection over after a switch of protocols; what is returned are the bytes of the
    /// new protocol that have arrived.
    ///
    /// # Errors
    /// There was no switch, or bytes still wait for the transport. The connection comes back.
    pub fn into_switched(mut self) -> Result<Vec<u8>, (MisuseError, Box<Self>)> {
        // A client switches when its own request is complete, so both sides are to be looked at.
        let switched = self.sides.client == State::Switched && self.sides.server == State::Switched;
        if !switched || self.out_len() > 0 {
            let error = self.misuse(Call::IntoSwitched, Misuse::State);
            return Err((error, Box::new(self)));
        }
        self.receive.give_back();
        Ok(self.receive.buffer.into_unread())
    }

    /// The bytes of the line for which the peer was refused.
    #[must_use]
    pub fn evidence(&self) -> &[u8] {
        self.receive.evidence()
    }

    /// How many bytes of the current body have been received, and how many were announced so far:
    /// by Content-Length, or by the chunks that have come.
    #[must_use]
    pub fn body_progress(&self) -> (u64, u64) {
        self.receive.body_progress()
    }

    /// How many bytes must still be sent of a body of known length.
    #[must_use]
    pub const fn body_left(&self) -> u64 {
        self.send.left()
    }

    fn check(&self, call: Call, act: Act) -> Result<(), MisuseError> {
        if self.sides.may(self.role, act) { Ok(()) } else { Err(self.misuse(call, Misuse::State)) }
    }

    const fn misuse(&self, call: Call, misuse: Misuse) -> MisuseError {
        MisuseError { call, misuse, client: self.sides.client, server: self.sides.server }
    }

    /// The first reason is the one that counts.
    fn close_because(&mut self, reason: NotReusable) {
        self.not_reusable.get_or_insert(reason);
    }

    fn tell_reuse<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        let reuse = self.reuse();
        if reuse != Err(NotReusable::Unfinished) {
            cx.tell(EventKind::ReuseDecided, || TraceEvent::ReuseDecided {
                reusable: reuse.is_ok(),
                why: reuse.err().map_or("both messages are complete", NotReusable::sentence),
            });
        }
    }
}

/// Whether another message may follow, as far as this head says (RFC 9112 section 9.3).
const fn keep_alive(head: &Head) -> bool {
    let persistent = head.version.minor() >= 1 || head.wishes.keep_alive;
    persistent && !head.wishes.close
}

const fn is_informational(status: u16) -> bool {
    matches!(status, 100 | 102..=199)
}
