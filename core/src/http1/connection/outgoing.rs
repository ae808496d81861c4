//! The sending side of a connection: checks the state, and passes messages to the sending half.

use alloc::vec::Vec;

use bytes::Bytes;

use super::machine::Connection;
use crate::error::{Call, Misuse, MisuseError};
use crate::fields::{FieldBlock, Fields};
use crate::framing::{Framing, RequestKind};
use crate::head::is_informational;
use crate::http1::request::{self, HeadForm, RequestLine, WrittenRequest};
use crate::http1::response::{self, ResponseContext, WrittenResponse};
use crate::http1::send::{BodySize, EncodedHead};
use crate::http1::sent_head;
use crate::http1::state::{SwitchKind, Transition};
use crate::trace::{Cx, EventKind, Interest, Sink};
use crate::values::{NotReusable, Role, Version};

/// The events that the head of a response may lead to when it is sent.
const OF_RESPONSES: Interest =
    Interest::only(EventKind::ResponseSent).with(Interest::only(EventKind::SwitchDecided));

impl Connection {
    /// Sends the head of a request. The connection adds the field that announces the body, unless
    /// `fields` contains it, and keeps the order and the case of the fields.
    ///
    /// # Errors
    /// Returns a [`MisuseError`] if the state forbids the call, or if a part of the head could split
    /// the message or contradicts the size of the body. Nothing is written then.
    pub fn send_request<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        method: &[u8],
        target: &[u8],
        fields: Fields<'_>,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        let form = HeadForm { needs_host: true, is_http10: false };
        self.send_head(cx, method, target, fields, size, form)
    }

    /// Sends the head of a request, which has this form.
    ///
    /// # Errors
    /// Returns an error as [`send_request`](Self::send_request) does.
    // Gate memory-exchange.
    #[inline(always)]
    pub(crate) fn send_head<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        method: &[u8],
        target: &[u8],
        fields: Fields<'_>,
        size: BodySize,
        form: HeadForm,
    ) -> Result<(), MisuseError> {
        let line = RequestLine { method, target, kind: RequestKind::by(method), form };
        let write = |staging: &mut Vec<u8>| request::write(staging, &line, fields, size);
        self.queue_request(line.kind, write, || fields, cx)
    }

    /// Sends the head of a request that was validated and encoded before, with these fields.
    ///
    /// # Errors
    /// Returns an error as [`send_request`](Self::send_request) does.
    pub(crate) fn send_written<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        request: &WrittenRequest,
        fields: &FieldBlock,
    ) -> Result<(), MisuseError> {
        let write = |staging: &mut Vec<u8>| request.copy_to(staging);
        self.queue_request(request.request_kind, write, || fields.fields(), cx)
    }

    /// Returns the error of a request that cannot be sent for this reason.
    pub(crate) const fn request_refused(&self, misuse: Misuse) -> MisuseError {
        self.misuse(Call::SendRequest, misuse)
    }

    #[inline]
    fn queue_request<'f, S: Sink>(
        &mut self,
        request_kind: RequestKind,
        write: impl FnOnce(&mut Vec<u8>) -> Result<EncodedHead, Misuse>,
        fields: impl FnOnce() -> Fields<'f>,
        cx: &mut Cx<'_, S>,
    ) -> Result<(), MisuseError> {
        self.check(Call::SendRequest, Transition::Request)?;
        let start = self.send.out.staging().len();
        let encoded = self.send.head(write);
        let encoded = encoded.map_err(|misuse| self.misuse(Call::SendRequest, misuse))?;
        self.request_kind = request_kind;
        let switch = match encoded.framing {
            Framing::Tunnel => Some(SwitchKind::Connect),
            _ if encoded.connection.upgrade => Some(SwitchKind::Upgrade),
            _ => None,
        };
        self.state.ask_to_switch(switch);
        if encoded.connection.close {
            self.state.end_keep_alive();
            self.close_because(NotReusable::WeAsked);
        }
        self.state.apply(self.role, Transition::Request);
        if cx.wants(EventKind::RequestSent) {
            sent_head::emit_request(&self.send.out.staging()[start..], fields(), cx);
        }
        Ok(())
    }

    /// Sends an informational response; `status` is 100 to 199 and not 101.
    ///
    /// # Errors
    /// Returns an error as [`send_request`](Self::send_request) does. For an HTTP/1.0 client, which
    /// must not receive informational responses (RFC 9110 section 15.2), the error is [`Misuse::State`].
    pub fn send_informational<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        status: u16,
        reason: &[u8],
        fields: Fields<'_>,
    ) -> Result<(), MisuseError> {
        let (call, context) = (Call::SendInformational, self.response_context());
        let size = BodySize::None;
        let write = |staging: &mut Vec<u8>| {
            response::write_with(staging, status, reason, fields, size, context)
        };
        self.queue_response(call, status, write, None, cx)
    }

    /// Sends the head of a response; `status` is 101 or 200 to 999. 101, and 2xx to CONNECT, switch
    /// protocols: call [`into_switched`](Self::into_switched) when [`out`](Self::out) is empty.
    ///
    /// # Errors
    /// Returns an error as [`send_request`](Self::send_request) does. 101 requires a request with an
    /// Upgrade field.
    pub fn send_response<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        status: u16,
        reason: &[u8],
        fields: Fields<'_>,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        let (call, context) = (Call::SendResponse, self.response_context());
        let write = |staging: &mut Vec<u8>| {
            response::write_with(staging, status, reason, fields, size, context)
        };
        self.queue_response(call, status, write, None, cx)
    }

    /// Sends the head of a response that was validated and encoded before, for the current
    /// [`response_context`](Self::response_context): a final response, or with [`Call::SendInformational`] an
    /// informational one. With `body`, whose size must be that for which the head was encoded, the
    /// whole final response is sent. The body is omitted if the response cannot have one.
    ///
    /// # Errors
    /// Returns an error as [`send_response`](Self::send_response) does.
    #[inline(always)]
    pub(crate) fn send_written_response<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        call: Call,
        status: u16,
        response: &WrittenResponse,
        body: Option<Bytes>,
    ) -> Result<(), MisuseError> {
        self.queue_response(call, status, |staging| response.copy_to(staging), body, cx)
    }

    /// Returns what the head of the next response depends on, other than the response itself.
    #[inline]
    pub(crate) fn response_context(&self) -> ResponseContext {
        ResponseContext {
            request_kind: self.request_kind,
            is_old: self.peer_version() < Version::HTTP_11,
            keep_alive: self.state.keeps_alive(),
        }
    }

    #[inline(always)]
    fn queue_response<S: Sink>(
        &mut self,
        call: Call,
        status: u16,
        write: impl FnOnce(&mut Vec<u8>) -> Result<EncodedHead, Misuse>,
        body: Option<Bytes>,
        cx: &mut Cx<'_, S>,
    ) -> Result<(), MisuseError> {
        let transition = match status {
            _ if call == Call::SendInformational => Transition::Informational,
            _ if !self.state.may_switch() => Transition::Response,
            101 if self.state.may_switch_by(SwitchKind::Upgrade) => Transition::Switch,
            200..=299 if self.state.may_switch_by(SwitchKind::Connect) => Transition::Switch,
            _ => Transition::Response,
        };
        self.check(call, transition)?;
        let is_old = self.peer_version() < Version::HTTP_11;
        let allowed = match transition {
            Transition::Informational if is_old => Err(Misuse::State),
            Transition::Informational if !is_informational(status) => Err(Misuse::Status),
            Transition::Response if !matches!(status, 200..=999) => Err(Misuse::Status),
            _ => Ok(()),
        };
        let start = self.send.out.staging().len();
        let encoded = allowed.and_then(|()| self.send.head(write));
        let encoded = encoded.map_err(|misuse| self.misuse(call, misuse))?;
        if encoded.framing == Framing::UntilClose {
            self.state.end_keep_alive();
            self.close_because(NotReusable::UntilClose);
        }
        // The Connection field of an informational response has no effect.
        if encoded.connection.close && transition != Transition::Informational {
            self.state.end_keep_alive();
            self.close_because(NotReusable::WeAsked);
        }
        if cx.wants_any(OF_RESPONSES) {
            self.emit_response(start, status, transition, cx);
        }
        match (transition, body) {
            (Transition::Response, None) => {
                self.state.apply(Role::Server, Transition::Response);
            }
            (Transition::Response, Some(body)) => {
                self.send.whole_body(body);
                self.state.apply(Role::Server, Transition::Response);
                self.state.apply(Role::Server, Transition::End);
                self.emit_reuse(cx);
            }
            _ => {
                self.state.apply(Role::Server, transition);
                if transition == Transition::Switch {
                    self.close_because(NotReusable::Switched);
                }
            }
        }
        Ok(())
    }

    /// Emits the head of a response, which was encoded at the position `start` of the staging buffer.
    #[cold]
    #[inline(never)]
    fn emit_response<S: Sink>(
        &mut self,
        start: usize,
        status: u16,
        transition: Transition,
        cx: &mut Cx<'_, S>,
    ) {
        if self.state.may_switch() && transition != Transition::Informational {
            self.emit_switch_decision(status, cx);
        }
        sent_head::emit_response(&self.send.out.staging()[start..], status, cx);
    }

    /// Sends a part of the body. A large part is not copied.
    ///
    /// # Errors
    /// Returns a [`MisuseError`] if the state forbids the call, or if the body is longer than announced.
    #[inline]
    pub fn send_data<S: Sink>(
        &mut self,
        _: &mut Cx<'_, S>,
        data: Bytes,
    ) -> Result<(), MisuseError> {
        self.check(Call::SendData, Transition::Data)?;
        self.send.data(data).map_err(|misuse| self.misuse(Call::SendData, misuse))
    }

    /// Ends the message. Every message must be ended, even without a body.
    ///
    /// # Errors
    /// Returns a [`MisuseError`] if the state forbids the call, if the body is shorter than announced,
    /// or if the trailers must not be sent.
    #[inline]
    pub fn finish<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        trailers: Fields<'_>,
    ) -> Result<(), MisuseError> {
        self.check(Call::Finish, Transition::End)?;
        self.send.finish(trailers).map_err(|misuse| self.misuse(Call::Finish, misuse))?;
        self.state.apply(self.role, Transition::End);
        self.emit_reuse(cx);
        Ok(())
    }
}
