//! What a handler says.

use bytes::Bytes;

use super::last_answer::Kind;
use super::reason::{reason, status_line};
use super::session::Session;
use super::state::State;
use crate::error::{Call, Misuse, MisuseError};
use crate::fields::FieldBlock;
use crate::http1::{BodySize, RequestHead, Role, State as Side};
use crate::time::Mono;
use crate::trace::{At, Sink};
use crate::wire::number::three_digits;

/// The lengths of the names of the fields that the machine adds and the handler may have: bit `n`
/// stands for `n` bytes.
const OWN_LENGTHS: u32 = 1 << b"Date".len() | 1 << b"Server".len();

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
        if matches!(status, 100 | 102..=199) {
            return self.inform(now, sink, status);
        }
        if self.state == State::Open && !self.exchange.is_read && !self.is_worth_draining() {
            self.link.http1.end_after_this();
        }
        let size = match (status, size) {
            (101 | 204, BodySize::Length(0)) => BodySize::None,
            (200..=299, BodySize::Length(0)) if self.link.http1.may_switch() => BodySize::None,
            (_, size) => size,
        };
        let sent = self.write_head(status, size, At { now, sink });
        self.fields.clear();
        sent?;
        let exchange = &mut self.exchange;
        exchange.status = status;
        exchange.swallows = exchange.head_only || status == 304;
        exchange.until_close =
            size == BodySize::Unknown && self.link.http1.peer_version().minor() == 0;
        Ok(())
    }

    fn inform<S: Sink>(&mut self, now: Mono, sink: &S, status: u16) -> Result<(), MisuseError> {
        let mut cx = self.trail.cx(At { now, sink });
        let (http1, fields) = (&mut self.link.http1, self.fields.fields());
        let sent = http1.send_informational(&mut cx, status, reason(status).as_bytes(), fields);
        self.fields.clear();
        self.exchange.continued |= status == 100 && sent.is_ok();
        sent
    }

    /// Writes the head of a response, with the fields that every response should have as lines that
    /// need no other look.
    fn write_head<S: Sink>(
        &mut self,
        status: u16,
        size: BodySize,
        at: At<'_, S>,
    ) -> Result<(), MisuseError> {
        let Self { link, trail, lines, .. } = self;
        let fields = self.fields.fields();
        let (mut has_date, mut has_server) = (false, false);
        for (_, name) in fields.names_of_lengths(OWN_LENGTHS) {
            has_date |= name.eq_ignore_ascii_case(b"Date");
            has_server |= name.eq_ignore_ascii_case(b"Server");
        }
        lines.set(at.now);
        let lines = lines.beside(has_date, has_server);
        let (http1, cx) = (&mut link.http1, &mut trail.cx(at));
        match status_line(status) {
            Some(line) => http1.respond(cx, status, &[line.as_bytes(), lines], fields, size),
            None => {
                let digits = three_digits(status);
                http1.respond(cx, status, &[b"HTTP/1.1 ", &digits, b" \r\n", lines], fields, size)
            }
        }
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
        if self.answer_plainly(status, &body, At { now, sink }) {
            return Ok(());
        }
        self.respond(now, sink, status, BodySize::Length(body.len() as u64))?;
        if !body.is_empty() {
            self.send(now, sink, body)?;
        }
        self.finish(now, sink)
    }

    /// As [`answer`](Self::answer), where there is nothing to judge, as mostly; false where there is,
    /// and nothing was done then.
    #[inline]
    fn answer_plainly<S: Sink>(&mut self, status: u16, body: &[u8], at: At<'_, S>) -> bool {
        if !self.exchange.is_read && !self.is_worth_draining() {
            return false;
        }
        let Self { link, trail, lines, last_answer, exchange, .. } = self;
        let (fields, http1) = (self.fields.fields(), &mut link.http1);
        let kind = Kind { status, len: body.len(), until: lines.set(at.now) };
        let cx = &mut trail.cx(at);
        let answered = if let Some(head) = last_answer.head(kind, fields) {
            http1.respond_again(cx, head, body)
        } else if let Some(line) = status_line(status) {
            let start = [line.as_bytes(), lines.beside(false, false)];
            let head = http1.respond_plainly(cx, status, start, (fields, OWN_LENGTHS), body);
            head.map(|head| last_answer.keep(kind, fields, head)).is_some()
        } else {
            false
        };
        if answered {
            self.fields.clear();
            exchange.status = status;
            exchange.sent = body.len() as u64;
        }
        answered
    }

    /// Sends a piece of the response's body, or of the other protocol. It waits until it is
    /// [`flush`](Self::flush)ed, or until there is nothing else to do.
    ///
    /// # Errors
    /// No response was begun, or it is more than was announced.
    #[inline]
    pub fn send<S: Sink>(&mut self, now: Mono, sink: &S, data: Bytes) -> Result<(), MisuseError> {
        if self.state == State::Tunnel {
            return self
                .link
                .write_through(&data)
                .map_err(|_| self.misuse(Call::SendData, Misuse::State));
        }
        if self.exchange.swallows {
            return Ok(());
        }
        let len = data.len() as u64;
        self.link.http1.send_data(&mut self.trail.cx(At { now, sink }), data)?;
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
        let mut cx = self.trail.cx(At { now, sink });
        let finished = self.link.http1.finish(&mut cx, self.fields.fields());
        self.fields.clear();
        finished
    }
}
