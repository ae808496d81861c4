//! The connection: two halves and the table that holds them together.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::Bytes;

use super::super::receive::{Part, Receive};
use super::super::send::Send;
use super::super::state::{ConnectionState, Transition};
use crate::error::{Call, Misuse, MisuseError, PeerError};
use crate::framing::RequestKind;
use crate::limits::Config;
use crate::trace::{Cx, EventKind, Sink, TraceEvent};
use crate::values::{Buffers, NotReusable, Role, State, Version};

/// One HTTP/1.1 connection, in either role.
///
/// Bytes of the peer go in by [`space`](Self::space) and [`filled`](Self::filled), or by
/// [`push`](Self::push); [`next`](Self::next) says what they mean. Messages go out by the `send_`
/// methods; [`out`](Self::out) has the bytes for the transport. Any order of calls is legal: one
/// that the state forbids returns a [`MisuseError`] and changes nothing.
///
/// ```
/// use limpid_core::fields::FieldBlock;
/// use limpid_core::http1::{BodySize, Connection, Event, Next, Role};
/// use limpid_core::trace::{Cx, NoSink, Scope};
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
/// let mut connection = Connection::new(Role::Client, Default::default());
///
/// let mut fields = FieldBlock::new();
/// fields.push(b"Host", b"example.com");
/// connection.send_request(&mut cx, b"GET", b"/", fields.fields(), BodySize::None)?;
/// connection.finish(&mut cx, Default::default())?;
/// let request = connection.out().concat();
/// assert_eq!(request, b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
/// connection.sent(request.len());
///
/// connection.push(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
/// let Next::Event(Event::Response(head, _)) = connection.next(&mut cx)? else { panic!() };
/// assert_eq!((head.status, head.fields.len()), (200, 1));
/// assert_eq!(connection.next(&mut cx)?, Next::Event(Event::Data(b"hi")));
/// assert!(matches!(connection.next(&mut cx)?, Next::Event(Event::End(_))));
/// assert_eq!(connection.reuse(), Ok(()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Connection {
    pub(super) role: Role,
    pub(super) state: ConnectionState,
    pub(super) receive: Receive,
    pub(super) send: Send,
    /// What the request of this exchange asks.
    pub(super) request_kind: RequestKind,
    /// Why the connection will not serve another exchange, if that is known.
    pub(super) not_reusable: Option<NotReusable>,
    pub(super) error: Option<PeerError>,
    /// What the last event was about.
    pub(super) last: Option<Part>,
}

impl Connection {
    /// Creates a connection on which nothing has happened.
    #[must_use]
    pub fn new(role: Role, config: Config) -> Self {
        Self {
            role,
            state: ConnectionState::new(),
            receive: Receive::new(role.peer(), config),
            send: Send::new(),
            request_kind: RequestKind::Other,
            not_reusable: None,
            error: None,
            last: None,
        }
    }

    /// Turns the cache of request heads off, for tests that compare it with parsing.
    #[doc(hidden)]
    pub fn disable_head_cache(&mut self) {
        self.receive.disable_cache();
    }

    /// Returns which side of the connection this is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Returns the version in which the peer sent its last head; HTTP/1.1 before there is one.
    #[must_use]
    pub const fn peer_version(&self) -> Version {
        self.receive.head.version
    }

    /// Returns where `side` stands.
    #[must_use]
    pub const fn state(&self, side: Role) -> State {
        self.state.of(side)
    }

    // Bytes in.

