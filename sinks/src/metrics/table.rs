//! The metrics, each declared once.

use ::metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

/// The kind of a metric.
///
/// [`Metric`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MetricKind {
    /// A number that only increases.
    Counter,
    /// A number that increases and decreases.
    Gauge,
    /// A distribution of values.
    Histogram,
}

/// A metric of a [`MetricsSink`](super::MetricsSink).
///
/// ```
/// use limpid_sinks::metrics::{METRICS, MetricKind};
///
/// let durations = METRICS.iter().filter(|metric| metric.kind == MetricKind::Histogram);
/// assert!(durations.into_iter().all(|metric| metric.name.ends_with("_seconds")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// The name.
    pub name: &'static str,
    /// The kind.
    pub kind: MetricKind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it measures.
    pub description: &'static str,
}

/// The labels of a value.
pub(super) type Labels<'l> = &'l [(&'static str, &'static str)];

impl Metric {
    /// Registers the description.
    pub(super) fn describe(&self) {
        let unit = if self.name.ends_with("_seconds") {
            Unit::Seconds
        } else if self.name.ends_with("_bytes_total") {
            Unit::Bytes
        } else {
            Unit::Count
        };
        match self.kind {
            MetricKind::Counter => describe_counter!(self.name, unit, self.description),
            MetricKind::Gauge => describe_gauge!(self.name, unit, self.description),
            MetricKind::Histogram => describe_histogram!(self.name, unit, self.description),
        }
    }

    pub(super) fn add(&self, labels: Labels<'_>, count: u64) {
        counter!(self.name, labels).increment(count);
    }

    /// Sets a counter to a number that was counted elsewhere.
    pub(super) fn absolute(&self, label: (&'static str, String), count: u64) {
        counter!(self.name, &[label]).absolute(count);
    }

    pub(super) fn set(&self, labels: Labels<'_>, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        gauge!(self.name, labels).set(f64::from(count));
    }

    pub(super) fn record(&self, labels: Labels<'_>, time: std::time::Duration) {
        histogram!(self.name, labels).record(time.as_secs_f64());
    }
}

macro_rules! metrics {
    ($( $(#[doc = $doc:literal])+ $constant:ident: $kind:ident $name:literal [$($label:literal)*]; )+) => {
        $(
            pub(super) const $constant: Metric = Metric {
                name: $name,
                kind: MetricKind::$kind,
                labels: &[$($label),*],
                description: concat!($($doc),+).trim_ascii_start(),
            };
        )+

        /// Every metric.
        ///
        /// [`Metric`] has an example.
        pub const METRICS: &[Metric] = &[$($constant),+];
    };
}

metrics! {
    /// Requests of clients that were answered.
    CLIENT_REQUESTS: Counter "limpid_client_requests_total" ["method" "status"];
    /// The duration of an exchange of a client, redirects, resends and retries included.
    CLIENT_SECONDS: Histogram "limpid_client_request_seconds" ["method"];
    /// The duration of a part of an exchange of a client.
    CLIENT_PHASE_SECONDS: Histogram "limpid_client_phase_seconds" ["phase"];
    /// Exchanges of clients that failed.
    CLIENT_ERRORS: Counter "limpid_client_errors_total" ["cause"];
    /// Connections that requests of clients were sent on, new and reused.
    CLIENT_USES: Counter "limpid_client_connection_uses_total" ["reused"];
    /// Requests that clients sent again, because their reused connection was closed.
    CLIENT_RESENDS: Counter "limpid_client_resends_total" [];
    /// Redirects that clients followed.
    CLIENT_REDIRECTS: Counter "limpid_client_redirects_total" [];
    /// Requests that clients sent again by their policy, after a failure or a refusal.
    CLIENT_REQUEST_RETRIES: Counter "limpid_client_request_retries_total" [];
    /// Repeated attempts of clients to open a connection.
    CLIENT_RETRIES: Counter "limpid_client_connect_retries_total" [];
    /// Bytes of HTTP that clients sent.
    CLIENT_SENT: Counter "limpid_client_sent_bytes_total" [];
    /// Bytes of HTTP that clients received.
    CLIENT_RECEIVED: Counter "limpid_client_received_bytes_total" [];
    /// Exchanges of clients that have not ended.
    CLIENT_OPEN: Gauge "limpid_client_requests_open" [];
    /// Requests of clients that wait for a connection, because the pool is full.
    CLIENT_WAITING: Gauge "limpid_client_requests_waiting" [];
    /// Connections of clients: active, or idle in the pool.
    CLIENT_CONNECTIONS: Gauge "limpid_client_connections" ["state"];
    /// Requests that servers answered.
    SERVER_REQUESTS: Counter "limpid_server_requests_total" ["method" "status"];
    /// The time from the head of a request to the end of its response in a server.
    SERVER_SECONDS: Histogram "limpid_server_request_seconds" ["method"];
    /// Requests and connections of servers that failed.
    SERVER_ERRORS: Counter "limpid_server_errors_total" ["cause"];
    /// Requests that servers refused themselves, by the rule that was broken.
    SERVER_REFUSED: Counter "limpid_server_refused_total" ["rule"];
    /// Handlers of servers that stopped before the end of their response.
    SERVER_HANDLERS_FAILED: Counter "limpid_server_handlers_failed_total" [];
    /// Requests that servers are answering.
    SERVER_OPEN: Gauge "limpid_server_requests_open" [];
    /// Connections of servers.
    SERVER_CONNECTIONS: Gauge "limpid_server_connections" [];
    /// Events, lines or spans that an output has lost.
    DROPPED: Counter "limpid_dropped_total" ["output"];
}
