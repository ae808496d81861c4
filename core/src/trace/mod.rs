//! Observation: typed events, told to a borrowed [`Sink`] at the moment of the fact.
//!
//! Nothing in the machines depends on a trace event. What the application must act on is an event
//! of the machine ([`crate::http1::Event`]); what somebody may want to see is a [`TraceEvent`].
//!
//! The catalogue, in `catalog.rs`, declares everything once: each point, which is one event, and each span
//! with its arguments, result and failure, which are three. The enum of events, its owned twin,
//! [`SpanKind`], the static [`Metadata`], the bits of [`Interest`], the field visitor, the codec and
//! `docs/EVENTS.md` all come from it.

mod at;
pub mod capture;
mod catalog;
#[cfg(feature = "std")]
pub(crate) mod codec;
mod cx;
mod declare;
mod events;
mod events_of;
mod interest;
mod meta;
mod metadata;
mod owned;
pub(crate) mod reference;
mod sink;
mod spans;
mod value;

pub(crate) use at::At;
pub use capture::Capture;
pub use catalog::{EventKind, Metadata, OwnedTraceEvent, SpanKind, TraceEvent};
pub use cx::{Cx, Scope, Span};
pub use events_of::Trace;
pub use interest::Interest;
pub use meta::Meta;
pub use metadata::{FieldMeta, Level, Logger, Sensitivity, Stage};
pub use owned::{OwnedCredentials, OwnedFailure, OwnedResponseHead};
pub use sink::{NoSink, Sink};
pub use value::{Credentials, Failure, SocketOption, TlsContext, Value};

pub use crate::values::{ConnectionId, ExchangeId, SpanId, StreamId};
