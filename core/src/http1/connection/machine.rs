//! The connection: its receiving half, its sending half, and the state of both sides.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;

use super::super::buffers::Buffers;
use super::super::marks::{Mark, ReceivedPart};
use super::super::receive::{MessagePart, Receive};
use super::super::send::Send;
use super::super::state::{ConnectionState, Transition};
use crate::error::{Call, Misuse, MisuseError, PeerError};
use crate::framing::{Framing, RequestKind};
use crate::limits::Config;
use crate::trace::{Cx, EventKind, Sink, TraceEvent};
use crate::values::{NotReusable, Role, State, Version};

/// One HTTP/1.1 connection, in either role.
///
/// The driver passes in bytes of the peer with [`space`](Self::space) and [`filled`](Self::filled), or with
/// [`push`](Self::push); [`next`](Self::next) returns the parts of messages that they contain. The
/// `send_` methods encode messages; [`out`](Self::out) returns the bytes for the transport. Calls may
/// come in any order: a call that the state forbids returns a [`MisuseError`] and changes nothing.
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
#[derive(Clone)]
pub struct Connection {
    pub(super) role: Role,
    pub(super) state: ConnectionState,
    pub(super) receive: Receive,
    pub(super) send: Send,
    /// The kind of the request of this exchange.
    pub(super) request_kind: RequestKind,
    /// The reason for which the connection cannot carry another exchange, if there is one.
    pub(super) not_reusable: Option<NotReusable>,
    /// Whether an event has said that the connection cannot carry another exchange. The reason is often known when
    /// the first of the two messages ends, and stays the same.
    is_refusal_emitted: bool,
    pub(super) error: Option<PeerError>,
    /// The part of a message that the last event returned.
    pub(super) last: Option<MessagePart>,
}

impl fmt::Debug for Connection {
    /// Formats the states, without the buffered bytes, which may contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("role", &self.role)
            .field("client", &self.state(Role::Client))
            .field("server", &self.state(Role::Server))
            .field("not_reusable", &self.not_reusable)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Creates a connection.
    #[must_use]
    pub fn new(role: Role, config: Config) -> Self {
        Self {
            role,
            state: ConnectionState::new(),
            receive: Receive::new(role.peer(), config),
            send: Send::new(config.limits.buffers()),
            request_kind: RequestKind::Other,
            not_reusable: None,
            is_refusal_emitted: false,
            error: None,
            last: None,
        }
    }

    /// Disables the cache of request heads, for tests that compare it with parsing.
    #[doc(hidden)]
    pub fn disable_head_cache(&mut self) {
        self.receive.disable_cache();
    }

    /// Sets how the next message is read. Only for a client: a server caches heads as they were read.
    #[inline]
    pub(crate) const fn configure(&mut self, config: Config) {
        self.receive.configure(config);
        let sizes = config.limits.buffers();
        (self.receive.buffer.sizes, self.send.out.sizes) = (sizes, sizes);
    }

    /// Returns the configuration.
    pub(crate) const fn config(&self) -> &Config {
        &self.receive.config
    }

    /// Returns the side of the connection that this is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Returns the version of the peer's last head; HTTP/1.1 before the first.
    #[must_use]
    pub const fn peer_version(&self) -> Version {
        self.receive.head.version
    }

    /// Returns the state of `side`.
    #[must_use]
    pub const fn state(&self, side: Role) -> State {
        self.state.of(side)
    }

    // Bytes in.

