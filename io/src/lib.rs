//! What the drivers of [`limpid_core`] share and no operating system decides.
//!
//! Nothing here opens a socket or blocks a thread. Users of a driver need only the driver's crate,
//! which re-exports what they need of this one; whoever writes a driver for another runtime builds
//! it from:
//!
//! - [`ClientBuilder`] and [`Settings`]: what a client is configured with;
//! - [`Connections`]: the client's pool, and the queue of those that wait for a connection;
//! - [`InFlight`]: a request on its way, with the memory that it runs in;
//! - [`Content`]: the body of a request;
//! - [`server`]: the settings of a server, and a connection that is served.

mod builder;
#[cfg(feature = "rustls")]
mod builder_tls;
mod clock;
mod connections;
mod content;
mod error;
mod free_list;
mod ids;
mod in_flight;
mod informational;
mod inner;
mod input;
mod layers;
mod lookup_error;
mod lookups;
mod pending_request;
mod prepared;
pub mod server;
mod settings;
#[cfg(feature = "rustls")]
mod tls;
mod wait_queue;

pub use builder::{BuildClient, ClientBuilder};
pub use clock::Clock;
pub use connections::{Acquire, Connections, PooledTransport};
pub use content::{Content, Part};
pub use error::{Error, History, IdentityProblem, TlsSetupError};
pub use in_flight::InFlight;
pub use informational::Listener;
pub use inner::Buffers;
pub use input::Input;
pub use layers::{ClientLayers, ServerLayers, TlsSource};
pub use limpid_core::client::{NoProxy, PoolLimits, Proxy, Sizes, Timings};
pub use lookup_error::LookupError;
pub use lookups::{Job, Lookup, Lookups, Resolved};
pub use pending_request::PendingRequest;
pub use prepared::Prepared;
pub use settings::{Settings, SharedSink};
#[cfg(feature = "rustls")]
pub use tls::TlsVersion;
