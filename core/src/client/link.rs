//! A connection and the layer it stands on, as one thing that takes and gives the transport's bytes.

use alloc::boxed::Box;

use crate::error::TlsError;
use crate::http1::{Connection, NotReusable, Role, Version};
use crate::layer::{Layer, LayerState};
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
    layer: Option<Box<dyn Layer>>,
}

impl Link {
    pub(super) fn new(connection: ConnectionId, config: Config) -> Self {
        Self { connection, http1: Connection::new(Role::Client, config), layer: None }
    }

    /// The connection's number.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.connection
    }

    /// Closes an idle connection: tells so, and lets `close` send the last bytes, if there are any,
    /// and close the transport. Whether they can be sent does not matter to anybody.
    pub fn retire<S: Sink>(mut self, now: Mono, sink: &S, close: impl FnOnce(&[u8])) {
        let mut scope = Scope::connection(self.connection);
        let mut cx = Cx::new(now, sink, &mut scope);
        let span = cx.start(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
        self.say_farewell();
        close(self.layer.as_ref().map_or(&[], |layer| layer.out()));
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

    /// From now on, `layer` stands between HTTP and the transport.
    pub(super) fn stack(&mut self, layer: Box<dyn Layer>) {
        self.layer = Some(layer);
    }

    pub(super) const fn is_secure(&self) -> bool {
        self.layer.is_some()
    }

    pub(super) fn space(&mut self, min: usize) -> &mut [u8] {
        match &mut self.layer {
            Some(layer) => layer.space(min),
            None => self.http1.space(min),
        }
    }

    pub(super) fn filled(&mut self, n: usize) {
        match &mut self.layer {
            Some(layer) => layer.filled(n),
            None => self.http1.filled(n),
        }
    }

    pub(super) fn out(&self) -> [&[u8]; 3] {
        match &self.layer {
            Some(layer) => [layer.out(), &[], &[]],
            None => self.http1.out(),
        }
    }

    pub(super) fn sent(&mut self, n: usize) {
        match &mut self.layer {
            Some(layer) => layer.sent(n),
            None => self.http1.sent(n),
        }
    }

    /// Works through what the layer has received, and tells how far it has come; without one, the
    /// transport is open.
    pub(super) fn advance(&mut self) -> Result<LayerState, TlsError> {
        let Self { http1, layer, .. } = self;
        let Some(layer) = layer else { return Ok(LayerState::Open) };
        let state = layer.advance(&mut |bytes| http1.push(bytes))?;
        if state == LayerState::PeerClosed {
            http1.eof();
        }
        Ok(state)
    }

    /// Whether anything waits for the transport, after the layer was handed what it can take.
    pub(super) fn has_output(&mut self) -> Result<bool, TlsError> {
        if let Some(layer) = &mut self.layer
            && layer.out().is_empty()
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
        }
        Ok(self.out().iter().any(|slice| !slice.is_empty()))
    }

    /// The peer closed its direction of the transport. A layer's own end, where it has one, may be
    /// missing: an end is an end, and only a body without a length is trusted less for it.
    pub(super) const fn eof(&mut self) {
        self.http1.eof();
    }

    /// Whether the layer itself has something for the transport.
    pub(super) fn layer_has_output(&self) -> bool {
        self.layer.as_ref().is_some_and(|layer| !layer.out().is_empty())
    }

    /// Tells the peer that nothing more comes, if the layer has a word for it.
    pub(super) fn say_farewell(&mut self) {
        if let Some(layer) = &mut self.layer {
            layer.close();
        }
    }
}