    /// Returns a buffer for at least `min` bytes of the peer. Fill it from its start, then call
    /// [`filled`](Self::filled).
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        self.last = None;
        self.receive.consume();
        self.receive.buffer.space(min)
    }

    /// Returns the length of the last [`space`](Self::space).
    pub(crate) const fn room(&self) -> usize {
        self.receive.buffer.room()
    }

    /// Accepts `n` bytes of the peer, which are at the start of the last [`space`](Self::space).
    pub fn filled(&mut self, n: usize) {
        self.receive.buffer.filled(n);
    }

    /// Copies `bytes` of the peer.
    pub fn push(&mut self, bytes: &[u8]) {
        self.last = None;
        self.receive.consume();
        self.receive.buffer.push(bytes);
    }

    /// Records that the peer closed its direction of the connection.
    pub const fn eof(&mut self) {
        self.receive.end_of_stream();
    }

    /// Returns whether the body of the current message ends when the peer closes its direction.
    pub(crate) fn ends_by_close(&self) -> bool {
        self.receive.head.decision.framing == Framing::UntilClose
    }

    /// Returns whether the peer has closed its direction of the connection.
    #[inline]
    pub(crate) const fn is_at_end(&self) -> bool {
        self.receive.is_at_end()
    }

    /// Returns the bytes of the peer that have arrived and do not belong to an event yet.
    #[must_use]
    pub fn unread(&self) -> &[u8] {
        self.receive.unread()
    }

    /// Notes from now on what received bytes are, for a recorder.
    #[doc(hidden)]
    pub fn mark_received(&mut self) {
        self.receive.mark();
    }

    /// Moves what was noted to the end of `to`. Returns what the bytes behind that are a part of.
    #[doc(hidden)]
    pub fn take_marks(&mut self, to: &mut Vec<Mark>) -> ReceivedPart {
        self.receive.marks.move_to(to);
        self.receive.next_part()
    }

    /// Returns a connection for the bytes behind those of this one, on the same transport.
    pub(crate) fn successor(&self, config: Config) -> Self {
        let mut next = Self::new(self.role, config);
        if self.receive.marks.are_enabled() {
            next.receive.mark();
            next.receive.marks = self.receive.marks.clone();
            // What has arrived already goes to the layer that is stacked next.
            next.receive.marks.add(ReceivedPart::Data, self.receive.surplus());
        }
        next
    }

    /// Returns how many bytes of the peer have arrived on this connection.
    #[must_use]
    pub const fn received(&self) -> u64 {
        self.receive.buffer.received()
    }

    // Bytes out.

    /// Returns the bytes for the transport, in order. Any of the slices may be empty.
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.send.out.slices()
    }

    /// Returns the bytes for the transport as owned values. A large part of a body is shared rather
    /// than copied.
    pub(crate) fn shared_out(&self) -> [Bytes; 3] {
        self.send.out.shared()
    }

    /// Returns how many bytes wait for the transport.
    #[must_use]
    pub fn out_len(&self) -> usize {
        self.send.out.len()
    }

    /// Removes the first `n` bytes of [`out`](Self::out), which the transport accepted.
    #[inline]
    pub fn sent(&mut self, n: usize) {
        self.send.out.sent(n);
    }

    /// Returns how many bytes the transport has accepted on this connection.
    #[must_use]
    pub const fn total_sent(&self) -> u64 {
        self.send.out.total()
    }

    // The connection as a whole.

    /// Checks whether another exchange can begin.
    ///
    /// # Errors
    /// Returns the reason for which no other exchange can begin.
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

    /// Makes this exchange the last. A response whose head is sent after this call has `Connection: close`.
    pub fn end_after_this(&mut self) {
        self.state.end_keep_alive();
        self.close_because(NotReusable::WeAsked);
    }

    /// Returns whether a switch of protocols that the client requested is still undecided.
    #[must_use]
    pub const fn may_switch(&self) -> bool {
        self.state.may_switch()
    }

    /// Begins another exchange.
    ///
    /// # Errors
    /// Returns a [`MisuseError`] if [`reuse`](Self::reuse) returns an error.
    pub fn restart(&mut self) -> Result<(), MisuseError> {
        if self.reuse().is_err() {
            return Err(self.misuse(Call::Restart, Misuse::State));
        }
        self.begin_again();
        Ok(())
    }

    /// Begins another exchange. [`reuse`](Self::reuse) must have returned `Ok`.
    pub(crate) fn begin_again(&mut self) {
        self.last = None;
        self.state.restart();
        self.receive.restart();
        self.request_kind = RequestKind::Other;
    }

    /// Frees the buffers of an idle connection: those that hold nothing, and the cached head. The next byte allocates
    /// them again. A connection between two messages then has no memory but itself.
    pub fn free_buffers(&mut self) {
        self.last = None;
        self.receive.free_buffers();
        self.send.out.free_buffers();
    }

    /// Moves the buffers of an idle connection to `memory`, for other connections to use, and frees
    /// buffers that are too large for that.
    pub(crate) fn detach_buffers(&mut self, memory: &mut Buffers) {
        self.receive.detach_buffers(memory);
        self.send.out.detach_buffers(&mut memory.outgoing);
    }

    /// Takes buffers that another connection has detached.
    pub(crate) fn attach_buffers(&mut self, memory: &mut Buffers) {
        self.receive.attach_buffers(memory);
        self.send.out.attach_buffers(&mut memory.outgoing);
    }

    /// Ends the HTTP/1.1 connection after a switch of protocols, and returns the bytes of the new
    /// protocol that have arrived.
    ///
    /// # Errors
    /// Returns an error and the connection if the protocols have not been switched, or if bytes still
    /// wait for the transport.
    pub fn into_switched(mut self) -> Result<Vec<u8>, (MisuseError, Box<Self>)> {
        if !self.state.have_switched() || self.out_len() > 0 {
            let error = self.misuse(Call::IntoSwitched, Misuse::State);
            return Err((error, Box::new(self)));
        }
        self.receive.consume();
        Ok(self.receive.buffer.into_unread())
    }

    /// Returns the line for which the peer's message was refused, or an empty slice.
    #[must_use]
    pub fn excerpt(&self) -> &[u8] {
        self.receive.excerpt()
    }

    /// Returns how many bytes of the current body have been received, and how many Content-Length, or
    /// the chunks so far, have announced.
    #[must_use]
    pub fn body_progress(&self) -> (u64, u64) {
        self.receive.body_progress()
    }

    /// Returns how many bytes of a body of known length must still be sent.
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

    /// Records why the connection cannot be reused. Only the first reason is kept.
    pub(super) fn close_because(&mut self, reason: NotReusable) {
        self.not_reusable.get_or_insert(reason);
    }

    /// Emits whether the connection can be reused, once this is known, and not again.
    #[inline]
    pub(super) fn emit_reuse<S: Sink>(&mut self, cx: &mut Cx<'_, S>) {
        if !cx.wants(EventKind::ReuseDecided) {
            return;
        }
        let reuse = self.reuse();
        if reuse != Err(NotReusable::Unfinished) && !self.is_refusal_emitted {
            self.is_refusal_emitted = reuse.is_err();
            cx.emit(EventKind::ReuseDecided, || TraceEvent::ReuseDecided {
                reusable: reuse.is_ok(),
                why: reuse.err().map_or("both messages are complete", NotReusable::description),
            });
        }
    }
}
