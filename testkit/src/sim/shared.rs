//! The state that the exchanges of a client share: its settings and its pool.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::Arc;

use limpid_core::client::{Exchange, Lease, Options, Pool, Request, Route};
use limpid_core::error::TlsError;
use limpid_core::trace::ExchangeId;
use limpid_io::{Input, Settings, SharedRecorder, SharedSink, TlsSource};
use limpid_recording::{ExchangeRecorder, Recorder};

use super::net::Net;
use super::socket::Socket;

/// The state that the exchanges of a client share.
pub(super) struct Shared {
    pub(super) net: Net,
    pub(super) sink: SharedSink,
    recorder: SharedRecorder,
    options: Arc<Options>,
    /// The TLS of connections to origin servers, and to proxies.
    tls: (TlsSource, TlsSource),
    pool: RefCell<Pool<Socket>>,
    exchanges: Cell<u64>,
    /// The most bytes of a request that have waited for a socket.
    most_waiting: Cell<usize>,
    /// How many polls of exchanges are left until one is stopped; `None` stops no exchange.
    polls_left: Cell<Option<u64>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("exchanges", &self.exchanges).finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn new(net: &Net, settings: Settings) -> Self {
        let Settings { options, tls, proxy_tls, pool, sink, recorder, .. } = settings;
        Self {
            net: net.clone(),
            sink,
            recorder,
            options,
            tls: (tls, proxy_tls),
            pool: RefCell::new(Pool::new(pool)),
            exchanges: Cell::new(0),
            polls_left: Cell::new(None),
            most_waiting: Cell::new(0),
        }
    }

    /// Notes that this many bytes wait for a socket.
    pub(super) fn note_waiting(&self, bytes: usize) {
        self.most_waiting.set(self.most_waiting.get().max(bytes));
    }

    /// Returns the most bytes of a request that have waited for a socket.
    pub(super) fn most_waiting(&self) -> usize {
        self.most_waiting.get()
    }

    /// Stops the exchange with the poll of this number.
    pub(super) fn stop_after(&self, polls: u64) {
        self.polls_left.set(Some(polls));
    }

    /// Returns whether an exchange was stopped.
    pub(super) fn has_stopped(&self) -> bool {
        self.polls_left.get() == Some(0)
    }

    /// Counts a poll. The future does not return if the exchange is stopped here.
    pub(super) async fn count_poll(&self) {
        if self.has_stopped() {
            std::future::pending::<()>().await;
        }
        self.polls_left.set(self.polls_left.get().map(|left| left - 1));
    }

    /// Returns an exchange for `request`.
    pub(super) fn exchange(&self, request: Request) -> Exchange {
        self.exchanges.set(self.exchanges.get() + 1);
        let id = ExchangeId(self.exchanges.get());
        Exchange::new(id, request, Arc::clone(&self.options))
    }

    /// Returns the recording of this exchange, which starts, if there is a recorder.
    pub(super) fn recording(&self, exchange: &Exchange) -> Option<ExchangeRecorder> {
        let mut recording = ExchangeRecorder::new(self.recorder.clone()?);
        let now = self.net.world().now();
        recording.begin(exchange.id(), exchange.request(), &self.options, now);
        Some(recording)
    }

    /// Returns the input for `Action::Trust`.
    pub(super) fn trust(&self, proxy: bool) -> Input<'static> {
        let events = self.recorder.as_deref().map(Recorder::driver_events);
        let trust = self.tls(proxy).trust(self.net.world().now(), &(&self.sink, events));
        trust.map_or_else(no_configuration, Input::Trusted)
    }

    /// Returns the input with the layer for a connection to the server of this name.
    pub(super) fn secure(&self, server_name: &str, proxy: bool) -> Input<'static> {
        let layer = self.tls(proxy).layer(server_name, proxy);
        layer.map_or_else(|error| Input::Failed(error.into()), Input::Secured)
    }

    const fn tls(&self, proxy: bool) -> &TlsSource {
        if proxy { &self.tls.1 } else { &self.tls.0 }
    }

    /// Returns a connection on this route; `None` while there is no free one.
    pub(super) fn acquire(&self, route: &Route) -> Option<Box<Lease<Socket>>> {
        let now = self.net.world().now();
        let lease = self.pool.borrow_mut().acquire_silent(route, now, Socket::is_silent);
        self.retire();
        lease
    }

    /// Releases a connection; an incomplete one is closed.
    pub(super) fn release(&self, lease: Box<Lease<Socket>>) {
        let now = self.net.world().now();
        self.pool.borrow_mut().release(lease, now, Socket::is_silent);
        self.retire();
        self.net.world().moved();
    }

    fn retire(&self) {
        let retired = self.pool.borrow_mut().retired();
        for retired in retired {
            let (now, lease) = (self.net.world().now(), &retired.lease);
            // A connection that lacks a part is only dropped.
            if let Some(recorder) = &self.recorder
                && lease.link.is_some()
                && lease.transport.is_some()
            {
                recorder.retired(lease.connection(), retired.why, now);
            }
            retired.close(now, &self.sink, |transport, bytes| {
                if !bytes.is_empty() {
                    // The connection is over, so a failure is ignored.
                    let _ = transport.write_now(bytes);
                }
            });
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.pool.get_mut().close();
        self.retire();
    }
}

/// Returns the input for a failed `Action::Trust`. The reason is reported elsewhere.
fn no_configuration<E>(_: E) -> Input<'static> {
    Input::Failed(TlsError::Configuration.into())
}
