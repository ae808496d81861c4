//! What becomes of trace events: log lines in the format that users of Python's httpx and httpcore
//! know.
//!
//! A [`LineSink`] is given to whatever tells events, and each event becomes a line:
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
//! // A client does this; here it is done by hand.
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
//! - [`levels`] says which events become lines, logger by logger.
//! - [`config`] makes loggers and handlers of what Python's `dictConfig` reads: a [`Logging`].
//! - [`Template`] and [`DateFormat`] give a line its shape.
//! - [`python`] holds the words: messages, exceptions, and Python's `repr` of every value.
//!
//! Events need not become lines:
//!
//! - [`JsonSink`] writes them as JSON, for programs.
//! - [`Ring`] keeps the newest in memory, to be shown when something went wrong.
//! - [`ChannelSink`] sends them to another thread or task.
//! - [`combine`] makes sinks of sinks: several at once, a choice of events or of exchanges.
//! - [`Recorder`] keeps them for tests.
//!
//! What may be shown is decided by [`Capture`](limpid_core::trace::Capture), and by nothing else.

#[cfg(any(feature = "log", feature = "tracing"))]
pub mod bridge;
mod channel;
pub mod combine;
pub mod config;
mod date;
pub mod json;
pub mod levels;
mod lifecycle;
mod line_writer;
mod lines;
mod list;
mod output;
pub mod python;
mod recording;
mod ring;
mod template;
mod terminal;
mod time_base;

pub use channel::{ChannelSink, Item};
pub use config::{Logging, LoggingConfig};
pub use date::{DateFormat, DateFormatError, TimeZone};
pub use json::JsonSink;
pub use levels::Levels;
pub use lines::LineSink;
pub use output::WriteFailures;
pub use recording::Recorder;
pub use ring::Ring;
pub use template::{Style, Template, TemplateError, TemplateProblem};
pub use time_base::TimeBase;

// The examples of the page are compiled, and run where they need no network.
#[cfg(all(doctest, feature = "config"))]
#[doc = include_str!("../../docs/LOGGING.md")]
struct LoggingPage;
