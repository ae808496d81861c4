//! The sending side of a connection: what the state allows is handed to the sending half.

use alloc::vec::Vec;

use bytes::Bytes;

use super::machine::Connection;
use crate::error::{Call, Misuse, MisuseError};
use crate::fields::Fields;
use crate::framing::{Framing, RequestKind};
use crate::head::is_informational;
use crate::http1::request::{self, WrittenRequest};
use crate::http1::response::{self, ResponseContext, WrittenResponse};
use crate::http1::send::{BodySize, EncodedHead};
use crate::http1::state::{SwitchKind, Transition};
use crate::trace::{Cx, Sink};
use crate::values::{NotReusable, Role, Version};

impl Connection {
    /// Sends the head of a request. The machine adds the field that announces the body, unless the
    /// caller did; order and case of the fields are the caller's.
    ///
    /// # Errors
    /// The state forbids it, or a part of the head could split the message or contradicts the
    /// body's size. Nothing was written then.
    pub fn send_request<S: Sink>(
        &mut self,
        _: &mut Cx<'_, S>,
        method: &[u8],
        target: &[u8],
        fields: Fields<'_>,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        let request_kind = RequestKind::by(method);
        let write = |staging: &mut Vec<u8>| {
            request::write(staging, method, target, fields, size, request_kind)
        };
        self.queue_request(request_kind, write)
    }

    /// Sends the head of a request that was judged and written before.
    ///
    /// # Errors
    /// As [`send_request`](Self::send_request).
    pub(crate) fn send_written<S: Sink>(
        &mut self,
        _: &mut Cx<'_, S>,
        request: &WrittenRequest,
    ) -> Result<(), MisuseError> {
        self.queue_request(request.request_kind, |staging| request.copy_to(staging))
    }

    #[inline]
    fn queue_request(
        &mut self,
        request_kind: RequestKind,
        write: impl FnOnce(&mut Vec<u8>) -> Result<EncodedHead, Misuse>,
    ) -> Result<(), MisuseError> {
        self.check(Call::SendRequest, Transition::Request)?;
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
        Ok(())
    }

    /// Sends an informational response; `status` is 100 to 199 and not 101.
    ///
    /// # Errors
    /// As [`send_request`](Self::send_request). A client of HTTP/1.0 is not sent any
    /// (RFC 9110 section 15.2): that is a [`Misuse::State`] too.
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
        let (call, context) = (Call::SendResponse, self.response_context());
        let write = |staging: &mut Vec<u8>| {
            response::write_with(staging, status, reason, fields, size, context)
        };
        self.queue_response(call, status, write, None, cx)
    }

    /// Sends the head of a response that was judged and written before, for the present
    /// [`response_context`](Self::response_context): a final one, or with
    /// [`Call::SendInformational`] an informational one. With `body`, which must be of the size that the
    /// head was written for, a final response is whole; one that has no body by its nature leaves it out.
    ///
    /// # Errors
    /// As [`send_response`](Self::send_response).
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

    /// Returns what the head of the next response depends on, beside the response.
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
        let encoded = allowed.and_then(|()| self.send.head(write));
        let encoded = encoded.map_err(|misuse| self.misuse(call, misuse))?;
        if encoded.framing == Framing::UntilClose {
            self.state.end_keep_alive();
            self.close_because(NotReusable::UntilClose);
        }
        // An informational response says nothing of the connection.
        if encoded.connection.close && transition != Transition::Informational {
            self.state.end_keep_alive();
            self.close_because(NotReusable::WeAsked);
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

    /// Sends a piece of the body. A large piece is not copied.
    ///
    /// # Errors
    /// The state forbids it, or it is more than was announced.
    #[inline]
    pub fn send_data<S: Sink>(
        &mut self,
        _: &mut Cx<'_, S>,
        data: Bytes,
    ) -> Result<(), MisuseError> {
        self.check(Call::SendData, Transition::Data)?;
        self.send.data(data).map_err(|misuse| self.misuse(Call::SendData, misuse))
    }

    /// Ends the message; every message must be ended, one without a body too.
    ///
    /// # Errors
    /// The state forbids it, the body is shorter than was announced, or the trailers must not be
    /// sent.
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
