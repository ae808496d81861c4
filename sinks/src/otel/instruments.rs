//! Measurements by the conventions of OpenTelemetry for HTTP and DNS.

use std::collections::BTreeMap;
use std::time::Duration;

use limpid_core::http1::Role;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, EventKind, Meta, TraceEvent};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, Meter, UpDownCounter};

use super::attributes::{common, server};
use crate::conventions::REQUEST_BUCKETS;
use crate::exchanges::{Exchange, Hop};
use crate::pooled::{PoolState, Pooled};

/// The upper bounds of buckets that the conventions advise for connections, in seconds.
const CONNECTIONS: [f64; 14] =
    [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0];

/// The most lookups that are open at once.
const MOST: usize = 1 << 14;

/// The events of lookups and connections.
pub(super) const KINDS: &[EventKind] = &[
    EventKind::AcquireStarted,
    EventKind::ResolveStarted,
    EventKind::ResolveComplete,
    EventKind::ResolveFailed,
    EventKind::ConnectTcpComplete,
    EventKind::ConnectUnixSocketComplete,
];

/// The instruments, and what is open.
#[derive(Debug)]
pub(super) struct Instruments {
    client: Histogram<f64>,
    server: Histogram<f64>,
    open: UpDownCounter<i64>,
    connections: Histogram<f64>,
    lookups: Histogram<f64>,
    pooled: Pooled,
    /// The servers of connections, and when these were opened.
    opened: BTreeMap<ConnectionId, (Vec<KeyValue>, Mono)>,
    /// The exchanges that acquire a connection.
    acquiring: BTreeMap<u64, Acquiring>,
}

/// An exchange that acquires a connection.
#[derive(Debug)]
struct Acquiring {
    server: Vec<KeyValue>,
    /// The name that is looked up, and since when.
    lookup: Option<(String, Mono)>,
}

impl Instruments {
    pub(super) fn new(meter: &Meter) -> Self {
        let seconds = |name, description, bounds: [f64; 14]| {
            let builder = meter.f64_histogram(name).with_unit("s").with_description(description);
            builder.with_boundaries(bounds.to_vec()).build()
        };
        Self {
            client: seconds(
                "http.client.request.duration",
                "Duration of HTTP client requests.",
                REQUEST_BUCKETS,
            ),
            server: seconds(
                "http.server.request.duration",
                "Duration of HTTP server requests.",
                REQUEST_BUCKETS,
            ),
            open: meter
                .i64_up_down_counter("http.client.open_connections")
                .with_unit("{connection}")
                .with_description("Number of outbound HTTP connections that are active or idle.")
                .build(),
            connections: seconds(
                "http.client.connection.duration",
                "The duration of the successfully established outbound HTTP connections.",
                CONNECTIONS,
            ),
            lookups: seconds(
                "dns.lookup.duration",
                "Measures the time taken to perform a DNS lookup.",
                REQUEST_BUCKETS,
            ),
            pooled: Pooled::default(),
            opened: BTreeMap::new(),
            acquiring: BTreeMap::new(),
        }
    }

    /// Measures the requests of an exchange that has ended.
    pub(super) fn exchange(&mut self, exchange: &Exchange) {
        self.acquiring.remove(&exchange.id.0);
        for hop in &exchange.hops {
            self.request(hop, exchange.role);
        }
    }

    fn request(&self, hop: &Hop, role: Role) {
        let Some(time) = hop.time() else { return };
        let histogram = match role {
            Role::Client => &self.client,
            Role::Server => &self.server,
        };
        histogram.record(time.as_secs_f64(), &common(hop, role));
    }

    /// Measures lookups and connections of clients.
    pub(super) fn event(&mut self, meta: &Meta, event: &TraceEvent<'_>) {
        match event {
            TraceEvent::AcquireStarted { host, port, .. } => {
                bound(&mut self.acquiring);
                let acquiring = Acquiring { server: server(host, *port), lookup: None };
                self.acquiring.insert(meta.exchange.0, acquiring);
            }
            TraceEvent::ResolveStarted { host, .. } => {
                if let Some(acquiring) = self.acquiring.get_mut(&meta.exchange.0) {
                    let is_name = host.parse::<std::net::IpAddr>().is_err();
                    acquiring.lookup = is_name.then(|| ((*host).to_owned(), meta.at));
                }
            }
            TraceEvent::ResolveComplete { .. } => self.looked_up(meta, None),
            TraceEvent::ResolveFailed { failure } => {
                self.looked_up(meta, Some(failure.cause.name()));
            }
            TraceEvent::ConnectTcpComplete { .. }
            | TraceEvent::ConnectUnixSocketComplete { .. } => {
                if let Some(Acquiring { server, .. }) = self.acquiring.get(&meta.exchange.0) {
                    bound(&mut self.opened);
                    self.opened.insert(meta.connection, (server.clone(), meta.at));
                }
            }
            _ => {}
        }
        if let Some(change) = self.pooled.event(meta, event) {
            self.changed(meta, change.before, change.after);
        }
    }

    fn looked_up(&mut self, meta: &Meta, error: Option<&'static str>) {
        let acquiring = self.acquiring.get_mut(&meta.exchange.0);
        let lookup = acquiring.and_then(|acquiring| acquiring.lookup.take());
        if let Some((host, started)) = lookup {
            let mut attributes = vec![KeyValue::new("dns.question.name", host)];
            attributes.extend(error.map(|error| KeyValue::new("error.type", error)));
            self.lookups.record(seconds(meta.at.since(started)), &attributes);
        }
    }

    fn changed(&mut self, meta: &Meta, before: Option<PoolState>, after: Option<PoolState>) {
        let of_connection = self.opened.get(&meta.connection).map(|(server, _)| server);
        let of_exchange = self.acquiring.get(&meta.exchange.0).map(|acquiring| &acquiring.server);
        let server = of_connection.or(of_exchange).cloned().unwrap_or_default();
        for (state, count) in [(before, -1), (after, 1)] {
            if let Some(state) = state {
                let state = [KeyValue::new("http.connection.state", state.name())];
                self.open.add(count, &[&state[..], &server].concat());
            }
        }
        if after.is_none()
            && let Some((server, opened)) = self.opened.remove(&meta.connection)
        {
            self.connections.record(seconds(meta.at.since(opened)), &server);
        }
    }
}

const fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn bound<K: Ord, V>(map: &mut BTreeMap<K, V>) {
    if map.len() >= MOST {
        map.pop_first();
    }
}
