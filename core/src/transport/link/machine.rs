//! The state of a connection with its layers.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::net::SocketAddr;

use bytes::Bytes;

use super::bytes::{HTTP, emit_delivered, emit_slices};
use crate::error::Error;
use crate::http1::{Buffers, Connection, NotReusable, Progress, Role, State, Version};
use crate::limits::Config;
use crate::time::Mono;
use crate::trace::{ConnectionId, Cx, EventKind, Scope, Sink, SpanKind, TraceEvent};
use crate::transport::layer::{Layer, LayerError, LayerFacts, LayerState};
use crate::transport::layers::Layers;
use crate::transport::passthrough::Passthrough;
use crate::transport::pump::stalled;
use crate::values::{BufferSizes, Retirement};

/// The state of a connection without its transport, which the driver holds. A client's link moves
/// from exchange to exchange through a [`Pool`](crate::client::Pool).
pub struct Link {
    connection: ConnectionId,
    pub(crate) http1: Connection,
    /// `None` if HTTP's bytes are those of the transport. A box, because most connections have none.
    pub(super) layers: Option<Box<Layers>>,
    /// Bytes that arrived before the layer that is stacked next.
    early: Option<Box<Early>>,
    tls_layers: u8,
    /// The peer has ended its direction with the closing message of the uppermost layer.
    has_close_notify: bool,
    emits_close: bool,
    /// The layers may hold more than was delivered to HTTP.
    holds_back: bool,
    /// The numbers of bytes that were sent and received before this exchange.
    before: (u64, u64),
    /// When it was opened.
    opened: Mono,
    /// Number of requests before the current one.
    requests: u32,
    /// The addresses, if events contain them.
    addresses: Option<Box<LinkAddresses>>,
}

/// The addresses of a connection, for events.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LinkAddresses {
    pub(crate) local: Option<SocketAddr>,
    pub(crate) peer: Option<SocketAddr>,
}

/// Bytes that arrived before their layer. Few connections have any, hence the box.
struct Early(Vec<u8>);

impl fmt::Debug for Link {
    /// Formats the states, without the buffered bytes, which may contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("connection", &self.connection)
            .field("http1", &self.http1)
            .field("layers", &self.layers.as_ref().map_or(0, |layers| layers.len()))
            .finish_non_exhaustive()
    }
}

impl Link {
    pub(crate) fn new(role: Role, connection: ConnectionId, config: Config) -> Self {
        Self {
            connection,
            http1: Connection::new(role, config),
            layers: None,
            early: None,
            tls_layers: 0,
            has_close_notify: false,
            emits_close: true,
            holds_back: false,
            before: (0, 0),
            opened: Mono::default(),
            requests: 0,
            addresses: None,
        }
    }

    /// Returns a placeholder for a connection.
    pub(crate) fn none(config: Config) -> Self {
        Self::new(Role::Client, ConnectionId(0), config)
    }

    /// Sets how the next message is read.
    #[inline]
    pub(crate) const fn configure(&mut self, config: Config) {
        self.http1.configure(config);
    }

    /// Starts to count the bytes of another request.
    pub(crate) const fn begin_exchange(&mut self) {
        self.before = (self.http1.total_sent(), self.http1.received());
    }

    /// Returns how many bytes of this exchange's request the transport may have taken. Over TLS,
    /// bytes count as soon as a part of their record was taken.
    pub(crate) const fn request_bytes(&self) -> u64 {
        self.http1.total_sent().saturating_sub(self.before.0 + self.unsent_in_layers())
    }

    /// Returns how many of HTTP's bytes are in records of which the transport has taken nothing.
    const fn unsent_in_layers(&self) -> u64 {
        match &self.layers {
            Some(layers) => layers.unsent,
            None => 0,
        }
    }

    /// Returns whether the connection has carried another exchange before this one.
    pub(crate) const fn is_reused(&self) -> bool {
        self.before.1 > 0
    }

    /// Returns how many bytes of this exchange's response were received.
    pub(crate) const fn response_bytes(&self) -> u64 {
        self.http1.received().saturating_sub(self.before.1)
    }

    /// Returns the connection's number.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Notes that the connection was opened now.
    pub(crate) const fn open(&mut self, now: Mono) {
        self.opened = now;
    }

    /// Notes that an exchange uses the connection again.
    pub(crate) const fn count_reuse(&mut self) {
        self.requests = self.requests.saturating_add(1);
    }

