//! A blocking HTTP/1.1 client and server: [`limpid_core`] over the sockets of std.
//!
//! ```no_run
//! use limpid_std::Client;
//!
//! let client = Client::builder().build();
//! let response = client.get("https://www.example.com/").header("Accept", "text/html").send()?;
//! println!("{}", response.status());
//! for field in response.fields().iter() {
//!     println!("{field:?}");
//! }
//! println!("{}", response.text()?);
//! # Ok::<(), limpid_std::Error>(())
//! ```
//!
//! A sink, timeouts and trusted certificates belong to a [`Client`]. The clients of a process share only
//! the clock and the numbers of exchanges, so that the events of several clients can go to one sink.
//!
//! [`Server`] is a server, with a thread for each connection.
//!
//! With the feature `http`, requests and responses are also those of the crate `http`
//! (`http_types` has the conversions).
//!
//! What the interface has of other crates is re-exported, so that a program needs only this one: common types here,
//! those of events in [`trace`] and of errors in [`error`], and all others in [`limpid_core`], [`limpid_io`] and the crates named like
//! [`bytes`].

mod body;
mod channel;
mod client;
mod connect;
mod deadline;
mod dials;
mod driver;
mod network;
mod resolve;
mod response;
mod server;
mod signal;
mod socket;
mod stream;
mod system_socket;
mod transport;
mod upgraded;
mod wait;

pub use body::Body;
pub use channel::BodySender;
pub use client::{Client, ClientBuilder, RequestBuilder};
pub use connect::{Connect, Connector, SystemConnector};
pub use limpid_core::client::{Dial, Target, Url, UrlError};
pub use limpid_core::error::{self, Cause, ResolveError};
pub use limpid_core::fields::{Field, FieldBlock, Fields};
pub use limpid_core::framing::Framing;
pub use limpid_core::http1::{BodySize, RequestHead, ResponseHead, Version};
pub use limpid_core::limits::{Lenient, Limits};
pub use limpid_core::trace::{self, ExchangeId, Sink, SocketOption, Traceparent};
pub use limpid_core::transport::{Layer, LayerError, LayerFacts};
#[cfg(feature = "files")]
pub use limpid_io::files;
pub use limpid_io::server::{ServerSettings, Timeouts as ServerTimeouts};
pub use limpid_io::{
    Charset, ClientLayers, Clock, DrainLimits, Error, HeaderPair, History, IdentityProblem,
    IntoProxy, LookupError, NoProxy, ParameterPair, Password, Pem, PoolLimits, Prepared, Proxy,
    RetryFailures, RetryPolicy, ServerLayers, Settings, SharedSink, Sizes, Timings, TlsSetupError,
};
#[cfg(feature = "cookies")]
pub use limpid_io::{Cookie, CookieError, CookieJar};
#[cfg(feature = "recording")]
pub use limpid_io::{Recorder, RecorderOptions};
#[cfg(feature = "rustls")]
pub use limpid_io::{TlsVersion, rustls};
#[cfg(feature = "http")]
pub use limpid_io::{http, http_types};
#[cfg(feature = "json")]
pub use limpid_io::{serde, serde_json};
pub use resolve::{Resolve, Resolver, SystemResolver};
pub use response::{Response, ResponseBody};
pub use server::{Exchange, Handle, RequestReader, ResponseWriter, Server, ServerBuilder};
pub use transport::{Interest, Transport};
pub use upgraded::Upgraded;
pub use {bytes, limpid_core, limpid_io, limpid_socket};
