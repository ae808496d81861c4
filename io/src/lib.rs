//! The parts of the drivers of [`limpid_core`] that do not depend on the operating system.
//!
//! Nothing here opens a socket or blocks a thread. Users of a driver need only the driver's crate,
//! which re-exports what they need. A driver for another runtime is built from:
//!
//! - [`ClientBuilder`] and [`Settings`]: the configuration of a client;
//! - [`Connections`]: the client's pool, and the queue of requests that wait for a connection;
//! - [`InFlight`]: a request in flight, with its memory;
//! - [`Content`]: the body of a request;
//! - [`server`]: the configuration of a server, and a served connection.
//!
//! A driver starts like this one, and then carries out the actions as [`limpid_core::client`] shows:
//!
//! ```
//! use std::sync::Arc;
//!
//! use limpid_core::client::{Action, Request};
//! use limpid_io::{ClientBuilder, Connections, InFlight, PooledTransport, Settings};
//!
//! /// The driver's transport: a socket, in a real driver.
//! struct Socket;
//!
//! impl PooledTransport for Socket {
//!     type Network = ();
//!
//!     fn is_silent(&self) -> bool {
//!         true
//!     }
//!
//!     fn close(self, _last: &[u8]) {}
//! }
//!
//! let settings: Settings = ClientBuilder::default().connect_retries(2).build();
//! let connections = Arc::new(Connections::<Socket>::new(settings, ()));
//! let request = Arc::new(Request::builder(b"GET", "http://example.com/".parse()?).build());
//! let mut request = InFlight::new(Arc::clone(&connections), request);
//! assert_eq!(request.poll(), Action::Acquire);
//! # Ok::<(), limpid_core::client::UrlError>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod arguments;
mod body_buffer;
mod builder;
mod builder_proxy;
#[cfg(feature = "rustls")]
mod builder_tls;
#[cfg(feature = "rustls")]
mod certificate;
mod certificate_reader;
mod charset;
mod clock;
mod connections;
mod content;
#[cfg(feature = "cookies")]
mod cookies;
mod error;
mod exclusive;
#[cfg(feature = "files")]
pub mod files;
mod free_list;
mod ids;
mod in_flight;
mod informational;
mod inner;
#[cfg(feature = "json")]
mod json;
mod layers;
mod lookup_error;
mod lookups;
mod machine_input;
mod methods;
#[cfg(feature = "multipart")]
pub mod multipart;
#[cfg(feature = "form")]
mod parameters;
mod pem;
mod pending_request;
mod piece_memory;
mod prepared;
mod recording;
mod request_settings;
pub mod server;
mod settings;
#[cfg(feature = "rustls")]
mod tls;
mod tunnel;
mod wait_queue;

pub use arguments::{HeaderPair, IntoProxy, ParameterPair, Password, RequestUrl};
pub use body_buffer::BodyBuffer;
#[doc(hidden)]
pub use builder::seeded_policy;
pub use builder::{BuildClient, ClientBuilder};
pub use bytes;
pub use certificate_reader::certificate_reader;
pub use charset::Charset;
pub use clock::Clock;
pub use connections::{Acquire, Connections, PooledTransport, Wanted};
pub use content::{Content, Part};
#[cfg(feature = "cookies")]
pub use cookies::{Cookie, CookieError, CookieJar};
pub use error::{Error, History, IdentityProblem, TlsSetupError};
pub use exclusive::Exclusive;
#[cfg(feature = "http")]
pub use http;
pub use ids::continued_trace;
pub use in_flight::InFlight;
pub use informational::Listener;
pub use inner::Buffers;
#[cfg(feature = "json")]
pub use json::{from_json, to_json};
pub use layers::{ClientLayers, ServerLayers, TlsSource};
pub use limpid_core;
pub use limpid_core::client::{
    DrainLimits, Input, NoProxy, PoolLimits, Proxy, RetryCause, RetryFailures, RetryPolicy, Sizes,
    Timings, Tried,
};
#[cfg(feature = "http")]
pub use limpid_core::http_types;
#[cfg(feature = "recording")]
pub use limpid_recording::RecorderOptions;
pub use lookup_error::LookupError;
pub use lookups::{Job, Lookup, LookupFacts, Lookups, Resolved};
#[cfg(feature = "form")]
pub use parameters::encode_parameters;
pub use pem::Pem;
pub use pending_request::PendingRequest;
pub use piece_memory::PieceMemory;
pub use prepared::Prepared;
pub use recording::{Recorder, SharedRecorder};
#[cfg(feature = "rustls")]
pub use rustls;
#[cfg(feature = "json")]
pub use serde;
#[cfg(feature = "json")]
pub use serde_json;
pub use settings::{Settings, SharedSink};
#[cfg(feature = "rustls")]
pub use tls::TlsVersion;
pub use tunnel::Tunnel;
