//! A model of exchanges, built from any stream of events: the source of all views that show requests.
//!
//! A [`Builder`] receives events of clients and servers, of many exchanges at once, and returns each [`Exchange`] when
//! it ends. An exchange has a [`Hop`] for each request: redirects and resends add one. A [`Connection`] has what its
//! exchanges share: the route, the addresses, the properties of TLS and the certificate.
//!
//! A [`Collector`] is a sink that keeps the exchanges for a view. All values have passed the redaction policy
//! ([`Capture`](limpid_core::trace::Capture)) before they reach the model, so a view may show whatever it finds.
//!
//! ```
//! use limpid_core::time::Mono;
//! use limpid_core::trace::{Cx, ExchangeId, Scope, SpanKind, TraceEvent};
//! use limpid_sinks::exchanges::{Collector, Limits};
//!
//! let collector = Collector::new(Limits::default());
//! let mut scope = Scope::exchange(ExchangeId(1));
//! let mut cx = Cx::new(Mono::default(), &collector, &mut scope);
//! let url = "http://example.com/?token=tiger";
//! let _span = cx.start(SpanKind::Exchange, || TraceEvent::ExchangeStarted { method: b"GET", url });
//!
//! let model = collector.model();
//! let hop = &model.exchanges[0].hops[0];
//! assert_eq!((&*hop.method, &*hop.url), ("GET", "http://example.com/?token=[secure]"));
//! assert!(model.exchanges[0].ended.is_none());
//! ```

mod builder;
mod client;
mod collector;
mod connection;
mod decision;
mod exchange;
mod message;
mod part;
mod server;
mod stream;

pub use builder::Builder;
pub use collector::{Collector, Limits, Model};
pub use connection::{Certificate, Connection, DialAttempt, Negotiated, Route, Tunnel};
pub use decision::Decision;
pub use exchange::{Exchange, Failed, Hop, Reuse};
pub use message::{Body, Field, Request, Response};
#[cfg(feature = "views")]
pub(crate) use message::{field, get, text};
pub use part::{Part, Parts, Slice};
