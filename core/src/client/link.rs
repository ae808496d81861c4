//! A connection and the layer it stands on, as one thing that takes and gives the transport's bytes.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::pool::Retirement;
use crate::http1::{Connection, NotReusable, Role, Version};
use crate::layer::{Layer, LayerError, LayerState};
use crate::limits::Config;
use crate::time::Mono;
use crate::trace::{ConnectionId, Cx, EventKind, Scope, Sink, TraceEvent};

/// The layer is handed this many bytes at a time at most, so that a large body does not stand in
/// memory twice.
const PIECE: usize = 64 * 1024;

/// The machine's part of a client's connection: what is left when the driver's part, the socket, is
/// taken away. It passes from exchange to exchange through a [`Pool`](super::Pool).
#[derive(Debug)]
pub struct Link {
    connection: ConnectionId,
    pub(super) http1: Connection,
    /// From the transport up.
    layers: Vec<Box<dyn Layer>>,
    tls_layers: u8,
    told_when_closed: bool,
    /// How many of HTTP's bytes stand in records of which the transport has taken nothing.
    in_layers: u64,
    /// How many bytes had been sent and received before this exchange.
    before: (u64, u64),
}

impl Link {
    pub(super) fn new(connection: ConnectionId, config: Config) -> Self {
        Self {
            connection,
            http1: Connection::new(Role::Client, config),
            layers: Vec::new(),
            tls_layers: 0,
            told_when_closed: true,
            in_layers: 0,
            before: (0, 0),
        }
    }

    /// Another request begins: from now on, bytes count as its own.
    pub(super) const fn begin_exchange(&mut self) {
        self.before = (self.http1.total_sent(), self.http1.received());
    }

    /// How many bytes of this exchange's request the transport can have taken. Over TLS, bytes count
    /// as soon as it took any of the records that they stand in.
    pub(super) const fn request_bytes(&self) -> u64 {
        self.http1.total_sent().saturating_sub(self.before.0 + self.in_layers)
    }

    /// How many bytes of this exchange's response have arrived.
    pub(super) const fn response_bytes(&self) -> u64 {
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
        cx.tell(EventKind::ConnectionRetired, || TraceEvent::ConnectionRetired {
            why: why.sentence(),
        });
        self.say_farewell();
        let farewell = self.layers.first().map_or(&[][..], |layer| layer.out());
        if !self.told_when_closed {
            return close(farewell);
        }
        let span = cx.start(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
        close(farewell);
        cx.end(span, EventKind::CloseComplete, || TraceEvent::CloseComplete {});
    }

    /// Whether it can serve another exchange.
    pub(super) fn reuse(&self) -> Result<(), NotReusable> {
        // An old server may say that it keeps the connection; httpcore does not rely on it.
        if self.http1.peer_version() < Version::HTTP_11 {
            return Err(NotReusable::Http10);
        }
        self.http1.reuse()
    }

    /// Makes it ready for the next exchange, and gives the memory back that it does not need until
    /// then.
    pub(super) fn rest(&mut self) {
        // It was asked before whether it can.
        let _ = self.http1.restart();
        self.http1.release();
    }

    /// From now on, `layer` stands between HTTP and what stood there so far.
    pub(super) fn stack(&mut self, layer: Box<dyn Layer>, is_tls: bool) {
        self.layers.push(layer);
        self.tls_layers += u8::from(is_tls);
    }

    /// Whether TLS carries it.
    pub(super) const fn is_secure(&self) -> bool {
        self.tls_layers > 0
    }

    /// The tunnel is open: what follows is another connection, through it. Bytes of it that have
    /// come are kept for the layer that is stacked next.
    pub(super) fn enter_tunnel(&mut self, config: Config) -> Vec<u8> {
        let http1 = core::mem::replace(&mut self.http1, Connection::new(Role::Client, config));
        self.told_when_closed = false;
        self.before = (0, 0);
        http1.into_switched().unwrap_or_default()
    }

    /// Bytes that came before the last layer was stacked, and are for it.
    pub(super) fn receive_early(&mut self, bytes: &[u8]) {
        if let Some(layer) = self.layers.last_mut() {
            layer.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
            layer.filled(bytes.len());
        }
    }

    /// Nobody is told when this connection is closed while it is idle.
    pub(super) const fn close_in_silence(&mut self) {
        self.told_when_closed = false;
    }

    pub(super) fn space(&mut self, min: usize) -> &mut [u8] {
        match self.layers.first_mut() {
            Some(layer) => layer.space(min),
            None => self.http1.space(min),
        }
    }

    pub(super) fn filled(&mut self, n: usize) {
        match self.layers.first_mut() {
            Some(layer) => layer.filled(n),
            None => self.http1.filled(n),
        }
    }

    pub(super) fn out(&self) -> [&[u8]; 3] {
        match self.layers.first() {
            Some(layer) => [layer.out(), &[], &[]],
            None => self.http1.out(),
        }
    }

    pub(super) fn sent(&mut self, n: usize) {
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

    /// Works through what the layers have received, each handing on to the next, and tells how far
    /// the last has come; without any, the transport is open.
    pub(super) fn advance(&mut self) -> Result<LayerState, LayerError> {
        let Self { http1, layers, .. } = self;
        let mut rest = layers.as_mut_slice();
        let mut state = LayerState::Open;
        while let Some((layer, above)) = rest.split_first_mut() {
            state = match above.first_mut() {
                None => layer.advance(&mut |bytes| http1.push(bytes))?,
                Some(next) => layer.advance(&mut |bytes| {
                    next.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
                    next.filled(bytes.len());
                })?,
            };
            if state == LayerState::PeerClosed {
                http1.eof();
            }
            rest = above;
        }
        self.hand_down()?;
        Ok(state)
    }

    /// Hands what a layer has written to the one below it, down to the transport.
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
    pub(super) fn has_output(&mut self) -> Result<bool, LayerError> {
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
    pub(super) const fn eof(&mut self) {
        self.http1.eof();
    }

    /// Whether the layers themselves have something for the transport.
    pub(super) fn layer_has_output(&self) -> bool {
        self.layers.first().is_some_and(|layer| !layer.out().is_empty())
    }

    /// Tells the peer that nothing more comes, if a layer has a word for it.
    pub(super) fn say_farewell(&mut self) {
        if let Some(layer) = self.layers.last_mut() {
            layer.close();
            // What cannot be said is left unsaid.
            let _ = self.hand_down();
        }
    }
}