    /// Returns when the connection was opened, and the number of requests before the current one.
    pub(crate) const fn history(&self) -> (Mono, u32) {
        (self.opened, self.requests)
    }

    /// Returns the addresses that events contain.
    pub(crate) fn addresses(&self) -> LinkAddresses {
        self.addresses.as_deref().copied().unwrap_or_default()
    }

    /// Returns the addresses that events contain, to set them.
    #[cold]
    pub(crate) fn addresses_mut(&mut self) -> &mut LinkAddresses {
        self.addresses.get_or_insert_default()
    }

    /// Closes an idle connection: emits the reason, and calls `close` with the last bytes, which may
    /// be empty. `close` sends them if possible, and closes the transport.
    pub fn retire<S: Sink>(
        mut self,
        why: Retirement,
        now: Mono,
        sink: &S,
        close: impl FnOnce(&[u8]),
    ) {
        let mut scope = Scope::connection(self.connection);
        let mut cx = Cx::new(now, sink, &mut scope);
        cx.emit(EventKind::ConnectionRetired, || TraceEvent::ConnectionRetired {
            why: why.description(),
        });
        self.send_close_notify();
        let close_notify = self.layers.as_ref().map_or(&[][..], |layers| layers.out());
        if !self.emits_close {
            return close(close_notify);
        }
        let span = cx.start(SpanKind::Close, || TraceEvent::CloseStarted {});
        close(close_notify);
        cx.complete(span, || TraceEvent::CloseComplete {});
    }

    /// Returns whether it can serve another exchange, or why not.
    pub(crate) fn reuse(&self) -> Result<(), NotReusable> {
        // A server of HTTP/1.0 may announce that it keeps the connection; httpcore does not rely on
        // it.
        if self.http1.peer_version() < Version::HTTP_11 {
            return Err(NotReusable::Http10);
        }
        self.http1.reuse()?;
        // Held bytes after the end of the response were not asked for.
        if self.holds_back { Err(NotReusable::Surplus) } else { Ok(()) }
    }

    /// Returns whether the peer has sent something that is not parsed yet.
    pub(crate) fn has_unread(&self) -> bool {
        self.holds_back || !self.http1.unread().is_empty()
    }

    /// Returns whether everything received was parsed, so that only reading can lead to progress.
    #[inline]
    pub(crate) fn is_read_out(&self) -> bool {
        // The contents of layers are not visible here.
        self.layers.is_none() && self.http1.unread().is_empty() && !self.http1.is_at_end()
    }

    /// Prepares for the next exchange, and moves unused buffers to `memory`.
    pub(crate) fn detach_buffers(&mut self, memory: &mut Buffers) {
        self.http1.begin_again();
        self.http1.detach_buffers(memory);
        if let Some(layers) = &mut self.layers {
            layers.free_buffers();
        }
    }

    /// Frees buffers that hold nothing, of a connection on which no message has begun.
    pub(crate) fn free_buffers(&mut self) {
        self.http1.free_buffers();
        if let Some(layers) = &mut self.layers {
            layers.free_buffers();
        }
    }

    /// Takes buffers for the exchange that begins, if there are any.
    pub(crate) fn attach_buffers(&mut self, memory: &mut Buffers) {
        self.http1.attach_buffers(memory);
    }

    /// Stacks `layer` between HTTP and the layers so far.
    pub(crate) fn stack(&mut self, layer: Box<dyn Layer>, is_tls: bool) {
        self.layers.get_or_insert_default().push(layer);
        if let Some(early) = self.early.take() {
            self.receive_early(&early.0);
        }
        self.tls_layers += u8::from(is_tls);
        self.has_close_notify = false;
    }