    /// Room for at least `min` bytes from the peer. Fill it from its start, then call
    /// [`filled`](Self::filled).
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        self.last = None;
        self.receive.consume();
        self.receive.buffer.space(min)
    }

    /// Returns how much of the last [`space`](Self::space) there is.
    pub(crate) const fn room(&self) -> usize {
        self.receive.buffer.room()
    }

    /// The peer sent `n` bytes, which stand at the start of the last [`space`](Self::space).
    pub fn filled(&mut self, n: usize) {
        self.receive.buffer.filled(n);
    }

    /// The peer sent `bytes`; they are copied.
    pub fn push(&mut self, bytes: &[u8]) {
        self.last = None;
        self.receive.consume();
        self.receive.buffer.push(bytes);
    }

    /// The peer closed its direction of the connection.
    pub const fn eof(&mut self) {
        self.receive.end_of_stream();
    }

    /// Returns whether the peer has closed its direction of the connection.
    #[inline]
    pub(crate) const fn is_at_end(&self) -> bool {
        self.receive.is_at_end()
    }

    /// Bytes of the peer that have arrived and belong to nothing that was told so far.
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.receive.unread()
    }

    /// Returns how many bytes of the peer have arrived on this connection.
    #[must_use]
    pub const fn received(&self) -> u64 {
        self.receive.buffer.received()
    }

    // Bytes out.

    /// Returns the bytes for the transport, in order; empty slices are to be passed over.
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.send.out.slices()
    }

    /// Returns the same, owned: a large piece of a body is shared and not copied.
    pub(crate) fn shared_out(&self) -> [Bytes; 3] {
        self.send.out.shared()
    }

    /// Returns how many bytes wait for the transport.
    #[must_use]
    pub fn out_len(&self) -> usize {
        self.send.out.len()
    }

    /// The transport took the first `n` bytes of [`out`](Self::out).
    pub fn sent(&mut self, n: usize) {
        self.send.out.sent(n);
    }

    /// Returns how many bytes the transport has taken on this connection.
    #[must_use]
    pub const fn total_sent(&self) -> u64 {
        self.send.out.total()
    }

    // The connection as a whole.

    /// Returns whether another exchange can begin.
    ///
    /// # Errors
    /// Why not.
    pub fn reuse(&self) -> Result<(), NotReusable> {
        match self.not_reusable {
            Some(reason) => Err(reason),
            None if !self.state.both_done() => Err(NotReusable::Unfinished),
            None if self.role == Role::Client && self.receive.surplus() > 0 => {
                Err(NotReusable::Surplus)
            }
            None if self.role == Role::Client && self.receive.is_at_end() => {
                Err(NotReusable::PeerClosed)
            }
            None => Ok(()),
        }
    }

    /// Makes this exchange the last: a response whose head was not sent yet says so.
    pub fn end_after_this(&mut self) {
        self.state.end_keep_alive();
        self.close_because(NotReusable::WeAsked);
    }

    /// Returns whether the client has asked to leave HTTP/1.1, and has no answer to that.
    #[must_use]
    pub const fn may_switch(&self) -> bool {
        self.state.may_switch()
    }

    /// Begins another exchange.
    ///
    /// # Errors
    /// [`reuse`](Self::reuse) says no.
    pub fn restart(&mut self) -> Result<(), MisuseError> {
        if self.reuse().is_err() {
            return Err(self.misuse(Call::Restart, Misuse::State));
        }
        self.begin_again();
        Ok(())
    }

    /// Begins another exchange, on a connection that was found to be one that can.
    pub(crate) fn begin_again(&mut self) {
        self.last = None;
        self.state.restart();
        self.receive.restart();
        self.request_kind = RequestKind::Other;
    }

    /// Gives the memory of an idle connection back. It comes again with the next byte.
    pub fn free_buffers(&mut self) {
        self.receive.consume();
        self.receive.buffer.free_buffers();
        self.send.out.free_buffers();
    }

    /// Lends the memory of an idle connection to others, as far as they can use it, and gives the
    /// rest back.
    pub(crate) fn detach_buffers(&mut self, memory: &mut Buffers) {
        self.receive.consume();
        self.receive.buffer.detach_buffers(&mut memory.incoming);
        self.send.out.detach_buffers(&mut memory.outgoing);
    }

    /// Takes memory that another connection has lent.
    pub(crate) fn attach_buffers(&mut self, memory: &mut Buffers) {
        self.receive.buffer.attach_buffers(&mut memory.incoming);
        self.send.out.attach_buffers(&mut memory.outgoing);
    }

    /// Takes the connection over after a switch of protocols; what is returned are the bytes of the
    /// new protocol that have arrived.
    ///
    /// # Errors
    /// There was no switch, or bytes still wait for the transport. The connection comes back.
    pub fn into_switched(mut self) -> Result<Vec<u8>, (MisuseError, Box<Self>)> {
        if !self.state.have_switched() || self.out_len() > 0 {
            let error = self.misuse(Call::IntoSwitched, Misuse::State);
            return Err((error, Box::new(self)));
        }
        self.receive.consume();
        Ok(self.receive.buffer.into_unread())
    }

    /// Returns the bytes of the line for which the peer was refused.
    #[must_use]
    pub fn excerpt(&self) -> &[u8] {
        self.receive.excerpt()
    }

    /// Returns how many bytes of the current body have been received, and how many were announced so far:
    /// by Content-Length, or by the chunks that have come.
    #[must_use]
    pub fn body_progress(&self) -> (u64, u64) {
        self.receive.body_progress()
    }

    /// Returns how many bytes must still be sent of a body of known length.
    #[must_use]
    pub const fn body_left(&self) -> u64 {
        self.send.left()
    }

    pub(super) fn check(&self, call: Call, transition: Transition) -> Result<(), MisuseError> {
        if self.state.may(self.role, transition) {
            Ok(())
        } else {
            Err(self.misuse(call, Misuse::State))
        }
    }

    pub(super) const fn misuse(&self, call: Call, misuse: Misuse) -> MisuseError {
        MisuseError {
            call,
            misuse,
            client: self.state.of(Role::Client),
            server: self.state.of(Role::Server),
        }
    }

    /// The first reason is the one that counts.
    pub(super) fn close_because(&mut self, reason: NotReusable) {
        self.not_reusable.get_or_insert(reason);
    }

    #[inline]
    pub(super) fn emit_reuse<S: Sink>(&self, cx: &mut Cx<'_, S>) {
        if !cx.wants(EventKind::ReuseDecided) {
            return;
        }
        let reuse = self.reuse();
        if reuse != Err(NotReusable::Unfinished) {
            cx.emit(EventKind::ReuseDecided, || TraceEvent::ReuseDecided {
                reusable: reuse.is_ok(),
                why: reuse.err().map_or("both messages are complete", NotReusable::description),
            });
        }
    }
}
