//! The request goes out and the response comes in.

use super::super::action::{Action, Emitted, Interest};
use super::super::content;
use super::super::exchange::Exchange;
use super::super::proxy::Proxy;
use super::super::redirect;
use super::super::request::Request;
use super::super::route::Via;
use super::super::state::{State, Stepped};
use super::super::trail::Slot;
use crate::error::{Cause, CodingError, Error, MisuseError, Phase};
use crate::fields::{FieldBlock, Fields};
use crate::http1::{BodySize, Connection, Event, Progress, Role, State as Side};
use crate::trace::{At, Cx, EventKind, Sink, SpanKind, TraceEvent};

impl Exchange {
    /// Sends the head of the request: to the origin server, or whole to a proxy that forwards it.
    pub(super) fn begin_request<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.plan.tunnelling = false;
        self.link.begin_exchange();
        self.enter(State::SendHead, Phase::SendHead);
        self.trail.start(SpanKind::SendRequestHeaders, at, || {
            TraceEvent::SendRequestHeadersStarted { request: self.plan.method() }
        });
        let request = &self.plan.request;
        let http1 = &mut self.link.http1;
        self.clock.before = http1.received();
        let mut cx = self.trail.cx(at);
        let sent = match self.plan.route.via() {
            Via::Forward(proxy) => send_whole(http1, request, proxy, &mut cx),
            _ => http1.send_written(&mut cx, request.written()),
        };
        sent?;
        self.clock.sizes.request_heads += http1.out_len() as u64;
        // Attempts at connecting that are not needed any more are let go of before.
        if self.race.has_abandoned() { Ok(None) } else { self.send_head(at) }
    }

    /// Asks a proxy for a tunnel to the origin server.
    #[inline(never)]
    pub(super) fn begin_tunnel<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.plan.tunnelling = true;
        self.enter(State::SendHead, Phase::SendHead);
        self.trail.start(SpanKind::SendRequestHeaders, at, || {
            TraceEvent::SendRequestHeadersStarted { request: self.plan.method() }
        });
        let target = self.plan.request.url().host_and_port();
        let target = target.as_bytes();
        let mut fields = FieldBlock::new();
        fields.push(b"Host", target);
        fields.push(b"Accept", b"*/*");
        if let Via::Tunnel(proxy) = self.plan.route.via() {
            let more = proxy_fields(proxy);
            fields.extend(more.fields().iter().map(|field| (field.name, field.value)));
        }
        let mut cx = self.trail.cx(at);
        let http1 = &mut self.link.http1;
        http1.send_request(&mut cx, b"CONNECT", target, fields.fields(), BodySize::None)?;
        self.clock.before = http1.received();
        self.clock.sizes.request_heads += http1.out_len() as u64;
        Ok(None)
    }

    pub(super) fn send_head<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.link.has_output()? {
            return Ok(Some(Action::Wait(Interest::WRITE)));
        }
        self.trail.complete(Slot::Sending, at);
        if !self.plan.tunnelling && self.plan.request.expects_continue() {
            self.enter(State::AwaitContinue, Phase::ReceiveHead);
            return Ok(None);
        }
        self.begin_body(at);
        if !self.plan.tunnelling && self.plan.request.has_content() {
            return self.send_body(at);
        }
        let mut cx = self.trail.cx(at);
        self.link.http1.finish(&mut cx, Fields::EMPTY)?;
        Ok(self.sent(at))
    }

    /// Waits until the server says whether it wants the body (RFC 9110 section 10.1.1), which it
    /// may never do. That is no span of httpcore's: it stands between two of them.
    #[inline(never)]
    pub(super) fn await_continue<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.read_on(at) {
            Ok(Err(action)) => return Ok(Some(action)),
            Ok(Ok(_)) => {}
            Err(error) => {
                self.await_response(at);
                return Err(error);
            }
        }
        match self.link.http1.event() {
            Some(Event::Informational(head)) if head.status == 100 => {
                self.tell_continue(true, "the server asks for it", at);
                self.begin_body(at);
            }
            Some(Event::Response(..)) => {
                self.tell_continue(false, "the server has answered without it", at);
                self.await_response(at);
                return self.head_received(at);
            }
            _ => {}
        }
        Ok(Some(Action::Event(Emitted::Informational)))
    }

    /// The server was to ask for the body, and has not in the time for that.
    pub(in super::super) fn continue_unasked<S: Sink>(&mut self, at: At<'_, S>) {
        self.tell_continue(true, "the server says nothing", at);
        self.begin_body(at);
    }

    fn tell_continue<S: Sink>(&mut self, sends: bool, why: &'static str, at: At<'_, S>) {
        let mut cx = self.trail.cx(at);
        cx.tell(EventKind::ContinueDecided, || TraceEvent::ContinueDecided { sends, why });
    }

    #[inline(always)]
    fn begin_body<S: Sink>(&mut self, at: At<'_, S>) {
        self.enter(State::SendBody, Phase::SendBody);
        self.trail.start(SpanKind::SendRequestBody, at, || TraceEvent::SendRequestBodyStarted {
            request: self.plan.method(),
        });
    }

    pub(super) fn send_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.link.has_output()? {
            return Ok(Some(Action::Wait(Interest::WRITE)));
        }
        if self.link.http1.state(Role::Client) == Side::Body {
            if core::mem::take(&mut self.rewind) {
                return Ok(Some(Action::Rewind));
            }
            return Ok(Some(Action::Wait(Interest::BODY)));
        }
        Ok(self.sent(at))
    }

    /// The request is on its way to the last byte.
    #[inline(always)]
    fn sent<S: Sink>(&mut self, at: At<'_, S>) -> Option<Action> {
        self.trail.complete(Slot::Sending, at);
        self.await_response(at);
        self.link.is_read_out().then_some(Action::Wait(Interest::READ))
    }

    #[inline]
    pub(in super::super) fn await_response<S: Sink>(&mut self, at: At<'_, S>) {
        self.enter(State::ReceiveHead, Phase::ReceiveHead);
        self.trail.start(SpanKind::ReceiveResponseHeaders, at, || {
            TraceEvent::ReceiveResponseHeadersStarted { request: self.plan.method() }
        });
    }

    /// Lets the connection read on, or says what it needs first.
    #[inline(always)]
    fn read_on<S: Sink>(&mut self, at: At<'_, S>) -> Result<Result<Progress, Action>, Error> {
        self.link.advance()?;
        if self.link.http1.received() > self.clock.before {
            self.clock.first_byte();
        }
        if !self.write_failed && self.link.layer_has_output() {
            // TLS answers on its own at times: to a change of keys, for one.
            return Ok(Err(Action::Wait(Interest::WRITE)));
        }
        match self.link.read(&mut self.trail.cx(at))? {
            Progress::NeedInput => Ok(Err(Action::Wait(Interest::READ))),
            progress => Ok(Ok(progress)),
        }
    }

    pub(super) fn receive_head<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if let Err(action) = self.read_on(at)? {
            return Ok(Some(action));
        }
        self.head_received(at)
    }

    /// A head has come: the final one, or one before it.
    fn head_received<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let Some((head, reading)) = self.link.http1.response() else {
            // The caller did not ask for a tunnel, and is told nothing of it.
            return Ok((!self.plan.tunnelling).then_some(Action::Event(Emitted::Informational)));
        };
        let http1 = &self.link.http1;
        let read = http1.received() - http1.unread().len() as u64;
        self.clock.sizes.response_heads += read.saturating_sub(self.clock.before);
        self.trail.head(head, &self.plan, at);
        if self.plan.tunnelling {
            return self.tunnel_answered(head.status, at);
        }
        let hop = match redirect::is_redirect(head.status) {
            true => redirect::hop(head, &self.plan, self.redirected, &mut self.trail, at)?,
            false => None,
        };
        if self.plan.options.decode && hop.is_none() {
            self.content.decide(head, reading, &mut self.trail, at);
        }
        if hop.is_none() {
            self.memory.head.keep(head);
        }
        self.enter(State::Head, Phase::ReceiveBody);
        self.hop = hop;
        // The head of a redirect that is followed is nothing that the caller asked for.
        Ok(self.hop.is_none().then_some(Action::Event(Emitted::Head)))
    }

    /// The proxy has answered: there is a tunnel, or there is none.
    #[inline(never)]
    fn tunnel_answered<S: Sink>(&mut self, status: u16, at: At<'_, S>) -> Stepped {
        if !(200..300).contains(&status) {
            return Err(Cause::Proxy(status).into());
        }
        let early = self.link.enter_tunnel(self.plan.options.config);
        self.link.keep_early(early);
        self.shake_hands(SpanKind::ProxyStartTls, at)
    }

    pub(super) fn ask_for_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.enter(State::ReceiveBody, Phase::ReceiveBody);
        self.trail.start(SpanKind::ReceiveResponseBody, at, || {
            TraceEvent::ReceiveResponseBodyStarted { request: self.plan.method() }
        });
        self.receive_body(at)
    }

    pub(super) fn receive_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.content.is_busy() {
            return self.decode_body(at);
        }
        if let Err(action) = self.read_on(at)? {
            return Ok(Some(action));
        }
        self.clock.sizes.response_body = self.link.http1.body_progress().0;
        if self.link.http1.data().is_some() {
            let decodes = self.content.begin(&self.plan.options.config.limits);
            // The body of a redirect that is followed is nothing that the caller asked for.
            let is_told = self.hop.is_none() && !decodes;
            return Ok(is_told.then_some(Action::Event(Emitted::Data)));
        }
        // Nor are its trailers.
        if self.link.http1.has_trailers()
            && self.hop.is_none()
            && let Some(trailers) = self.link.http1.end()
        {
            self.memory.trailers.copy_from(trailers);
        }
        self.trail.complete(Slot::Receiving, at);
        if let Err(error) = self.content.finish(&mut self.trail, at) {
            self.ends_too_early(error, at);
        }
        Ok(Some(self.end(at)))
    }
}