    /// Returns whether a layer secures the connection.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.tls_layers > 0
    }

    /// Returns whether the connection uses TLS and the peer has not sent its closing message, so that
    /// an end of the input may be one that an attacker has caused (RFC 8446 section 6.1).
    pub(crate) const fn lacks_close_notify(&self) -> bool {
        self.is_secure() && !self.has_close_notify
    }

    /// Returns whether either direction has left HTTP/1.1.
    pub(crate) fn has_switched(&self) -> bool {
        let sides = [Role::Client, Role::Server].map(|role| self.http1.state(role));
        sides == [State::Switched; 2] && self.http1.out_len() == 0
    }

    /// Enters the tunnel, which carries another connection. Its bytes that have arrived already are
    /// returned, for the layer that is stacked next.
    pub(crate) fn enter_tunnel(&mut self, config: Config) -> Vec<u8> {
        let next = self.http1.successor(config);
        let http1 = core::mem::replace(&mut self.http1, next);
        self.emits_close = false;
        self.before = (0, 0);
        http1.into_switched().unwrap_or_default()
    }

    /// Keeps bytes that arrived before their layer.
    pub(crate) fn keep_early(&mut self, bytes: Vec<u8>) {
        self.early = (!bytes.is_empty()).then(|| Box::new(Early(bytes)));
    }

    fn receive_early(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Some(layer) = self.layers.as_mut().and_then(|layers| layers.top_mut()) {
            layer.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
            layer.filled(bytes.len());
        }
    }

    /// Suppresses the event of closing this connection while it is idle.
    pub(crate) const fn suppress_close_event(&mut self) {
        self.emits_close = false;
    }

    #[inline(always)]
    pub(crate) fn space(&mut self, min: usize) -> &mut [u8] {
        match &mut self.layers {
            Some(layers) => layers.space(min),
            None => self.http1.space(min),
        }
    }

    /// Returns the least room for a read of the transport, which the limits say.
    #[inline]
    pub(crate) const fn read_size(&self) -> usize {
        self.http1.config().limits.read_size()
    }

    /// Returns the sizes of buffers.
    pub(crate) const fn buffers(&self) -> BufferSizes {
        self.http1.config().limits.buffers()
    }

    /// Returns the length of the last [`space`](Self::space).
    #[inline(always)]
    pub(crate) fn room(&self) -> usize {
        self.layers.as_ref().map_or_else(|| self.http1.room(), |layers| layers.room)
    }

    #[inline(always)]
    pub(crate) fn filled(&mut self, n: usize) {
        match &mut self.layers {
            Some(layers) => layers.filled(n),
            None => self.http1.filled(n),
        }
    }

    #[inline(always)]
    pub(crate) fn out(&self) -> [&[u8]; 3] {
        match &self.layers {
            Some(layers) => [layers.out(), &[], &[]],
            None => self.http1.out(),
        }
    }

    /// Returns the bytes for the transport owned. Without layers, a large piece of a body is not
    /// copied.
    pub(crate) fn shared_out(&self) -> [Bytes; 3] {
        match &self.layers {
            Some(layers) => [Bytes::copy_from_slice(layers.out()), Bytes::new(), Bytes::new()],
            None => self.http1.shared_out(),
        }
    }

    /// Returns whether HTTP's bytes are those of the transport.
    pub(crate) const fn is_plain(&self) -> bool {
        self.layers.is_none()
    }

    /// Takes bytes of the transport, which are copied.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.filled(bytes.len());
    }

    #[inline(always)]
    pub(crate) fn sent(&mut self, n: usize) {
        match &mut self.layers {
            Some(layers) => layers.sent(n),
            None => self.http1.sent(n),
        }
    }

    /// Passes input through the layers until HTTP has enough to parse. Returns the state of the
    /// uppermost layer; without layers, it is open and needs no context.
    #[inline]
    pub(crate) fn advance<'c, S: Sink + 'c>(
        &mut self,
        cx: impl FnOnce() -> Cx<'c, S>,
    ) -> Result<LayerState, LayerError> {
        if self.layers.is_none() {
            return Ok(LayerState::Open);
        }
        self.hand_up(self.buffers().portion(), &mut cx())
    }

    /// Lets HTTP parse on, including what the layers hold.
    #[inline(always)]
    pub(crate) fn read<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Progress, Error> {
        loop {
            match self.http1.advance(cx)? {
                // A long head can exceed what is enough otherwise.
                Progress::NeedInput if self.holds_back => {
                    let enough = self.http1.unread().len() + self.buffers().portion();
                    self.hand_up(enough, cx)?;
                }
                progress => return Ok(progress),
            }
        }
    }

    /// Passes input through the layers until HTTP has `enough` bytes.
    #[inline(never)]
    fn hand_up<S: Sink>(
        &mut self,
        enough: usize,
        cx: &mut Cx<'_, S>,
    ) -> Result<LayerState, LayerError> {
        let Self { http1, layers, .. } = self;
        let Some(layers) = layers else { return Ok(LayerState::Open) };
        let mut state = LayerState::Delivered;
        let before = http1.unread().len();
        if before < enough {
            let passed = layers.hand_up(|bytes| {
                http1.push(bytes);
                http1.unread().len() < enough
            });
            emit_delivered(http1, before, cx);
            let ended;
            (state, ended) = passed?;
            if ended {
                http1.eof();
            }
            self.has_close_notify |= state == LayerState::PeerClosed;
        }
        let is_full = layers.is_full();
        if is_full && before < enough && self.http1.unread().len() == before {
            return Err(stalled());
        }
        self.holds_back = is_full || state == LayerState::Delivered;
        Ok(state)
    }

    /// Returns the properties of the uppermost layer.
    pub(crate) fn facts(&self) -> LayerFacts<'_> {
        self.top().map_or_else(LayerFacts::default, |layer| layer.facts())
    }

    pub(super) fn top(&self) -> Option<&dyn Layer> {
        self.layers.as_ref().and_then(|layers| layers.top())
    }

    /// Returns the certificates that the peer has sent to the uppermost layer.
    pub(crate) fn peer_certificates(&self) -> Vec<Cow<'_, [u8]>> {
        self.top().map_or_else(Vec::new, Layer::peer_certificates)
    }

    /// Delivers the bytes of a connection that has left HTTP/1.1, until `deliver` returns `false`.
    /// Returns whether a layer has reported the end of the input.
    pub(crate) fn pass_to(
        &mut self,
        deliver: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<bool, LayerError> {
        let Some(layers) = &mut self.layers else { return Ok(false) };
        let mut has_delivered = false;
        let (state, ended) = layers.hand_up(|bytes| {
            has_delivered = true;
            deliver(bytes)
        })?;
        self.has_close_notify |= state == LayerState::PeerClosed;
        if !has_delivered && layers.is_full() { Err(stalled()) } else { Ok(ended) }
    }

    /// Sends bytes of another protocol.
    pub(crate) fn write_through(&mut self, data: &[u8]) -> Result<(), LayerError> {
        self.layers.as_mut().map_or(Ok(()), |layers| layers.write(data))
    }

    /// Adds a passthrough layer if there is no layer: the bytes of another protocol pass through
    /// layers only.
    pub(crate) fn stack_passthrough(&mut self) {
        self.layers.get_or_insert_with(|| {
            let mut layers = Box::<Layers>::default();
            layers.push(Box::new(Passthrough::new(self.http1.config().limits.buffers())));
            layers
        });
    }

    /// Returns the size of the output, before its encoding by layers.
    pub(crate) fn out_len(&self) -> usize {
        let layer = self.layers.as_ref().map_or(0, |layers| layers.out().len());
        layer + self.http1.out_len()
    }

    /// Returns how many of HTTP's bytes the transport has not taken. Over TLS, a record of which it
    /// has taken some counts as taken.
    pub(crate) fn unsent_len(&self) -> u64 {
        self.http1.out_len() as u64 + self.unsent_in_layers()
    }

    /// Returns the number of bytes in [`out`](Self::out).
    #[inline]
    pub(crate) fn output_len(&self) -> usize {
        match &self.layers {
            Some(layers) => layers.out().len(),
            None => self.http1.out_len(),
        }
    }

    /// Returns whether there is output, after passing it through the layers.
    #[inline]
    pub(crate) fn has_output<'c, S: Sink + 'c>(
        &mut self,
        cx: impl FnOnce() -> Cx<'c, S>,
    ) -> Result<bool, LayerError> {
        match self.layers {
            None => Ok(self.http1.out_len() > 0),
            Some(_) => self.fill_layers(&mut cx()),
        }
    }

    #[inline(never)]
    fn fill_layers<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<bool, LayerError> {
        let Some(layers) = &mut self.layers else { return Ok(false) };
        if layers.out().is_empty() {
            let taken = layers.write_piece(self.http1.out())?;
            if cx.wants(EventKind::BytesSent) {
                emit_slices(self.http1.out(), taken, HTTP, self.http1.total_sent(), cx);
            }
            self.http1.sent(taken);
        }
        Ok(!layers.out().is_empty())
    }

    /// Handles the end of input. A layer's own closing message may be missing; this matters only for
    /// a body without a length.
    pub(crate) const fn eof(&mut self) {
        self.http1.eof();
    }

    /// Returns whether the layers themselves have output.
    pub(crate) fn layer_has_output(&self) -> bool {
        self.layers.as_ref().is_some_and(|layers| !layers.out().is_empty())
    }

    /// Sends the closing message of a layer, if its protocol has one.
    pub(crate) fn send_close_notify(&mut self) {
        if let Some(layers) = &mut self.layers {
            layers.close();
        }
    }
}
