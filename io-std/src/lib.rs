//! A blocking HTTP/1.1 client and server: [`limpid_core`] over the sockets of std.
//!
//! # Defaults of a client
//!
//! | what | by default | set by, for a client or one request |
//! |---|---|---|
//! | connecting to one address, and the TLS handshake | 5 s | `connect_timeout` |
//! | waiting for a connection while the pool is full | 5 s | `pool_timeout` |
//! | **waiting for bytes of the server** | **5 s** | `read_timeout` |
//! | waiting for the server to take more of the request | 5 s | `write_timeout` |
//! | waiting for `100 Continue`, if it is expected | 1 s, then the body is sent | `expect_continue_timeout` |
//! | the whole request and its response | no limit | `timeout` |
//! | redirects | returned as responses | `redirects` |
//! | URLs without TLS | permitted | `https_only`, for a client |
//! | a request that met a closed connection | is sent again once if that is safe | `resend`, for a client |
//! | retries of other failures | none | `retries` |
//! | coded bodies, such as gzip | returned as they are | `decompress` |
//! | a body that is read into memory | up to 256 MiB | `in_memory_limit` |
//! | connections | up to 100; up to 20 stay idle, for 5 s | `pool`, for a client |
//! | heads of responses | up to 256 KiB and 1,000 fields | `limits` |
//! | statuses of 400 and above | are responses, no errors | `error_for_status` of a response |
//! | proxies of the environment | not used | `trust_environment`, for a client |
//!
//! The timeouts are those of httpx. A server that works for longer than five seconds before it responds needs a longer
//! `read_timeout`; `None` removes a limit.
//!
//! # Requests and responses
//!
//! ```no_run
//! use limpid_std::Client;
//!
//! let client = Client::builder().build();
//! let response = client.get("https://www.example.com/").header("Accept", "text/html").send()?;
//! println!("{}", response.status());
//! for field in response.fields() {
//!     println!("{field:?}");
//! }
//! println!("{}", response.text()?);
//! # Ok::<(), limpid_std::Error>(())
//! ```
//!
//! What users of other libraries look for is there: `query`, `form`, `json` (feature `json`), `multipart` (feature
//! `multipart`), `basic_auth`, `bearer_auth`, `header`, `headers` and the settings above on a [`RequestBuilder`];
//! `default_headers`, `user_agent`, `proxy` and `cookies` (feature `cookies`) on a [`ClientBuilder`]; `text`, `json`,
//! `copy_to` and `error_for_status` on a [`Response`]. The page `docs/FROM_OTHERS.md` has the calls of reqwest, ureq and
//! axum beside these, and `docs/GUIDE.md` a program for each task.
//! The search of this documentation knows names of theirs too, such as `add_root_certificate` for `add_ca`. One request
//! needs no client: [`get`].
//!
//! ```no_run
//! # use std::time::Duration;
//! # use limpid_std::Client;
//! let client = Client::builder().user_agent("reports/1").redirects(5).try_build()?;
//! let request = client.get("https://www.example.com/search").query(&[("q", "a b"), ("lang", "en")]);
//! let response = request.timeout(Duration::from_secs(30)).send()?.error_for_status()?;
//! println!("{:?} bytes", response.content_length());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A sink, timeouts and trusted certificates belong to a [`Client`]. The clients of a process share only
//! the clock and the numbers of exchanges, so that the events of several clients can go to one sink.
//!
//! [`Server`] is a server, with a thread for each connection.
//!
//! What the interface has of other crates is re-exported, so that a program needs only this one: common types here,
//! those of events in [`trace`] and of errors in [`error`], and all others in [`limpid_core`], [`limpid_io`] and the crates named like
//! [`bytes`].
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `form`, by default | `query` and `form` of requests |
//! | `multipart` | `multipart` of requests: forms with files |
//! | `json` | `json` of requests and responses, and `json` and `respond_json` of servers |
//! | `charset` | `text` in all charsets of browsers; without it UTF-8, UTF-16 with a byte order mark and windows-1252 |
//! | `cookies` | `cookies` and `cookie_store` of clients |
//! | `gzip`, by default | bodies in gzip and deflate are decoded |
//! | `brotli` | bodies in br are decoded |
//! | `zstd` | bodies in zstd are decoded |
//! | `idna`, by default | host names outside ASCII |
//! | `ring`, by default | TLS over rustls, with ring |
//! | `aws-lc-rs` | TLS over rustls, with AWS-LC |
//! | `rustls` | TLS over rustls, with the provider that the process has installed |
//! | `platform-verifier` | the trusted certificates of the system, for clients that ask for them |
//! | `http` | conversions from and to the types of the crate `http` |
//! | `files` | responses with files and other stored content, with ranges and conditions |
//! | `signal` | servers shut down on Ctrl-C and signals to terminate |
//! | `recording` | recordings of what clients and servers do |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod channel;
mod client;
mod connect;
mod deadline;
mod dials;
mod driver;
#[cfg(feature = "multipart")]
pub mod multipart;
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
pub use client::{Client, ClientBuilder, RequestBuilder, get};
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
#[cfg(feature = "json")]
pub use limpid_io::server::JsonError;
pub use limpid_io::server::{ServerSettings, Timeouts as ServerTimeouts};
pub use limpid_io::{
    Charset, ClientLayers, Clock, DrainLimits, Error, HeaderPair, History, IdentityProblem,
    IntoProxy, LookupError, NoProxy, ParameterPair, Password, Pem, PoolLimits, Prepared, Proxy,
    RequestUrl, RetryCause, RetryFailures, RetryPolicy, ServerLayers, Settings, SharedSink, Sizes,
    Timings, TlsSetupError, Tried,
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