impl Exchange {
    /// Decodes what the connection has of the body.
    #[inline(never)]
    fn decode_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let data = self.link.http1.data().unwrap_or_default();
        match self.content.decode(data) {
            Ok(has_more) => Ok(has_more.then_some(Action::Event(Emitted::Data))),
            Err(error) => {
                content::tell_refused(error, &mut self.trail, at);
                Err(Cause::Coding(error).into())
            }
        }
    }

    /// The message is complete, and what it carries is not. The connection has done nothing wrong,
    /// and may serve again.
    #[inline(never)]
    fn ends_too_early<S: Sink>(&mut self, error: CodingError, at: At<'_, S>) {
        content::tell_refused(error, &mut self.trail, at);
        self.error = Some(self.complete(Cause::Coding(error).into(), Phase::ReceiveBody));
    }
}

/// Sends the head of a request to a proxy that forwards it, with the whole URL.
fn send_whole<S: Sink>(
    http1: &mut Connection,
    request: &Request,
    proxy: &Proxy,
    cx: &mut Cx<'_, S>,
) -> Result<(), MisuseError> {
    let url = request.url();
    let whole = [url.scheme().name(), "://", url.authority(), url.target()].concat();
    let target = request.own_target().unwrap_or(whole.as_bytes());
    let mut fields = proxy_fields(proxy);
    fields.extend(request.fields().fields().iter().map(|field| (field.name, field.value)));
    http1.send_request(cx, request.method(), target, fields.fields(), request.size())
}

/// What a proxy is told beside the request.
fn proxy_fields(proxy: &Proxy) -> FieldBlock {
    let mut fields = FieldBlock::new();
    if let Some(value) = proxy.authorization() {
        fields.push(b"Proxy-Authorization", &value);
    }
    fields
}
