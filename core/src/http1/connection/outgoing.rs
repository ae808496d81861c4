//! The sending side of a connection: what the state allows is handed to the sending half.

use alloc::vec::Vec;

use bytes::Bytes;

use super::machine::Connection;
use crate::error::{Call, Misuse, MisuseError};
use crate::fields::Fields;
use crate::framing::{Asked, Framing};
use crate::head::is_informational;
use crate::http1::request::{self, WrittenRequest};
use crate::http1::response::{self, ResponseContext, WrittenResponse};
use crate::http1::send::{Announced, BodySize};
use crate::http1::state::{Act, SwitchKind};
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
        let asks = Asked::by(method);
        let write =
            |staging: &mut Vec<u8>| request::write(staging, method, target, fields, size, asks);
        self.queue_request(asks, write)
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
        self.queue_request(request.asks, |staging| request.copy_to(staging))
    }

    #[inline]
    fn queue_request(
        &mut self,
        asks: Asked,
        write: impl FnOnce(&mut Vec<u8>) -> Result<Announced, Misuse>,
    ) -> Result<(), MisuseError> {
        self.check(Call::SendRequest, Act::Request)?;
        let announced = self.send.head(write);
        let announced = announced.map_err(|misuse| self.misuse(Call::SendRequest, misuse))?;
        self.asked = asks;
        let switch = match announced.framing {
            Framing::Tunnel => Some(SwitchKind::Connect),
            _ if announced.wishes.upgrade => Some(SwitchKind::Upgrade),
            _ => None,
        };
        self.sides.ask_to_switch(switch);
        if announced.wishes.close {
            self.sides.end_keep_alive();
            self.close_because(NotReusable::WeAsked);
        }
        self.sides.act(self.role, Act::Request);
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
            asked: self.asked,
            is_old: self.peer_version() < Version::HTTP_11,
            keep_alive: self.sides.keeps_alive(),
        }
    }

    #[inline(always)]
    fn queue_response<S: Sink>(
        &mut self,
        call: Call,
        status: u16,
        write: impl FnOnce(&mut Vec<u8>) -> Result<Announced, Misuse>,
        body: Option<Bytes>,
        cx: &mut Cx<'_, S>,
    ) -> Result<(), MisuseError> {
        let act = match status {
            _ if call == Call::SendInformational => Act::Informational,
            _ if !self.sides.may_switch() => Act::Response,
            101 if self.sides.may_switch_by(SwitchKind::Upgrade) => Act::Switch,
            200..=299 if self.sides.may_switch_by(SwitchKind::Connect) => Act::Switch,
            _ => Act::Response,
        };
        self.check(call, act)?;
        let is_old = self.peer_version() < Version::HTTP_11;
        let allowed = match act {
            Act::Informational if is_old => Err(Misuse::State),
            Act::Informational if !is_informational(status) => Err(Misuse::Status),
            Act::Response if !matches!(status, 200..=999) => Err(Misuse::Status),
            _ => Ok(()),
        };
        let announced = allowed.and_then(|()| self.send.head(write));
        let announced = announced.map_err(|misuse| self.misuse(call, misuse))?;
        if announced.framing == Framing::UntilClose {
            self.sides.end_keep_alive();
            self.close_because(NotReusable::UntilClose);
        }
        // An informational response says nothing of the connection.
        if announced.wishes.close && act != Act::Informational {
            self.sides.end_keep_alive();
            self.close_because(NotReusable::WeAsked);
        }
        match (act, body) {
            (Act::Response, None) => {
                self.sides.act(Role::Server, Act::Response);
            }
            (Act::Response, Some(body)) => {
                self.send.whole_body(body);
                self.sides.act(Role::Server, Act::Response);
                self.sides.act(Role::Server, Act::End);
                self.tell_reuse(cx);
            }
            _ => {
                self.sides.act(Role::Server, act);
                if act == Act::Switch {
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
        self.check(Call::SendData, Act::Data)?;
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
        self.check(Call::Finish, Act::End)?;
        self.send.finish(trailers).map_err(|misuse| self.misuse(Call::Finish, misuse))?;
        self.sides.act(self.role, Act::End);
        self.tell_reuse(cx);
        Ok(())
    }
}
