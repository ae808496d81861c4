//! A connection and the layer it stands on, as one thing that takes and gives the transport's bytes.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bytes::Bytes;

use super::layer::{Layer, LayerError, LayerFacts, LayerState, MAX_BUFFERED};
use super::passthrough::Passthrough;
use crate::error::Error;
use crate::http1::{Connection, NotReusable, Progress, Role, State, Version};
use crate::limits::Config;
use crate::time::Mono;
use crate::trace::{ConnectionId, Cx, EventKind, Scope, Sink, SpanKind, TraceEvent};
use crate::values::{Buffers, Retirement};

/// The layer is handed this many bytes at a time at most, so that a large body does not stand in
/// memory twice: a piece of 64 KiB, and the framing around it.
pub(crate) const PIECE: usize = 65 * 1024;

/// HTTP is handed what the layers hold until it has this many bytes to work on. Then they wait, so
/// that a large body passes through memory that is small and still in the processor's cache.
const PORTION: usize = 16 * 1024;

/// The machine's part of a connection: what is left when the driver's part, the socket, is
/// taken away. A client's passes from exchange to exchange through a [`Pool`](crate::client::Pool).
#[derive(Debug)]
pub struct Link {
    connection: ConnectionId,
    pub(crate) http1: Connection,
    /// From the transport up.
    layers: Vec<Box<dyn Layer>>,
    /// How much of the last room for the transport's bytes there is, where a layer has offered it.
    offered: u32,
    /// Bytes for the layer that is stacked next, which have come before it.
    early: Option<Box<Early>>,
    tls_layers: u8,
    told_when_closed: bool,
    /// The layers may hold more than HTTP was handed.
    holds_back: bool,
    /// How many of HTTP's bytes stand in records of which the transport has taken nothing.
    in_layers: u64,
    /// How many bytes had been sent and received before this exchange.
    before: (u64, u64),
}

/// Bytes that came before their layer. Few connections ever have some, so that they are in a box.
#[derive(Debug)]
struct Early(Vec<u8>);

impl Link {
    pub(crate) fn new(role: Role, connection: ConnectionId, config: Config) -> Self {
        Self {
            connection,
            http1: Connection::new(role, config),
            layers: Vec::new(),
            offered: 0,
            early: None,
            tls_layers: 0,
            told_when_closed: true,
            holds_back: false,
            in_layers: 0,
            before: (0, 0),
        }
    }

    /// What stands for a connection where there is none.
    pub(crate) fn none(config: Config) -> Self {
        Self::new(Role::Client, ConnectionId(0), config)
    }

    /// Another request begins: from now on, bytes count as its own.
    pub(crate) const fn begin_exchange(&mut self) {
        self.before = (self.http1.total_sent(), self.http1.received());
    }

    /// How many bytes of this exchange's request the transport can have taken. Over TLS, bytes count
    /// as soon as it took any of the records that they stand in.
    pub(crate) const fn request_bytes(&self) -> u64 {
        self.http1.total_sent().saturating_sub(self.before.0 + self.in_layers)
    }

    /// How many bytes of this exchange's response have arrived.
    pub(crate) const fn response_bytes(&self) -> u64 {
        self.http1.received().saturating_sub(self.before.1)
    }

