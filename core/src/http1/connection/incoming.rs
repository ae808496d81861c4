//! The receiving side of a connection: reads the peer's messages and applies their transitions.

use super::machine::Connection;
use crate::error::{PeerError, Rule};
use crate::fields::Fields;
use crate::framing::{Framing, RequestKind};
use crate::head::{HeadInfo, RequestHead, ResponseHead};
use crate::http1::event::{Event, Next};
use crate::http1::head_parser::StartLine;
use crate::http1::receive::MessagePart;
use crate::http1::state::{SwitchKind, Transition};
use crate::trace::{Cx, EventKind, Sink, TraceEvent};
use crate::values::{NotReusable, Role, State, Version};
use crate::wire::Broken;

/// [`Next`] without borrowed data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Event,
    NeedInput,
    Paused,
    Switched,
    Closed,
}

/// The peer broke a rule. The connection has the error.
struct Failed;

impl Connection {
    /// Returns the next step of the peer's messages. The next call consumes the bytes that an event borrows.
    ///
    /// # Errors
    /// Returns the error of the peer if it broke a rule. The connection reads nothing more then, and
    /// every later call returns the same error.
    pub fn next<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Next<'_>, PeerError> {
        Ok(match self.advance(cx)? {
            Progress::Event => {
                return self.with_event(|event| Ok(Next::Event(event)), || Ok(Next::NeedInput));
            }
            Progress::NeedInput => Next::NeedInput,
            Progress::Paused => Next::Paused,
            Progress::Switched => Next::Switched,
            Progress::Closed => Next::Closed,
        })
    }

    /// Returns the event that the last call of [`next`](Self::next) returned.
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        self.with_event(Some, || None)
    }

    /// Returns the request head of the last event, if it was one.
    #[inline]
    pub(crate) fn request(&self) -> Option<(RequestHead<'_>, HeadInfo)> {
        let request = |event| match event {
            Event::Request(head, info) => Some((head, info)),
            _ => None,
        };
        self.with_event(request, || None)
    }

    /// Returns the final response head of the last event, if it was one.
    #[inline]
    pub(crate) fn response(&self) -> Option<(ResponseHead<'_>, HeadInfo)> {
        let response = |event| match event {
            Event::Response(head, info) => Some((head, info)),
            _ => None,
        };
        self.with_event(response, || None)
    }

    /// Returns the data of the last event, if it was data.
    #[inline]
    pub(crate) fn data(&self) -> Option<&[u8]> {
        (self.last == Some(MessagePart::Data)).then(|| self.receive.borrowed())
    }

    /// Returns the trailers of the last event, if it was the end of a message.
    #[inline]
    pub(crate) fn end(&self) -> Option<Fields<'_>> {
        (self.last == Some(MessagePart::End)).then(|| self.receive.fields())
    }

    /// Returns whether the last event was the end of a message with trailers.
    #[inline]
    pub(crate) fn has_trailers(&self) -> bool {
        self.last == Some(MessagePart::End) && self.receive.has_fields()
    }

    /// Returns the information of the last head.
    #[inline]
    pub(crate) fn head_info(&self) -> HeadInfo {
        self.receive.head.head_info()
    }

    /// Returns the kind of the request of this exchange.
    #[inline]
    pub(crate) const fn request_kind(&self) -> RequestKind {
        self.request_kind
    }

    /// Returns whether the body of the peer's message is complete.
    #[inline]
    pub(crate) const fn is_read(&self) -> bool {
        self.receive.is_complete()
    }

    /// Returns whether the last head expects something other than `100-continue`.
    #[inline]
    pub(crate) const fn expects_another(&self) -> bool {
        self.receive.head.connection.expects_another
    }

    /// Takes data of the peer's body from `available` bytes that follow all that has arrived, and
    /// returns how many of them are data: 0 if something else is first. They count as read. The caller
    /// keeps them, and the connection returns no event for them.
    pub(crate) fn skip_data(&mut self, available: usize) -> usize {
        if self.state.of(self.role.peer()) != State::Body {
            return 0;
        }
        self.last = None;
        self.receive.skip_data(available)
    }

    /// Ends the peer's message without an event, if its body is complete. Returns `false` if the body
    /// is incomplete or the message ended before.
    #[inline]
    pub(crate) fn end_in_silence<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> bool {
        let peer = self.role.peer();
        if self.state.of(peer) != State::Body || !self.receive.is_complete() {
            return false;
        }
        self.last = None;
        self.state.apply(peer, Transition::End);
        self.emit_reuse(cx);
        true
    }

    /// Returns whether a server waits for a request of which no byte has arrived.
    #[inline]
    pub(crate) fn awaits_request(&self) -> bool {
        self.state.of(Role::Client) == State::Idle
            && !self.receive.is_at_end()
            && self.receive.is_idle()
    }

    /// Calls `wanted` with the last event, or `nothing` without one. This avoids moving an event, which
    /// is large.
    #[inline(always)]
    pub(crate) fn with_event<'c, R>(
        &'c self,
        wanted: impl Fn(Event<'c>) -> R,
        nothing: impl FnOnce() -> R,
    ) -> R {
        let bytes = self.receive.borrowed();
        match self.last {
            None => return nothing(),
            Some(MessagePart::Data) => return wanted(Event::Data(bytes)),
            Some(MessagePart::End) => return wanted(Event::End(self.receive.fields())),
            Some(MessagePart::Head) => {}
        }
        match self.receive.start_line() {
            Some(StartLine::Request(line)) => {
                let (method, target) = (&bytes[line.method.clone()], &bytes[line.target.clone()]);
                let (version, fields) = (line.version, self.receive.fields());
                let head = RequestHead { method, target, version, fields };
                wanted(Event::Request(head, self.receive.head.head_info()))
            }
            Some(StartLine::Status(line)) => {
                let (version, status, fields) = (line.version, line.status, self.receive.fields());
                let reason = &bytes[line.reason.clone()];
                let head = ResponseHead { version, status, reason, fields };
                if self.receive.head.is_informational() {
                    wanted(Event::Informational(head))
                } else {
                    wanted(Event::Response(head, self.receive.head.head_info()))
                }
            }
            None => nothing(),
        }
    }

    /// Reads the next step without borrowing its data.
    ///
    /// It is always inlined: the gates of small chunks and of heads in single bytes require this.
    #[inline(always)]
    pub(crate) fn advance<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Progress, PeerError> {
        if self.state.of(self.role.peer()) == State::Body {
            // This path is frequent with small chunks.
            if self.receive.plain_chunk(cx) || self.receive.plain_data() {
                self.last = Some(MessagePart::Data);
                return Ok(Progress::Event);
            }
            if self.receive.is_complete() {
                self.receive.end();
                self.ended(cx);
                return Ok(Progress::Event);
            }
        }
        match self.advance_by_state(cx) {
            Ok(progress) => Ok(progress),
            Err(Failed) => self.error.map_or(Ok(Progress::Closed), Err),
        }
    }

    #[inline(never)]
    fn advance_by_state<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Progress, Failed> {
        self.last = None;
        match self.state.of(self.role.peer()) {
            State::Body => self.body(cx),
            State::Idle if self.role == Role::Client => self.unasked(cx),
            State::Idle if self.receive.is_at_end() && self.receive.is_idle() => Ok(self.closed()),
            State::Idle | State::Answer => self.head(cx),
            State::Done | State::MustClose | State::MightSwitch => Ok(self.after_end()),
            State::Switched => {
                self.receive.consume();
                Ok(Progress::Switched)
            }
            State::Closed => Ok(Progress::Closed),
            State::Failed => Err(Failed),
        }
    }

    fn body<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Progress, Failed> {
        let next = self.receive.next_body(cx);
        if self.receive.head.is_misframed {
            self.note_close();
        }
        match next {
            Ok(None) => return Ok(Progress::NeedInput),
            Ok(Some(MessagePart::End)) => self.ended(cx),
            Ok(part) => self.last = part,
            Err(error) => return Err(self.fail(error)),
        }
        Ok(Progress::Event)
    }

    /// Ends the peer's message.
    #[inline(never)]
    fn ended<S: Sink>(&mut self, cx: &mut Cx<'_, S>) {
        self.last = Some(MessagePart::End);
        self.state.apply(self.role.peer(), Transition::End);
        self.emit_reuse(cx);
    }

    /// Records that the peer broke a rule.
    #[cold]
    fn fail(&mut self, error: PeerError) -> Failed {
        self.error = Some(error);
        // This side's message is the last.
        self.state.end_keep_alive();
        self.state.apply(self.role.peer(), Transition::Fail);
        self.close_because(NotReusable::Failed);
        Failed
    }

    /// Refuses bytes that arrive on a connection without a request.
    #[cold]
    fn unasked<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Progress, Failed> {
        if self.receive.surplus() > 0 {
            let error = self.receive.reject(Broken::new(Rule::ResponseUnasked, 0), 0..0, cx);
            return Err(self.fail(error));
        }
        if self.receive.is_at_end() { Ok(self.closed()) } else { Ok(Progress::NeedInput) }
    }

    fn after_end(&mut self) -> Progress {
        self.receive.consume();
        if self.receive.is_at_end() && self.receive.surplus() == 0 {
            return self.closed();
        }
        Progress::Paused
    }

    /// Records that the peer closed its direction at a permitted time.
    fn closed(&mut self) -> Progress {
        self.state.apply(self.role.peer(), Transition::Close);
        self.close_because(NotReusable::PeerClosed);
        Progress::Closed
    }

    fn head<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Progress, Failed> {
        match self.receive.next_head(self.request_kind, cx) {
            Ok(true) => {}
            Ok(false) => return Ok(Progress::NeedInput),
            Err(error) => return Err(self.fail(error)),
        }
        if self.receive.head.status == 101 && !self.state.may_switch_by(SwitchKind::Upgrade) {
            let error = self.receive.reject(Broken::new(Rule::SwitchUnasked, 9), 0..0, cx);
            return Err(self.fail(error));
        }
        self.last = Some(MessagePart::Head);
        if self.role == Role::Server {
            self.request_head();
        } else if self.receive.head.is_informational() {
            self.state.apply(Role::Server, Transition::Informational);
            self.emit_informational(cx);
        } else {
            self.response_head(cx);
        }
        Ok(Progress::Event)
    }

    fn request_head(&mut self) {
        let head = &self.receive.head;
        self.request_kind = head.request_kind;
        let switch = match head.decision.framing {
            Framing::Tunnel => Some(SwitchKind::Connect),
            // HTTP/1.0 ignores the field (RFC 9110 section 7.8).
            _ if head.connection.upgrade && head.version >= Version::HTTP_11 => {
                Some(SwitchKind::Upgrade)
            }
            _ => None,
        };
        self.state.ask_to_switch(switch);
        self.note_close();
        self.state.apply(Role::Client, Transition::Request);
    }

    /// Emits whether a final response accepts the switch of protocols that the request asked for.
    #[cold]
    pub(super) fn emit_switch_decision<S: Sink>(&self, status: u16, cx: &mut Cx<'_, S>) {
        let (by, accepted) = match self.state.may_switch_by(SwitchKind::Upgrade) {
            true => ("Upgrade", status == 101),
            false => ("CONNECT", matches!(status, 200..=299)),
        };
        cx.emit(EventKind::SwitchDecided, || TraceEvent::SwitchDecided { by, accepted, status });
    }

    fn response_head<S: Sink>(&mut self, cx: &mut Cx<'_, S>) {
        self.note_close();
        if self.state.may_switch() {
            self.emit_switch_decision(self.receive.head.status, cx);
        }
        let framing = self.receive.head.decision.framing;
        if framing == Framing::UntilClose {
            self.state.end_keep_alive();
            self.close_because(NotReusable::UntilClose);
        }
        if framing == Framing::Tunnel {
            self.state.apply(Role::Server, Transition::Switch);
            self.close_because(NotReusable::Switched);
            cx.emit(EventKind::Switched, || TraceEvent::Switched {
                leftover: self.receive.surplus() as u64,
            });
        } else {
            self.state.apply(Role::Server, Transition::Response);
        }
    }

    /// Records the reason for which the peer's head forbids another exchange, if it does.
    fn note_close(&mut self) {
        let head = &self.receive.head;
        let why = if head.is_misframed {
            NotReusable::Tolerated
        } else if head.connection.close {
            NotReusable::PeerAsked
        } else if !head.keeps_alive() {
            NotReusable::Http10
        } else {
            return;
        };
        self.state.end_keep_alive();
        self.close_because(why);
    }

    #[inline]
    fn emit_informational<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        if cx.wants(EventKind::InformationalRead)
            && let Some(Event::Informational(head)) = self.event()
        {
            cx.emit(EventKind::InformationalRead, || TraceEvent::InformationalRead { head });
        }
    }
}
