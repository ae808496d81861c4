//! Recorders without the feature `recording`: types without values, so that nothing of recording is compiled.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{Exchange, Input, Link, Options, Request, Retirement};
use limpid_core::server::{self, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, Interest, Meta, Sink, TraceEvent};
use limpid_core::transport::Layer;

/// The recorder of a recording, which needs the feature `recording`.
///
/// The [crate](crate) has an example of a client.
#[derive(Debug)]
pub struct Recorder(Infallible);

impl Recorder {
    pub(crate) const fn driver_events(&self) -> DriverEvents {
        match self.0 {}
    }

    pub(crate) fn retired(&self, _: ConnectionId, _: Retirement, _: Mono) {
        match self.0 {}
    }
}

/// The recording of exchanges, which needs the feature `recording`.
#[derive(Debug)]
pub(crate) struct ExchangeRecorder(Infallible);

#[expect(clippy::needless_pass_by_value, reason = "the arguments are those of the other type")]
impl ExchangeRecorder {
    pub(crate) fn new(recorder: Arc<Recorder>) -> Self {
        match recorder.0 {}
    }

    pub(crate) fn observe(&mut self, _: &mut Exchange) {
        match self.0 {}
    }

    pub(crate) fn begin(&mut self, _: ExchangeId, _: &Request, _: &Arc<Options>, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn poll(&self, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn ask_deadline(&self, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn take_link(&self, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn take_switched(&mut self, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn tunnel(&self) -> TunnelRecorder {
        match self.0 {}
    }

    pub(crate) fn local_address(&self, _: Option<SocketAddr>, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn lookup_ended(&self, _: bool, _: Duration, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn pool_full(&self, _: [u64; 3], _: &str, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn reused(&mut self, _: &Link, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn input<'i>(&mut self, _: Input<'i>, _: &mut Exchange, _: Mono) -> Input<'i> {
        match self.0 {}
    }
}

/// The recording of a served connection, which needs the feature `recording`.
#[derive(Debug)]
pub(crate) struct SessionRecorder(Infallible);

#[expect(clippy::needless_pass_by_value, reason = "the arguments are those of the other type")]
impl SessionRecorder {
    pub(crate) fn new(
        recorder: Arc<Recorder>,
        _: ConnectionId,
        _: Option<SocketAddr>,
        _: &Arc<server::Options>,
        _: Mono,
    ) -> Self {
        match recorder.0 {}
    }

    pub(crate) fn observe(&mut self, _: &mut Session) {
        match self.0 {}
    }

    pub(crate) fn poll(&self, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn ask_deadline(&self, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn take_switched(&mut self, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn tunnel(&self) -> TunnelRecorder {
        match self.0 {}
    }

    pub(crate) fn space(&self, _: usize, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn layer(&self, _: Box<dyn Layer>) -> Box<dyn Layer> {
        match self.0 {}
    }

    pub(crate) fn input(&mut self, _: &server::Input<'_>, _: &mut Session, _: Mono) {
        match self.0 {}
    }
}

/// The recording of tunnels, which needs the feature `recording`.
#[derive(Debug)]
pub(crate) struct TunnelRecorder(Infallible);

impl TunnelRecorder {
    pub(crate) fn read(&mut self, _: usize, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn written(&mut self, _: &[u8], _: Mono) {
        match self.0 {}
    }

    pub(crate) fn close(&self, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn received(&mut self, _: &[u8], _: Mono) {
        match self.0 {}
    }

    pub(crate) fn sent(&self, _: usize, _: Mono) {
        match self.0 {}
    }

    pub(crate) fn eof(&mut self, _: Mono) {
        match self.0 {}
    }
}

/// The sink of a recorder, which needs the feature `recording`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DriverEvents(Infallible);

impl Sink for DriverEvents {
    fn interest(&self) -> Interest {
        match self.0 {}
    }

    fn event(&self, _: &Meta, _: &TraceEvent<'_>) {
        match self.0 {}
    }
}
