//! Sending the request and receiving the response.

use bytes::Bytes;

use super::super::action::{Action, Emitted, Interest};
use super::super::content;
use super::super::exchange::Exchange;
use super::super::proxy::Proxy;
use super::super::proxy_options::ProxyOptions;
use super::super::redirect;
use super::super::request::Request;
use super::super::route::Via;
use super::super::span_tracker::Slot;
use super::super::state::{ExchangeState, Hop, Receiving, Sending, Stepped, Timer};
use crate::error::{Cause, CodingError, Error, MisuseError, Phase};
use crate::fields::{FieldBlock, Fields};
use crate::http1::{BodySize, Connection, Event, HeadForm, Progress, Role, State};
use crate::trace::{At, Cx, EventKind, Sink, SpanKind, TraceEvent};
use crate::transport::Link;

impl Exchange {
    /// Sends the head of the request, to a forwarding proxy with the whole URL.
    pub(super) fn begin_request<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.plan.tunnelling = false;
        self.link.begin_exchange();
        self.begin_transfer();
        self.spans.start(SpanKind::SendRequestHeaders, at, || {
            TraceEvent::SendRequestHeadersStarted { request: self.plan.method() }
        });
        let request = self.plan.sent();
        let http1 = &mut self.link.http1;
        self.clock.before = http1.received();
        let mut cx = self.spans.cx(at);
        let sent = match self.plan.route.via() {
            Via::Forward(proxy) => {
                let options = &self.plan.route.options.proxy;
                send_whole(http1, request, proxy, options, &mut cx)
            }
            _ => http1.send_written(&mut cx, request.written(), request.fields()),
        };
        sent?;
        self.clock.sizes.request_heads += http1.out_len() as u64;
        // Attempts that are no longer needed are dropped first. Nothing is read before the first byte
        // is sent.
        let is_next = !self.race.has_abandoned() && self.link.has_output(|| self.spans.cx(at))?;
        Ok(is_next.then_some(Action::Wait(Interest::WRITE)))
    }

    /// Resets the progress of the request and of the response.
    #[inline]
    fn begin_transfer(&mut self) {
        self.enter(ExchangeState::Transfer, Phase::SendHead);
        (self.sending, self.receiving) = (Sending::Head, Receiving::Nothing);
        self.has_input = !self.link.is_read_out();
        self.unsent = None;
        self.reset_pace();
    }

    /// Asks a proxy for a tunnel to the origin server.
    #[inline(never)]
    pub(super) fn begin_tunnel<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.plan.tunnelling = true;
        self.begin_transfer();
        self.spans.start(SpanKind::SendRequestHeaders, at, || {
            TraceEvent::SendRequestHeadersStarted { request: self.plan.method() }
        });
        let target = self.plan.request.url().host_and_port();
        let target = target.as_bytes();
        let options = &self.plan.route.options.proxy;
        let mut fields = FieldBlock::new();
        for (name, value) in [("Host", target), ("Accept", b"*/*")] {
            if !options.has(name) {
                fields.push(name.as_bytes(), value);
            }
        }
        if let Via::Tunnel(proxy) = self.plan.route.via() {
            authorize(&mut fields, proxy, options);
        }
        append(&mut fields, options.fields.fields());
        let mut cx = self.spans.cx(at);
        let http1 = &mut self.link.http1;
        let form = HeadForm { needs_host: true, is_http10: options.connect_http10 };
        http1.send_head(&mut cx, b"CONNECT", target, fields.fields(), BodySize::None, form)?;
        self.clock.before = http1.received();
        self.clock.sizes.request_heads += http1.out_len() as u64;
        Ok(None)
    }

    /// Parses what was received of the response, then sends what can be sent of the request.
    #[inline(always)]
    pub(super) fn transfer<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.pace.is_some() {
            self.end_server_wait(at.now);
        }
        // The common case: the request was sent, and the response has arrived.
        if self.sending == Sending::Done && self.has_input && !self.is_held {
            return self.receive(at);
        }
        self.transfer_both(at)
    }

    #[inline(never)]
    fn transfer_both<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.has_input && self.can_read() {
            let stepped = self.receive(at)?;
            if stepped.is_some() || self.has_input || self.state != ExchangeState::Transfer {
                return Ok(stepped);
            }
        }
        let Some(mut interest) = self.send(at)? else { return Ok(Some(Action::Rewind)) };
        interest.read = self.can_read();
        // Reading may have waited for the end of the request.
        Ok(if interest.read && self.has_input { None } else { Some(Action::Wait(interest)) })
    }

    /// Returns whether the response is to be read now. Input that arrives before the request is sent
    /// cannot be its response.
    #[inline]
    fn can_read(&self) -> bool {
        let is_possible = match self.sending {
            Sending::Head => !self.plan.options.read_after_send && self.link.request_bytes() > 0,
            Sending::Body => !self.plan.options.read_after_send,
            Sending::AwaitContinue | Sending::Done | Sending::Stopped => true,
        };
        is_possible && !self.is_held
    }

    /// Sends what can be sent of the request. Returns what to wait for; `None` if the body must be
    /// rewound.
    #[inline]
    fn send<S: Sink>(&mut self, at: At<'_, S>) -> Result<Option<Interest>, Error> {
        loop {
            match self.sending {
                Sending::Head | Sending::Body if self.link.has_output(|| self.spans.cx(at))? => {
                    return Ok(Some(Interest::WRITE));
                }
                Sending::Head => self.head_sent(at)?,
                Sending::Body if self.link.http1.state(Role::Client) == State::Body => {
                    let rewind = core::mem::take(&mut self.rewind);
                    return Ok((!rewind).then_some(Interest::BODY));
                }
                Sending::Body => {
                    self.spans.complete(Slot::Sending, at);
                    self.sending = Sending::Done;
                    self.clock.request_ended();
                    if self.receiving == Receiving::Nothing {
                        self.await_response(at);
                    }
                }
                // TLS may have output of its own, such as the answer to a key update.
                Sending::AwaitContinue | Sending::Done if self.link.layer_has_output() => {
                    return Ok(Some(Interest::WRITE));
                }
                Sending::AwaitContinue | Sending::Done | Sending::Stopped => {
                    return Ok(Some(Interest::NONE));
                }
            }
        }
    }

    /// Handles the end of the head. The body follows, unless `100 Continue` is waited for (RFC 9110
    /// section 10.1.1), which may never arrive. That wait has no span in httpcore: it is between two.
    #[inline]
    fn head_sent<S: Sink>(&mut self, at: At<'_, S>) -> Result<(), Error> {
        self.spans.complete(Slot::Sending, at);
        if !self.plan.tunnelling && self.plan.request.expects_continue() {
            self.sending = Sending::AwaitContinue;
            self.enter_phase(Phase::ReceiveHead);
            return Ok(());
        }
        self.begin_body(at);
        if self.plan.tunnelling || !self.plan.request.has_content() {
            let mut cx = self.spans.cx(at);
            self.link.http1.finish(&mut cx, Fields::EMPTY)?;
        }
        Ok(())
    }

    /// Sends the body because `100 Continue` has not arrived in time.
    pub(in super::super) fn continue_timed_out<S: Sink>(&mut self, at: At<'_, S>) {
        self.emit_continue(true, "the server says nothing", at);
        self.begin_body(at);
    }

    fn emit_continue<S: Sink>(&mut self, sends: bool, why: &'static str, at: At<'_, S>) {
        let mut cx = self.spans.cx(at);
        cx.emit(EventKind::ContinueDecided, || TraceEvent::ContinueDecided { sends, why });
    }

    #[inline(always)]
    fn begin_body<S: Sink>(&mut self, at: At<'_, S>) {
        self.sending = Sending::Body;
        // The response may have begun.
        if self.receiving == Receiving::Nothing {
            self.enter_phase(Phase::SendBody);
        }
        self.spans.start(SpanKind::SendRequestBody, at, || TraceEvent::SendRequestBodyStarted {
            request: self.plan.method(),
        });
    }

    /// Ends a request whose bytes were all sent, though the source of the body has not ended yet: the
    /// response can arrive before the source is polled again.
    #[cold]
    fn end_sent_body<S: Sink>(&mut self, at: At<'_, S>) -> Result<(), Error> {
        if self.sending != Sending::Body || self.link.has_output(|| self.spans.cx(at))? {
            return Ok(());
        }
        let http1 = &mut self.link.http1;
        if http1.state(Role::Client) == State::Body {
            let has_length = matches!(self.plan.request.size(), BodySize::Length(_));
            if !has_length || http1.body_left() > 0 {
                return Ok(());
            }
            http1.finish(&mut self.spans.cx(at), Fields::EMPTY)?;
        }
        self.spans.complete(Slot::Sending, at);
        self.sending = Sending::Done;
        Ok(())
    }

    /// Stops sending the request.
    #[inline(never)]
    pub(in super::super) fn stop_sending<S: Sink>(&mut self, cause: Cause, at: At<'_, S>) {
        let queued = self.discount_unsent();
        self.unsent = Some(match self.plan.request.size() {
            BodySize::Length(length) => length.saturating_sub(self.clock.sizes.request_body),
            _ => queued,
        });
        self.timers.disarm(Timer::Write as usize);
        self.emit_sending_failure(cause, self.sending.phase(), at);
        self.sending = Sending::Stopped;
        self.clock.request_ended();
    }

    /// Leaves those bytes of the body out of the count of sent bytes that the transport has not taken, and
    /// returns their number.
    pub(super) fn discount_unsent(&mut self) -> u64 {
        let made = &mut self.clock.sizes.request_body;
        let queued = self.link.unsent_len().min(*made);
        *made -= queued;
        queued
    }

    /// Attributes a failure to sending the request, even if the response has begun.
    #[cold]
    pub(in super::super) fn blame_sending(&mut self) {
        if self.state == ExchangeState::Transfer && self.sending.is_active() {
            self.enter_phase(self.sending.phase());
        }
    }

    #[inline]
    pub(in super::super) fn await_response<S: Sink>(&mut self, at: At<'_, S>) {
        self.receiving = Receiving::Head;
        self.enter_phase(Phase::ReceiveHead);
        self.spans.start(SpanKind::ReceiveResponseHeaders, at, || {
            TraceEvent::ReceiveResponseHeadersStarted { request: self.plan.method() }
        });
    }

    /// Parses more of the response.
    #[inline(always)]
    fn receive<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.receiving {
            Receiving::Nothing => self.receive_early(at),
            Receiving::Head => self.receive_head(at),
            Receiving::HeadEmitted => self.ask_for_body(at),
            Receiving::Refused => Ok(self.retry_refused(at)),
            Receiving::Body => self.receive_body(at),
        }
    }

    /// Reads the response before the request is sent.
    #[inline(never)]
    fn receive_early<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let received = self.receive_head(at);
        if received.is_err() && self.receiving == Receiving::Nothing {
            // A failure is one of the response, even before its first byte.
            self.await_response(at);
        }
        received
    }

    /// Lets the connection parse on; `None` if it needs more bytes.
    #[inline(always)]
    fn read_on<S: Sink>(&mut self, at: At<'_, S>) -> Result<Option<Progress>, Error> {
        self.link.advance(|| self.spans.cx(at))?;
        if self.link.http1.received() > self.clock.before {
            if self.receiving == Receiving::Nothing && self.sending != Sending::AwaitContinue {
                self.await_response(at);
            }
            self.clock.first_byte();
        }
        Ok(match self.link.read(&mut self.spans.cx(at))? {
            Progress::NeedInput => {
                self.has_input = false;
                None
            }
            progress => Some(progress),
        })
    }

    #[inline(never)]
    fn receive_head<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.read_on(at)?.is_none() {
            return if self.owned.is_empty() { Ok(None) } else { self.read_owned(at) };
        }
        if self.sending != Sending::Done {
            self.head_received_early(at);
        }
        self.head_received(at)
    }

    /// Handles a head that arrived before the request was sent.
    #[cold]
    fn head_received_early<S: Sink>(&mut self, at: At<'_, S>) {
        match self.link.http1.event() {
            Some(Event::Response(head, _)) => {
                let status = head.status;
                self.answered(status, at);
            }
            Some(Event::Informational(head)) if self.sending == Sending::AwaitContinue => {
                let status = head.status;
                self.informed_while_waiting(status, at);
            }
            _ => {}
        }
    }

    /// Handles an informational response while `100 Continue` is waited for.
    fn informed_while_waiting<S: Sink>(&mut self, status: u16, at: At<'_, S>) {
        // A separate response follows.
        self.count_head();
        self.clock.informed();
        if status == 100 {
            self.emit_continue(true, "the server asks for it", at);
            self.begin_body(at);
        }
    }

    /// Counts the bytes of the response parsed so far.
    #[inline(always)]
    fn count_head(&mut self) {
        let http1 = &self.link.http1;
        let read = http1.received() - http1.unread().len() as u64;
        self.clock.sizes.response_heads += read.saturating_sub(self.clock.before);
        self.clock.before = read;
    }

    /// Handles a final status. It ends the wait for `100 Continue`, and one of 300 or above ends the
    /// upload, because the server does not need the rest (RFC 9112 section 9.5).
    fn answered<S: Sink>(&mut self, status: u16, at: At<'_, S>) {
        match self.sending {
            Sending::AwaitContinue => {
                self.emit_continue(false, "the server has answered without it", at);
                self.sending = Sending::Stopped;
                self.unsent = match self.plan.request.size() {
                    BodySize::Length(length) => Some(length),
                    _ => Some(0),
                };
                self.await_response(at);
            }
            Sending::Head | Sending::Body if status >= 300 => {
                self.stop_sending(Cause::AnsweredEarly(status), at);
            }
            _ => {}
        }
    }

    /// Handles a head, final or informational.
    fn head_received<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.count_head();
        let Some((head, reading)) = self.link.http1.response() else {
            self.clock.informed();
            // The tunnel is not part of the caller's request, so its responses are not passed on.
            return Ok((!self.plan.tunnelling).then_some(Action::Event(Emitted::Informational)));
        };
        self.spans.head(head, &self.plan, at);
        if self.plan.tunnelling {
            return self.tunnel_answered(head.status, at);
        }
        if head.status >= 300 {
            return Ok(self.refused(at));
        }
        if self.plan.options.decodes() {
            self.content.decide(head, reading, &mut self.spans, at);
        }
        self.memory.head.keep(head);
        self.receiving = Receiving::HeadEmitted;
        self.enter_phase(Phase::ReceiveBody);
        Ok(Some(Action::Event(Emitted::Head)))
    }

    /// Handles a head with a status that asks for another request or refuses this one. Returns an action, unless
    /// another request follows.
    #[inline(never)]
    fn refused<S: Sink>(&mut self, at: At<'_, S>) -> Option<Action> {
        let (head, _) = self.link.http1.response()?;
        let redirect = match redirect::is_redirect(head.status) {
            true => redirect::hop(head, &self.plan, self.redirected, &mut self.spans, at),
            false => None,
        };
        if let Some(redirect) = redirect {
            self.go_on(Hop::Redirect(redirect), at);
            return Some(Action::Event(Emitted::Redirect));
        }
        match self.decide_retry_of_status(at) {
            Some(retry) if retry.rewinds => {
                self.receiving = Receiving::Refused;
                Some(Action::Rewind)
            }
            Some(_) => self.retry_refused(at),
            None => self.emit_head(at),
        }
    }

    /// Reads the body of a response that is not returned. Another request follows.
    pub(super) fn go_on<S: Sink>(&mut self, hop: Hop, at: At<'_, S>) {
        self.receiving = Receiving::HeadEmitted;
        self.enter_phase(Phase::ReceiveBody);
        self.hop = Some(hop);
        self.discard_body(at);
    }

    /// Passes a head to the caller.
    pub(super) fn emit_head<S: Sink>(&mut self, at: At<'_, S>) -> Option<Action> {
        let (head, reading) = self.link.http1.response()?;
        if self.plan.options.decodes() {
            self.content.decide(head, reading, &mut self.spans, at);
        }
        self.memory.head.keep(head);
        self.receiving = Receiving::HeadEmitted;
        self.enter_phase(Phase::ReceiveBody);
        Some(Action::Event(Emitted::Head))
    }

    /// Handles the proxy's answer to CONNECT: a tunnel, or a refusal.
    #[inline(never)]
    fn tunnel_answered<S: Sink>(&mut self, status: u16, at: At<'_, S>) -> Stepped {
        if !(200..300).contains(&status) {
            return Err(Cause::Proxy(status).into());
        }
        self.keep_owned();
        let early = self.link.enter_tunnel(self.plan.options.config);
        if self.plan.request.url().scheme().is_secure() {
            self.link.keep_early(early);
            return self.begin_handshake(SpanKind::ProxyStartTls, at);
        }
        self.link.receive(&early);
        self.begin_request(at)
    }

    fn ask_for_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.receiving = Receiving::Body;
        self.spans.start(SpanKind::ReceiveResponseBody, at, || {
            TraceEvent::ReceiveResponseBodyStarted { request: self.plan.method() }
        });
        self.receive_body(at)
    }

    fn receive_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        if self.content.is_busy() {
            return self.decode_body(at);
        }
        if !self.piece.is_empty() {
            self.piece = Bytes::new();
        }
        if self.read_on(at)?.is_none() {
            return if self.owned.is_empty() { Ok(None) } else { self.read_owned(at) };
        }
        self.clock.sizes.response_body = self.link.http1.body_progress().0;
        if self.link.http1.data().is_some() {
            if self.draining.is_some() {
                self.discard_data(at);
                return Ok(None);
            }
            let decodes = self.content.begin(&self.plan.options.config.limits);
            // The body of a redirect that is followed is not passed to the caller.
            let is_emitted = self.hop.is_none() && !decodes;
            return Ok(is_emitted.then_some(Action::Event(Emitted::Data)));
        }
        // Nor are its trailers.
        if self.link.http1.has_trailers()
            && self.hop.is_none()
            && let Some(trailers) = self.link.http1.end()
        {
            self.memory.trailers.copy_from(trailers);
        }
        if self.link.lacks_close_notify() && self.link.http1.ends_by_close() {
            let required = self.plan.options.require_close_notify;
            Link::end_without_close_notify("body", required, &mut self.spans.cx(at))?;
        }
        self.keep_owned();
        if self.sending.is_active() {
            self.end_sent_body(at)?;
        }
        self.spans.complete(Slot::Receiving, at);
        if self.sending.is_active() {
            // The server has sent the whole response, and does not need the rest of the request.
            let status = self.memory.head.get().map_or(0, |head| head.status);
            self.stop_sending(Cause::AnsweredEarly(status), at);
        }
        if let Err(error) = self.content.finish(&mut self.spans, at) {
            self.fail_incomplete_content(error, at);
        }
        if self.draining.is_some() {
            self.drained(at);
        }
        Ok(Some(self.end(at)))
    }
}

