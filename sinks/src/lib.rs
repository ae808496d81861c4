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
//! cx.tell(EventKind::HttpRequest, || TraceEvent::HttpRequest {
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
//! - [`Template`] and [`DateFormat`] give a line its shape.
//! - [`python`] holds the words: messages, exceptions, and Python's `repr` of every value.
//!
//! What may be shown is decided by [`Capture`](limpid_core::trace::Capture), and by nothing else.

mod date;
pub mod levels;
mod lines;
pub mod python;
mod template;
mod terminal;

pub use date::{DateFormat, DateFormatError, TimeZone};
pub use levels::Levels;
pub use lines::{LineSink, WriteFailures};
pub use template::{Template, TemplateError, TemplateProblem};
