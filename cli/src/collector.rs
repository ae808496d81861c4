//! `--otlp`: spans and measurements for a collector of OpenTelemetry.

use std::env;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::Url;
use limpid_core::trace::{Capture, Interest, Meta, Sink, TraceEvent, Traceparent};
use limpid_sinks::OtelSink;
use limpid_std::Client;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{
    ExporterBuildError, MetricExporter, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SpanExporter as _;

/// The time limit of a request to the collector. The command waits for the last one.
const LIMIT: Duration = Duration::from_secs(2);

/// Sends spans and measurements to a collector, the last ones when it is dropped.
#[derive(Debug)]
pub(crate) struct Collector {
    spans: OtelSink,
    measurements: SdkMeterProvider,
}

impl Collector {
    /// Returns a sink for the collector at this URL, which is that of its receiver without a path for the kind of data.
    pub(crate) fn new(url: &str, capture: Capture) -> Result<Self, CollectorError> {
        url.parse::<Url>().map_err(|error| CollectorError::Url(error.to_string()))?;
        let url = url.trim_end_matches('/');
        let resource = resource();
        let mut spans = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender::new())
            .with_retry_policy(RetryPolicy::disabled())
            .with_endpoint(format!("{url}/v1/traces"))
            .with_timeout(LIMIT)
            .build()?;
        spans.set_resource(&resource);
        let measurements = MetricExporter::builder()
            .with_http()
            .with_http_client(Sender::new())
            .with_retry_policy(RetryPolicy::disabled())
            .with_endpoint(format!("{url}/v1/metrics"))
            .with_timeout(LIMIT)
            .build()?;
        let measurements = SdkMeterProvider::builder()
            .with_periodic_exporter(measurements)
            .with_resource(resource)
            .build();
        let spans = OtelSink::new(spans).map_err(CollectorError::Thread)?;
        let mut spans = spans.capture(capture).meter_provider(&measurements);
        if let Some(operation) = operation() {
            spans = spans.around(operation);
        }
        Ok(Self { spans, measurements })
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // A failure has been reported with the spans.
        let _ = self.measurements.shutdown_with_timeout(LIMIT);
    }
}

impl Sink for Collector {
    fn interest(&self) -> Interest {
        self.spans.interest()
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.spans.event(meta, event);
    }
}

/// Returns the operation that has started the command: that of the environment variable `TRACEPARENT`.
pub(crate) fn operation() -> Option<Traceparent> {
    env::var("TRACEPARENT").ok()?.parse().ok()
}

/// Returns the description of the process: that of the environment, and the name of the command without one.
fn resource() -> Resource {
    let builder = Resource::builder();
    match env::var_os("OTEL_SERVICE_NAME") {
        Some(_) => builder.build(),
        None => builder.with_service_name("limpid").build(),
    }
}

/// Sends requests to a collector with limpid's client.
#[derive(Debug)]
struct Sender(Client);

impl Sender {
    fn new() -> Self {
        Self(Client::builder().timeout(LIMIT).build())
    }
}

#[async_trait::async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let mut sent = self.0.request(head.method.as_str(), &head.uri.to_string());
        for (name, value) in &head.headers {
            sent = sent.header(name.as_str(), value.as_bytes());
        }
        let received = sent.body(body).send()?;
        let status = received.status();
        let mut response = Response::new(Bytes::from(received.bytes()?));
        *response.status_mut() = http::StatusCode::from_u16(status)?;
        Ok(response)
    }
}

/// Why nothing can be sent to a collector.
#[derive(Debug)]
pub(crate) enum CollectorError {
    Url(String),
    Exporter(ExporterBuildError),
    Thread(std::io::Error),
}

impl From<ExporterBuildError> for CollectorError {
    fn from(error: ExporterBuildError) -> Self {
        Self::Exporter(error)
    }
}

impl Display for CollectorError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => write!(
                f,
                "the URL of --otlp is invalid: {error}; name a collector, such as http://localhost:4318"
            ),
            Self::Exporter(error) => write!(f, "--otlp cannot be used: {error}"),
            Self::Thread(error) => write!(f, "--otlp cannot start a thread: {error}"),
        }
    }
}
