//! The sending side of a connection: what the state allows is handed to the sending half.

use alloc::vec::Vec;

use bytes::Bytes;

use super::machine::Connection;
use crate::error::{Call, Misuse, MisuseError};
use crate::fields::Fields;
use crate::framing::{Asked, Framing};
use crate::head::is_informational;
use crate::http1::request::{self, WrittenRequest};
use crate::http1::send::{Announced, BodySize};
use crate::http1::state::{Act, SwitchKind};
use crate::trace::{Cx, Sink};
use crate::values::{NotReusable, Role, State, Version};
use crate::wire::{number, token};

impl Connection {
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
        let asks = Asked::by(method);
        let write =
            |staging: &mut Vec<u8>| request::write(staging, method, target, fields, size, asks);
        self.queue_request(asks, write, cx)
    }

    /// Sends the head of a request that was judged and written before.
    ///
    /// # Errors
    /// As [`send_request`](Self::send_request).
    pub(crate) fn send_written<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        request: &WrittenRequest,
    ) -> Result<(), MisuseError> {
        self.queue_request(request.asks, |staging| request.copy_to(staging), cx)
    }

    #[inline]
    fn queue_request<S: Sink>(
        &mut self,
        asks: Asked,
        write: impl FnOnce(&mut Vec<u8>) -> Result<Announced, Misuse>,
        cx: &mut Cx<'_, S>,
    ) -> Result<(), MisuseError> {
        self.check(Call::SendRequest, Act::Request)?;
        let announced = self.send.request(write);
        let announced = announced.map_err(|misuse| self.misuse(Call::SendRequest, misuse))?;
        self.asked = asks;
        let switch = match announced.framing {
            Framing::Tunnel => Some(SwitchKind::Connect),
            _ if announced.wishes.upgrade => Some(SwitchKind::Upgrade),
            _ => None,
        };
        self.sides.ask_to_switch(switch);
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
        if self.peer_version() < Version::HTTP_11 {
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
        let digits = number::three_digits(status);
        let line: [&[u8]; 5] = [b"HTTP/1.1 ", &digits, b" ", reason, b"\r\n"];
        self.respond(cx, status, &line, fields, size)
    }

    /// As [`send_response`](Self::send_response), with pieces of `start` that are not looked at: the
    /// status line, and lines that precede the fields and say nothing of framing or persistence.
    #[inline]
    pub(crate) fn respond<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        status: u16,
        start: &[&[u8]],
        fields: Fields<'_>,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        let call = Call::SendResponse;
        let switches = match status {
            101 => self.sides.may_switch_by(SwitchKind::Upgrade),
            200..=299 => self.sides.may_switch_by(SwitchKind::Connect),
            _ => false,
        };
        let act = if switches { Act::Switch } else { Act::Response };
        self.check(call, act)?;
        if !matches!(status, 200..=999) && !switches {
            return Err(self.misuse(call, Misuse::Status));
        }
        let peer = (self.peer_version(), self.sides.keeps_alive());
        let announced = self.send.response(status, start, fields, size, self.asked, peer);
        let announced = announced.map_err(|misuse| self.misuse(call, misuse))?;
        if announced.framing == Framing::UntilClose {
            self.sides.end_keep_alive();
            self.close_because(NotReusable::UntilClose);
        }
        self.announce(announced, act, cx);
        if switches {
            self.close_because(NotReusable::Switched);
        }
        Ok(())
    }

    /// Sends a whole response, where there is nothing to judge: the connection goes on, the client
    /// speaks HTTP/1.1, `status` is one that always has a body, which is small, and no field says
    /// anything to the machine, or has a name of one of the `other` lengths. The head that was written
    /// is returned, with which [`respond_again`](Self::respond_again) may be called. Otherwise nothing
    /// is done. `start` is as in [`respond`](Self::respond).
    #[inline]
    pub(crate) fn respond_plainly<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        status: u16,
        start: [&[u8]; 2],
        fields_and_others: (Fields<'_>, u32),
        body: &[u8],
    ) -> Option<&[u8]> {
        if !self.may_respond_plainly() || !matches!(status, 200..=203 | 205..=303 | 305..=999) {
            return None;
        }
        let head = self.send.plain_response(start, fields_and_others, body)?;
        self.responded(cx);
        Some(self.send.out.written(head))
    }

    /// As [`respond_plainly`](Self::respond_plainly), with a head that it returned and another body of
    /// the same length; false where there is something to judge.
    #[inline]
    pub(crate) fn respond_again<S: Sink>(
        &mut self,
        cx: &mut Cx<'_, S>,
        head: &[u8],
        body: &[u8],
    ) -> bool {
        let may_respond = self.may_respond_plainly();
        if may_respond {
            self.send.same_response(head, body);
            self.responded(cx);
        }
        may_respond
    }

    /// Whether nothing but a response itself can make it one to be judged.
    fn may_respond_plainly(&self) -> bool {
        self.sides.of(Role::Server) == State::Answer
            && self.sides.keeps_alive()
            && !self.sides.may_switch()
            && self.asked == Asked::Other
            && self.peer_version() >= Version::HTTP_11
    }

    /// A whole response was sent.
    fn responded<S: Sink>(&mut self, cx: &mut Cx<'_, S>) {
        self.sides.act(Role::Server, Act::Response);
        self.sides.act(Role::Server, Act::End);
        self.tell_reuse(cx);
    }

    fn announce<S: Sink>(&mut self, announced: Announced, act: Act, _: &mut Cx<'_, S>) {
        if announced.wishes.close {
            self.sides.end_keep_alive();
            self.close_because(NotReusable::WeAsked);
        }
        self.sides.act(self.role, act);
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