    /// The connection's number.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Closes an idle connection: tells why, and lets `close` send the last bytes, if there are any,
    /// and close the transport. Whether they can be sent does not matter to anybody.
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
        let close_notify = self.layers.first().map_or(&[][..], |layer| layer.out());
        if !self.told_when_closed {
            return close(close_notify);
        }
        let span = cx.start(SpanKind::Close, || TraceEvent::CloseStarted {});
        close(close_notify);
        cx.complete(span, || TraceEvent::CloseComplete {});
    }

    /// Whether it can serve another exchange.
    pub(crate) fn reuse(&self) -> Result<(), NotReusable> {
        // An old server may say that it keeps the connection; httpcore does not rely on it.
        if self.http1.peer_version() < Version::HTTP_11 {
            return Err(NotReusable::Http10);
        }
        self.http1.reuse()?;
        // What is held back for all that HTTP has is nothing that was asked for.
        if self.holds_back { Err(NotReusable::Surplus) } else { Ok(()) }
    }

    /// Whether the peer sent something that was not told yet.
    pub(crate) fn has_unread(&self) -> bool {
        self.holds_back || !self.http1.unread().is_empty()
    }

    /// Whether all that has arrived was told, so that there is nothing to be done but to read.
    #[inline]
    pub(crate) fn is_read_out(&self) -> bool {
        // What layers hold, only they know.
        self.layers.is_empty() && self.http1.unread().is_empty() && !self.http1.is_at_end()
    }

    /// Makes it ready for the next exchange, which it was found to be able to serve, and lends the memory
    /// that it does not need until then.
    pub(crate) fn detach_buffers(&mut self, memory: &mut Buffers) {
        self.http1.begin_again();
        self.http1.detach_buffers(memory);
        for layer in &mut self.layers {
            layer.free_buffers();
        }
    }

    /// Takes memory for the exchange that begins, if there is some.
    pub(crate) fn attach_buffers(&mut self, memory: &mut Buffers) {
        self.http1.attach_buffers(memory);
    }

    /// From now on, `layer` stands between HTTP and what stood there so far.
    pub(crate) fn stack(&mut self, layer: Box<dyn Layer>, is_tls: bool) {
        self.layers.push(layer);
        // What was offered before is not of this layer.
        self.offered = 0;
        if let Some(early) = self.early.take() {
            self.receive_early(&early.0);
        }
        self.tls_layers += u8::from(is_tls);
    }

    /// Whether TLS carries it.
    pub(crate) const fn is_secure(&self) -> bool {
        self.tls_layers > 0
    }

    /// Whether the bytes are no longer HTTP/1.1, in either direction.
    pub(crate) fn has_switched(&self) -> bool {
        let sides = [Role::Client, Role::Server].map(|role| self.http1.state(role));
        sides == [State::Switched; 2] && self.http1.out_len() == 0
    }

    /// The tunnel is open: what follows is another connection, through it. Bytes of it that have
    /// come are kept for the layer that is stacked next.
    pub(crate) fn enter_tunnel(&mut self, config: Config) -> Vec<u8> {
        let next = Connection::new(self.http1.role(), config);
        let http1 = core::mem::replace(&mut self.http1, next);
        self.told_when_closed = false;
        self.before = (0, 0);
        http1.into_switched().unwrap_or_default()
    }

    /// Keeps bytes that have come before the layer that they are for.
    pub(crate) fn keep_early(&mut self, bytes: Vec<u8>) {
        self.early = (!bytes.is_empty()).then(|| Box::new(Early(bytes)));
    }

    fn receive_early(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
            layer.filled(bytes.len());
        }
    }

    /// Nobody is told when this connection is closed while it is idle.
    pub(crate) const fn close_in_silence(&mut self) {
        self.told_when_closed = false;
    }

    pub(crate) fn space(&mut self, min: usize) -> &mut [u8] {
        match self.layers.first_mut() {
            Some(layer) => {
                let space = layer.space(min);
                self.offered = u32::try_from(space.len()).unwrap_or(u32::MAX);
                space
            }
            None => self.http1.space(min),
        }
    }

    /// How much of the last [`space`](Self::space) there is.
    pub(crate) fn room(&self) -> usize {
        if self.layers.is_empty() { self.http1.room() } else { self.offered as usize }
    }

    /// Tells of the `n` bytes that stand in the room for the transport's bytes.
    pub(crate) fn emit_received<S: Sink>(&mut self, n: usize, cx: &mut Cx<'_, S>) {
        if cx.wants(EventKind::BytesReceived) {
            let room = self.space(n);
            let bytes = &room[..n.min(room.len())];
            cx.emit(EventKind::BytesReceived, || TraceEvent::BytesReceived { bytes });
        }
    }

    /// Tells of the first `n` bytes that wait for the transport.
    #[inline(always)]
    pub(crate) fn emit_sent<S: Sink>(&self, n: usize, cx: &mut Cx<'_, S>) {
        if cx.wants(EventKind::BytesSent) {
            self.emit_slices(n, cx);
        }
    }

    fn emit_slices<S: Sink>(&self, n: usize, cx: &mut Cx<'_, S>) {
        let mut left = n;
        for slice in self.out() {
            let bytes = &slice[..left.min(slice.len())];
            left -= bytes.len();
            if !bytes.is_empty() {
                cx.emit(EventKind::BytesSent, || TraceEvent::BytesSent { bytes });
            }
        }
    }

    pub(crate) fn filled(&mut self, n: usize) {
        match self.layers.first_mut() {
            Some(layer) => {
                self.offered = self.offered.saturating_sub(u32::try_from(n).unwrap_or(u32::MAX));
                layer.filled(n);
            }
            None => self.http1.filled(n),
        }
    }

    pub(crate) fn out(&self) -> [&[u8]; 3] {
        match self.layers.first() {
            Some(layer) => [layer.out(), &[], &[]],
            None => self.http1.out(),
        }
    }

    /// The bytes for the transport, owned. Without layers, a large piece of a body is not copied.
    pub(crate) fn shared_out(&self) -> [Bytes; 3] {
        match self.layers.first() {
            Some(layer) => [Bytes::copy_from_slice(layer.out()), Bytes::new(), Bytes::new()],
            None => self.http1.shared_out(),
        }
    }

    /// Whether the transport's bytes are those of HTTP.
    pub(crate) fn is_plain(&self) -> bool {
        self.layers.is_empty()
    }

    /// Takes these bytes of the transport. They are copied.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.filled(bytes.len());
    }

    pub(crate) fn sent(&mut self, n: usize) {
        match self.layers.first_mut() {
            Some(layer) => {
                layer.sent(n);
                if n > 0 {
                    self.in_layers = 0;
                }
            }
            None => self.http1.sent(n),
        }
    }

    /// Works through what the layers have received, each handing on to the next until HTTP has
    /// enough to work on, and tells how far the last has come; without any, the transport is open.
    #[inline]
    pub(crate) fn advance(&mut self) -> Result<LayerState, LayerError> {
        if self.layers.is_empty() { Ok(LayerState::Open) } else { self.hand_up(PORTION) }
    }

    /// Lets HTTP read on, in what the layers hold back too.
    #[inline(always)]
    pub(crate) fn read<S: Sink>(&mut self, cx: &mut Cx<'_, S>) -> Result<Progress, Error> {
        loop {
            match self.http1.advance(cx)? {
                // Of a long head, for one, it needs more than is enough otherwise.
                Progress::NeedInput if self.holds_back => {
                    self.hand_up(self.http1.unread().len() + PORTION)?;
                }
                progress => return Ok(progress),
            }
        }
    }

    /// Hands to HTTP what the layers have received, until it has `enough`.
    fn hand_up(&mut self, enough: usize) -> Result<LayerState, LayerError> {
        let Self { http1, layers, .. } = self;
        let mut state = LayerState::Delivered;
        let before = http1.unread().len();
        if before < enough {
            let ended;
            (state, ended) = pump(layers, |bytes| {
                http1.push(bytes);
                http1.unread().len() < enough
            })?;
            if ended {
                http1.eof();
            }
            self.hand_down()?;
        }
        let is_full = self.is_full();
        if is_full && before < enough && self.http1.unread().len() == before {
            return Err(stalled());
        }
        self.holds_back = is_full || state == LayerState::Delivered;
        Ok(state)
    }

    /// Whether a layer holds so much that nothing is to be read from the transport before it has
    /// delivered some of it.
    fn is_full(&self) -> bool {
        self.layers.iter().any(|layer| layer.buffered() > MAX_BUFFERED)
    }

    /// Returns what the uppermost layer knows of the connection.
    pub(crate) fn facts(&self) -> LayerFacts<'_> {
        self.layers.last().map_or_else(LayerFacts::default, |layer| layer.facts())
    }

    /// As [`advance`](Self::advance), for a connection that has left HTTP/1.1: whether a layer says
    /// that no more bytes come. `deliver` returns whether it takes more.
    pub(crate) fn pass_to(
        &mut self,
        deliver: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<bool, LayerError> {
        let mut has_delivered = false;
        let (_, ended) = pump(&mut self.layers, |bytes| {
            has_delivered = true;
            deliver(bytes)
        })?;
        self.hand_down()?;
        if !has_delivered && self.is_full() { Err(stalled()) } else { Ok(ended) }
    }

    /// Sends bytes of another protocol.
    pub(crate) fn write_through(&mut self, data: &[u8]) -> Result<(), LayerError> {
        if let Some(layer) = self.layers.last_mut() {
            layer.write(data)?;
        }
        self.hand_down()
    }

    /// Sees to it that there is a layer: what passes after HTTP/1.1 was left passes through one.
    pub(crate) fn stack_passage(&mut self) {
        if self.layers.is_empty() {
            self.layers.push(Box::new(Passthrough::default()));
        }
    }

    /// How many bytes wait for the transport, before a layer has made them more.
    pub(crate) fn out_len(&self) -> usize {
        let layer = self.layers.first().map_or(0, |layer| layer.out().len());
        layer + self.http1.out_len()
    }

    /// How many of HTTP's bytes the transport has not taken. Over TLS, a record of which it has taken some
    /// counts as taken.
    pub(crate) fn unsent_len(&self) -> u64 {
        self.http1.out_len() as u64 + self.in_layers
    }

    /// How many bytes wait for the transport in [`out`](Self::out).
    #[inline]
    pub(crate) fn output_len(&self) -> usize {
        match self.layers.first() {
            Some(layer) => layer.out().len(),
            None => self.http1.out_len(),
        }
    }

    /// Hands what a layer has written to the one below it, down to the transport.
    #[inline]
    fn hand_down(&mut self) -> Result<(), LayerError> {
        for index in (1..self.layers.len()).rev() {
            let (below, above) = self.layers.split_at_mut(index);
            if let (Some(below), Some(above)) = (below.last_mut(), above.first_mut()) {
                let n = above.out().len();
                if n > 0 {
                    below.write(above.out())?;
                    above.sent(n);
                }
            }
        }
        Ok(())
    }

    /// Whether anything waits for the transport, after the layers were handed what they can take.
    #[inline]
    pub(crate) fn has_output(&mut self) -> Result<bool, LayerError> {
        if self.layers.is_empty() { Ok(self.http1.out_len() > 0) } else { self.fill_layers() }
    }

    fn fill_layers(&mut self) -> Result<bool, LayerError> {
        if !self.layer_has_output()
            && let Some(layer) = self.layers.last_mut()
        {
            let mut taken = 0;
            for slice in self.http1.out() {
                let piece = &slice[..slice.len().min(PIECE - taken)];
                if !piece.is_empty() {
                    layer.write(piece)?;
                    taken += piece.len();
                }
                if piece.len() < slice.len() {
                    break;
                }
            }
            self.http1.sent(taken);
            self.in_layers = taken as u64;
            self.hand_down()?;
        }
        Ok(self.out().iter().any(|slice| !slice.is_empty()))
    }

    /// The peer closed its direction of the transport. A layer's own end, where it has one, may be
    /// missing: an end is an end, and only a body without a length is trusted less for it.
    pub(crate) const fn eof(&mut self) {
        self.http1.eof();
    }

    /// Whether the layers themselves have something for the transport.
    pub(crate) fn layer_has_output(&self) -> bool {
        self.layers.first().is_some_and(|layer| !layer.out().is_empty())
    }

    /// Tells the peer that nothing more comes, if a layer has a word for it.
    pub(crate) fn send_close_notify(&mut self) {
        if let Some(layer) = self.layers.last_mut() {
            layer.close();
            // What cannot be said is left unsaid.
            let _ = self.hand_down();
        }
    }
}

