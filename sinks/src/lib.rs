//! Sinks for trace events: log lines in the format of Python's httpx and httpcore, JSON, channels and a
//! flight recorder.
//!
//! A [`LineSink`] writes each event that it receives as a line:
//!
//! ```
//! use limpid_core::http1::Version;
//! use limpid_core::time::Mono;
//! use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
//! use limpid_sinks::{Levels, LineSink};
//!
//! let levels: Levels = "httpx=info,httpcore=off".parse()?;
//! let sink = LineSink::new(Vec::new()).levels(&levels);
//!
//! // A client emits the event; here the example does.
//! let mut scope = Scope::default();
//! let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
//! cx.emit(EventKind::HttpRequest, || TraceEvent::HttpRequest {
//!     method: b"GET",
//!     url: "https://www.example.com/?token=tiger",
//!     version: Version::HTTP_11,
//!     status: 200,
//!     reason: b"OK",
//! });
//!
//! // INFO [2024-09-28 17:27:41] httpx - HTTP Request: GET https://...
//! let line = String::from_utf8(sink.into_writer())?;
//! assert!(line.ends_with(
//!     " httpx - HTTP Request: GET https://www.example.com/?token=[secure] \"HTTP/1.1 200 OK\"\n"
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - [`levels`] selects the events that become lines, by logger.
//! - [`config`] creates loggers and handlers from the dictionary of Python's `dictConfig`: a [`Logging`].
//! - [`Template`] and [`DateFormat`] determine the format of a line.
//! - [`python`] contains the texts: messages, exceptions, and Python's `repr` of every value.
//!
//! Other sinks do something else with the events that they receive:
//!
//! - [`JsonSink`] writes events as JSON, for programs.
//! - [`CurlSink`] writes what `curl -v` prints, and [`AsciiSink`] what `curl --trace-ascii` does.
//! - [`SummarySink`] writes a line about each exchange: where its time went.
//! - [`Ring`] keeps the newest events in memory, to show them after a failure.
//! - [`ChannelSink`] sends events to another thread or task.
//! - With features: `OtelSink` exports spans, `MetricsSink` counts and times, `PcapSink` writes packets.
//! - [`combine`] combines sinks: several at once, or selected events or exchanges.
//! - [`EventList`] keeps events for tests.
//! - [`exchanges`] builds requests with their responses, times and decisions from events; `views` shows them.
//!
//! In every sink, [`Capture`](limpid_core::trace::Capture) decides what may be shown.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod ascii;
#[cfg(any(feature = "log", feature = "tracing"))]
pub mod bridge;
mod channel;
pub mod combine;
pub mod config;
#[cfg(any(feature = "metrics", feature = "opentelemetry"))]
mod conventions;
mod curl;
mod date;
mod event_list;
pub mod exchanges;
mod hexdump;
pub mod json;
pub mod levels;
mod lifecycle;
mod line_writer;
mod lines;
mod list;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "opentelemetry")]
mod otel;
mod output;
#[cfg(feature = "pcap")]
mod pcap;
mod plaintext;
#[cfg(any(feature = "metrics", feature = "opentelemetry"))]
mod pooled;
mod process;
pub mod python;
mod ring;
mod summary;
mod template;
mod terminal;
mod time_base;
#[cfg(feature = "views")]
pub mod views;

pub use ascii::AsciiSink;
pub use channel::{ChannelSink, Item};
pub use config::{Logging, LoggingConfig};
// The types of an exporter's and a channel's other side.
pub use crossbeam_channel;
pub use curl::CurlSink;
pub use date::{DateFormat, DateFormatError, TimeZone};
pub use event_list::EventList;
pub use json::JsonSink;
pub use levels::Levels;
pub use limpid_core;
pub use lines::LineSink;
#[cfg(feature = "opentelemetry")]
pub use opentelemetry;
#[cfg(feature = "opentelemetry")]
pub use opentelemetry_sdk;
#[cfg(feature = "opentelemetry")]
pub use otel::OtelSink;
pub use output::WriteFailures;
#[cfg(feature = "pcap")]
pub use pcap::PcapSink;
pub use ring::Ring;
#[cfg(any(feature = "config", feature = "views"))]
pub use serde_json;
pub use summary::SummarySink;
pub use template::{Style, Template, TemplateError, TemplateProblem};
pub use time_base::TimeBase;

// The examples of the page are compiled, and run unless they need the network.
#[cfg(all(doctest, feature = "config"))]
#[doc = include_str!("../../docs/LOGGING.md")]
struct LoggingPage;
