//! What a handler says.

use bytes::Bytes;

use super::response_cache::Key;
use super::session::Session;
use super::state::State;
use crate::error::{Call, Misuse, MisuseError};
use crate::fields::FieldBlock;
use crate::head::is_informational;
use crate::http1::{BodySize, RequestHead, Role, State as Side};
use crate::time::Mono;
use crate::trace::{At, Sink};

impl Session {
    /// The fields of the response that is about to be sent; after its head, its trailers. Each head
    /// uses them up.
    pub const fn fields(&mut self) -> &mut FieldBlock {
        &mut self.fields
    }

    /// The head of the open request and the fields of its response, both at once.
    pub fn head_and_fields(&mut self) -> (Option<RequestHead<'_>>, &mut FieldBlock) {
        let Self { head, link, fields, .. } = self;
        (head.get().or_else(|| Some(link.http1.request()?.0)), fields)
    }

    /// Sends the head of a response, with the [`fields`](Self::fields) so far. The machine adds what
    /// announces the body's `size` and whether the connection goes on, Date and Server, where the
    /// handler has not. An informational status, 100 to 199 and not 101, may be followed by another
    /// response.
    ///
    /// The connection ends with a response that begins while more of the request's body is left than
    /// [`Options::drain`](super::Options::drain) allows, even if the handler reads that later.
    ///
    /// A response that has no body by its nature, to HEAD or with 304, takes one all the same, and
    /// does not send it. 101, and 2xx to CONNECT, leave HTTP/1.1: from then on
    /// [`read_body`](Self::read_body) and [`send`](Self::send) pass the other protocol's bytes.
    ///
    /// # Errors
    /// There is no request to answer, it was answered, or a part of the head could split the message
    /// or contradicts the body's size. Nothing was written then.
    pub fn respond<S: Sink>(
        &mut self,
        now: Mono,
        sink: &S,
        status: u16,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        self.respond_with(status, size, None, At { now, sink })
    }

    /// Answers with a whole response: [`respond`](Self::respond), [`send`](Self::send) and
    /// [`finish`](Self::finish) at once.
    ///
    /// # Errors
    /// As [`respond`](Self::respond).
    pub fn answer<S: Sink>(
        &mut self,
        now: Mono,
        sink: &S,
        status: u16,
        body: Bytes,
    ) -> Result<(), MisuseError> {
        let size = BodySize::Length(body.len() as u64);
        self.respond_with(status, size, Some(body), At { now, sink })
    }

    /// Begins a response, and ends it if its `body`, of this size, is known.
    #[inline(always)]
    fn respond_with<S: Sink>(
        &mut self,
        status: u16,
        size: BodySize,
        body: Option<Bytes>,
        at: At<'_, S>,
    ) -> Result<(), MisuseError> {
        if is_informational(status) {
            self.inform(status, at)?;
            // The final response is still to come.
            return match body {
                Some(_) => Err(self.misuse(Call::Finish, Misuse::State)),
                None => Ok(()),
            };
        }
        let size = match (status, size) {
            (101 | 204, BodySize::Length(0)) => BodySize::None,
            (200..=299, BodySize::Length(0)) if self.link.http1.may_switch() => BodySize::None,
            (_, size) => size,
        };
        if self.state == State::Open && !self.exchange.is_read && !self.is_worth_draining() {
            self.link.http1.end_after_this();
        }
        let len = body.as_ref().map_or(0, Bytes::len) as u64;
        self.send_head(Call::SendResponse, status, size, body, at)?;
        let exchange = &mut self.exchange;
        exchange.status = status;
        exchange.suppress_body = exchange.head_only || status == 304;
        exchange.sent = if exchange.suppress_body { 0 } else { len };
        exchange.until_close =
            size == BodySize::Unknown && self.link.http1.peer_version().minor() == 0;
        Ok(())
    }

    /// Sends an informational response.
    #[inline(never)]
    fn inform<S: Sink>(&mut self, status: u16, at: At<'_, S>) -> Result<(), MisuseError> {
        let sent = self.send_head(Call::SendInformational, status, BodySize::None, None, at);
        self.exchange.continued |= status == 100 && sent.is_ok();
        sent
    }

    /// Sends the head of a response with the fields so far, which it uses up, and the whole body if that
    /// is known.
    #[inline(always)]
    fn send_head<S: Sink>(
        &mut self,
        call: Call,
        status: u16,
        size: BodySize,
        body: Option<Bytes>,
        at: At<'_, S>,
    ) -> Result<(), MisuseError> {
        let Self { link, spans, lines, fields, response_cache, .. } = self;
        let (edition, context) = (lines.set(at.now), link.http1.response_context());
        let head = response_cache.head(Key { status, size, edition, context }, fields, lines);
        let sent = link.http1.send_written_response(&mut spans.cx(at), call, status, head, body);
        fields.clear();
        sent
    }

    /// Sends a piece of the response's body. It waits until it is
    /// [`flush`](Self::flush)ed, or until there is nothing else to do.
    ///
    /// # Errors
    /// No response was begun, or it is more than was announced.
    #[inline]
    pub fn send<S: Sink>(&mut self, now: Mono, sink: &S, data: Bytes) -> Result<(), MisuseError> {
        if self.exchange.suppress_body {
            return Ok(());
        }
        let len = data.len() as u64;
        self.link.http1.send_data(&mut self.spans.cx(At { now, sink }), data)?;
        self.exchange.sent += len;
        Ok(())
    }

    /// Ends the response, with the [`fields`](Self::fields) as trailers if there are any.
    ///
    /// # Errors
    /// No response was begun, its body is shorter than was announced, or it can have no trailers or
    /// not these.
    #[inline]
    pub fn finish<S: Sink>(&mut self, now: Mono, sink: &S) -> Result<(), MisuseError> {
        // After a switch there is no message that could end.
        if self.link.http1.state(Role::Server) == Side::Switched {
            return Ok(());
        }
        let mut cx = self.spans.cx(At { now, sink });
        let finished = self.link.http1.finish(&mut cx, self.fields.fields());
        self.fields.clear();
        finished
    }
}