/// The error of a layer that has more than it may hold and delivers none of it: to read on would use
/// ever more memory, and not to read would be to wait without end.
#[cold]
fn stalled() -> LayerError {
    LayerError::other(0, "the layer holds more bytes than it may and delivers none of them")
}

/// Lets each layer hand on to the next what it has received, and the last deliver it for as long as
/// `deliver` wants more: how far the last has come, and whether the peer has ended its direction of
/// any.
#[inline]
fn pump(
    layers: &mut [Box<dyn Layer>],
    mut deliver: impl FnMut(&[u8]) -> bool,
) -> Result<(LayerState, bool), LayerError> {
    let mut rest = layers;
    let mut state = LayerState::Open;
    let mut ended = false;
    while let Some((layer, above)) = rest.split_first_mut() {
        state = match above.first_mut() {
            None => advance_while(&mut **layer, &mut deliver)?,
            Some(next) => advance_while(&mut **layer, &mut |bytes: &[u8]| {
                next.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
                next.filled(bytes.len());
                true
            })?,
        };
        ended |= state == LayerState::PeerClosed;
        rest = above;
    }
    Ok((state, ended))
}

/// Lets a layer deliver what it has for as long as more is wanted.
#[inline]
fn advance_while(
    layer: &mut dyn Layer,
    deliver: &mut impl FnMut(&[u8]) -> bool,
) -> Result<LayerState, LayerError> {
    loop {
        let mut wants_more = true;
        let state = layer.advance(&mut |bytes| wants_more = deliver(bytes))?;
        if state != LayerState::Delivered || !wants_more {
            return Ok(state);
        }
    }
}
