//! A blocking HTTP/1.1 client: [`limpid_core`] driven over std's sockets.
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
//! A sink, timeouts and trusted certificates belong to a [`Client`]. The one thing that all clients
//! share is the number of the next exchange, so that their events can go to one sink.

mod body;
mod builder;
mod client;
mod clock;
mod connections;
mod content;
mod dials;
mod draft;
mod driver;
mod error;
mod informational;
mod line;
mod options;
mod os;
mod prepared;
mod resolve;
mod response;
mod server;
mod session;
mod socket;
mod spares;
mod tls;
mod upgraded;
mod wait;

pub use body::Body;
pub use builder::{ClientBuilder, Settings, SharedSink};
pub use client::{Client, RequestBuilder};
pub use clock::Clock;
pub use error::{Error, History, IdentityProblem, TlsSetupError};
pub use limpid_core::client::{NoProxy, PoolLimits, Proxy, Sizes, Timings};
pub use limpid_core::server::Timeouts as ServerTimeouts;
pub use prepared::Prepared;
pub use response::{Response, ResponseBody};
pub use server::{Exchange, Handle, Server, ServerBuilder};
pub use tls::{TlsVersion, Trust};
pub use upgraded::Upgraded;

/// What the drivers of other runtimes need beside their own loop, and need not write again.
pub mod parts {
    pub use crate::connections::{Acquire, Connections, Transport};
    pub use crate::content::{Content, Part};
    pub use crate::dials::begin;
    pub use crate::draft::Draft;
    pub use crate::informational::Listener;
    pub use crate::os::os_error;
    pub use crate::resolve::{literal, lookup};
    pub use crate::server::{
        Bound, Listener as ServerListener, ServerSettings, Serving, Stop, is_shortage, passes,
    };
    pub use crate::session::{Parts, Session};
    pub use crate::socket::{is_silent, prepare};
}
