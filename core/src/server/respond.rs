//! The methods for handlers that write the response.

use bytes::Bytes;

use super::response_cache::Key;
use super::session::Session;
use super::state::SessionState;
use crate::error::{Call, Misuse, MisuseError};
use crate::fields::FieldBlock;
use crate::head::is_informational;
use crate::http1::{BodySize, RequestHead, Role, State};
use crate::time::Mono;
use crate::trace::{At, Sink};

impl Session {
    /// Returns the fields of the next response head; after the head, of the trailers. Sending a head
    /// clears them.
    pub const fn fields(&mut self) -> &mut FieldBlock {
        &mut self.fields
    }

    /// Sets the reason phrase of the next response head, final or informational, instead of the usual one
    /// (RFC 9112 section 4), such as that of a response which is passed on. It may be empty. Sending a head
    /// with a phrase that is not text fails.
    ///
    /// ```
    /// # use limpid_core::http1::BodySize;
    /// # use limpid_core::server::{Action, Session};
    /// # use limpid_core::time::Mono;
    /// # use limpid_core::trace::{ConnectionId, NoSink};
    /// # let (now, sink) = (Mono::default(), &NoSink);
    /// # let mut session = Session::new(ConnectionId(1), None, Default::default());
    /// # assert!(matches!(session.poll(now, sink), Action::Wait(_)));
    /// # let request = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    /// # session.space(request.len())[..request.len()].copy_from_slice(request);
    /// # session.handle_received(request.len(), now, sink)?;
    /// # assert_eq!(session.poll(now, sink), Action::Request);
    /// session.set_reason(b"Fine");
    /// session.respond(now, sink, 200, BodySize::None)?;
    /// assert!(session.out().concat().starts_with(b"HTTP/1.1 200 Fine\r\n"));
    /// # Ok::<(), limpid_core::error::MisuseError>(())
    /// ```
    pub fn set_reason(&mut self, reason: &[u8]) {
        self.response_cache.set_reason(reason);
    }

    /// Returns the head of the current request together with the fields of its response.
    pub fn head_and_fields(&mut self) -> (Option<RequestHead<'_>>, &mut FieldBlock) {
        let Self { head, link, fields, .. } = self;
        (head.get().or_else(|| Some(link.http1.request()?.0)), fields)
    }

    /// Sends the head of a response, with the [`fields`](Self::fields) so far. The session adds the
    /// fields for the body's `size` and for the end of the connection, and Date and Server, where the
    /// handler has set none. An informational status, 100 to 199 except 101, may be followed by
    /// another response.
    ///
    /// If the client still has more of the request's body to send than
    /// [`Options::drain`](super::Options::drain), the connection ends after this response, even if
    /// the handler reads the body later.
    ///
    /// The body of a response to HEAD or with 304 is accepted and not sent; its length is announced
    /// unless it is 0, because an empty body does not tell the length that the response to GET, or the
    /// one with 200, would have. 205 announces an empty body, and has no other. 101, and 2xx to CONNECT,
    /// leave HTTP/1.1: from then on [`read_body`](Self::read_body) and [`send`](Self::send) transfer
    /// the other protocol's bytes.
    ///
    /// # Errors
    /// There is no request to answer, it was answered, or a part of the head is not valid or
    /// contradicts the body's size. Nothing is written then.
    pub fn respond<S: Sink>(
        &mut self,
        now: Mono,
        sink: &S,
        status: u16,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        self.respond_with(status, size, None, At { now, sink })
    }

    /// Sends a complete response: [`respond`](Self::respond), [`send`](Self::send) and
    /// [`finish`](Self::finish) in one call.
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

    /// Starts a response, and ends it if `body` is given.
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
            // The final response follows later.
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
        if self.state == SessionState::Open && !self.exchange.is_read && !self.is_worth_draining() {
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

    /// Sends the head of a response with the fields so far, which it clears, and the whole body if it
    /// is given.
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

    /// Sends a piece of the response's body. It is buffered until a [`flush`](Self::flush), or until
    /// the session waits for the client.
    ///
    /// # Errors
    /// No response was started, or the body is longer than announced.
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
    /// No response was started, its body is shorter than announced, it cannot have trailers, or a
    /// trailer is not valid.
    #[inline]
    pub fn finish<S: Sink>(&mut self, now: Mono, sink: &S) -> Result<(), MisuseError> {
        // After a switch of protocols there is no message to end.
        if self.link.http1.state(Role::Server) == State::Switched {
            return Ok(());
        }
        let mut cx = self.spans.cx(At { now, sink });
        let finished = self.link.http1.finish(&mut cx, self.fields.fields());
        self.fields.clear();
        finished
    }
}
