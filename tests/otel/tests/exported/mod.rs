//! Spans that tracing-opentelemetry exports to memory.

// Each test file is a separate crate and uses some of these.
#![allow(dead_code)]

use opentelemetry::trace::{Status, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::{Dispatch, dispatcher};
use tracing_subscriber::layer::SubscriberExt as _;

/// Exported spans.
pub(crate) struct Exported(pub(crate) Vec<SpanData>);

/// Returns a subscriber as programs have it, which exports spans.
pub(crate) fn exporting(exporter: &InMemorySpanExporter) -> Dispatch {
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    Dispatch::new(tracing_subscriber::registry().with(layer))
}

impl Exported {
    /// Returns the spans that are exported while a closure runs, on this thread.
    pub(crate) fn of(run: impl FnOnce()) -> Self {
        let exporter = InMemorySpanExporter::default();
        let subscriber = exporting(&exporter);
        dispatcher::with_default(&subscriber, run);
        Self::from(&exporter)
    }

    /// Takes the spans of an exporter.
    pub(crate) fn from(exporter: &InMemorySpanExporter) -> Self {
        let exported = Self(exporter.get_finished_spans().unwrap());
        exported.check_times();
        exporter.reset();
        exported
    }

    /// Checks that each span is within the time of its parent.
    fn check_times(&self) {
        for span in &self.0 {
            assert!(span.start_time <= span.end_time, "{}", span.name);
            if let Some(parent) = self.parent(span) {
                let path = self.path(span);
                assert!(parent.start_time <= span.start_time, "{path} starts before its parent");
                assert!(span.end_time <= parent.end_time, "{path} ends after its parent");
            }
        }
    }

    fn parent(&self, span: &SpanData) -> Option<&SpanData> {
        self.0.iter().find(|other| other.span_context.span_id() == span.parent_span_id)
    }

    /// Returns the names from the root to a span.
    pub(crate) fn path(&self, span: &SpanData) -> String {
        match self.parent(span) {
            Some(parent) => format!("{}/{}", self.path(parent), span.name),
            None => span.name.to_string(),
        }
    }

    /// Returns the paths of all spans, in the order of their starts.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut spans: Vec<&SpanData> = self.0.iter().collect();
        spans.sort_by_key(|span| (span.start_time, span.span_context.span_id().to_bytes()));
        spans.into_iter().map(|span| self.path(span)).collect()
    }

    pub(crate) fn named(&self, name: &str) -> Vec<&SpanData> {
        let mut spans: Vec<_> = self.0.iter().filter(|span| span.name == name).collect();
        spans.sort_by_key(|span| span.start_time);
        spans
    }

    pub(crate) fn only(&self, name: &str) -> &SpanData {
        let spans = self.named(name);
        assert_eq!(spans.len(), 1, "{name} of {:?}", self.paths());
        spans[0]
    }
}

/// Returns an attribute as text; an integer is not in quotes.
pub(crate) fn attribute(span: &SpanData, key: &str) -> Option<String> {
    let mut values = span.attributes.iter().filter(|pair| pair.key.as_str() == key);
    let value = values.next().map(|pair| match &pair.value {
        opentelemetry::Value::String(text) => format!("{:?}", text.as_str()),
        value => value.to_string(),
    });
    assert!(values.next().is_none(), "{key} is there twice: {:?}", span.attributes);
    value
}

pub(crate) fn assert_attributes(span: &SpanData, attributes: &[(&str, &str)]) {
    for (key, value) in attributes {
        assert_eq!(attribute(span, key).as_deref(), Some(*value), "{key} of {:?}", span.attributes);
    }
}

/// Returns whether the status is an error, with a description.
pub(crate) fn is_error(span: &SpanData) -> bool {
    matches!(&span.status, Status::Error { description } if !description.is_empty())
}

/// Sorts, since spans that start at the same time have no order.
pub(crate) fn sorted(mut paths: Vec<String>) -> Vec<String> {
    paths.sort();
    paths
}
