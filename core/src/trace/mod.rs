//! Observation: typed events, which a borrowed [`Sink`] receives at the moment they happen.
//!
//! The behaviour of a machine never depends on a trace event. An application acts on the events of the
//! machine ([`crate::http1::Event`]); a [`TraceEvent`] is for logs and diagnosis.
//!
//! The catalogue, in `catalog/`, declares everything once: each point, which is one event, and each span
//! with its arguments, result and failure, which is three events. It generates the enum of events, its
//! owned counterpart, [`SpanKind`], the static [`Metadata`], the bits of [`Interest`], the field visitor,
//! the codec and `docs/EVENTS.md`.

mod at;
pub mod capture;
mod catalog;
#[cfg(feature = "std")]
pub(crate) mod codec;
mod cx;
mod debug;
mod declare;
mod events;
mod events_of;
mod interest;
mod links;
mod mask;
mod meta;
mod metadata;
mod owned;
mod redact;
pub(crate) mod reference;
mod sink;
mod spans;
mod value;

pub(crate) use at::At;
pub use capture::Capture;
pub use catalog::{EventKind, Metadata, OwnedTraceEvent, SpanKind, TraceEvent};
pub use cx::{Cx, Scope, Span};
pub(crate) use debug::{ShownBytes, ShownTarget};
pub use events_of::Trace;
pub use interest::Interest;
pub use meta::Meta;
pub use metadata::{FieldMeta, Level, Logger, Sensitivity, Stage};
pub use owned::{OwnedCredentials, OwnedFailure, OwnedRequestHead, OwnedResponseHead};
#[cfg(feature = "std")]
pub use redact::custom::SecretNames;
pub(crate) use redact::fields::{FieldKind, known_field};
pub(crate) use redact::hiding::MASK;
pub use sink::{NoSink, Sink};
pub use value::{Credentials, Failure, SocketOption, TlsContext, Value};

pub use crate::values::{
    ConnectionId, ExchangeId, InvalidTraceparent, SpanId, StreamId, Traceparent,
};