impl Exchange {
    /// Decodes more of the connection's data.
    #[inline(never)]
    fn decode_body<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        let data = self.link.http1.data().unwrap_or_default();
        match self.content.decode(data) {
            Ok(has_more) => Ok(has_more.then_some(Action::Event(Emitted::Data))),
            Err(error) => {
                content::emit_refused(error, &mut self.spans, at);
                Err(Cause::Coding(error).into())
            }
        }
    }

    /// Fails the exchange because the message is complete and its coded content is not. The
    /// connection itself is valid, and can be reused.
    #[inline(never)]
    fn fail_incomplete_content<S: Sink>(&mut self, error: CodingError, at: At<'_, S>) {
        content::emit_refused(error, &mut self.spans, at);
        self.error = Some(self.complete(Cause::Coding(error).into(), Phase::ReceiveBody));
    }
}

/// Sends the head of a request to a forwarding proxy, with the whole URL.
fn send_whole<S: Sink>(
    http1: &mut Connection,
    request: &Request,
    proxy: &Proxy,
    options: &ProxyOptions,
    cx: &mut Cx<'_, S>,
) -> Result<(), MisuseError> {
    let url = request.url();
    let whole = [url.scheme().name(), "://", url.authority(), url.target()].concat();
    let target = request.own_target().unwrap_or(whole.as_bytes());
    let mut fields = FieldBlock::new();
    authorize(&mut fields, proxy, options);
    append(&mut fields, request.fields().fields());
    let own = options.fields.fields().iter().filter(|field| !field.is("Host"));
    fields.extend(own.map(|field| (field.name, field.value)));
    let form = request.form();
    http1.send_head(cx, request.method(), target, fields.fields(), request.size(), form)
}

/// Adds the credentials for the proxy, unless the options contain other ones.
fn authorize(fields: &mut FieldBlock, proxy: &Proxy, options: &ProxyOptions) {
    const NAME: &str = "Proxy-Authorization";
    if let Some(value) = proxy.authorization().filter(|_| !options.has(NAME)) {
        fields.push(NAME.as_bytes(), &value);
    }
}

fn append(fields: &mut FieldBlock, more: Fields<'_>) {
    fields.extend(more.iter().map(|field| (field.name, field.value)));
}
