//! A sans-IO HTTP/1.1 implementation: its input is bytes and time, its output is bytes, decisions and
//! typed trace events.
//!
//! The crate uses no sockets, clocks, randomness or threads. A driver owns these and moves bytes; this crate
//! implements HTTP, identically for every driver.
//!
//! - [`http1::Connection`] is one HTTP/1.1 connection, in either role.
//! - [`client::Exchange`] performs one request, from name resolution to the end of the response.
//! - [`server::Session`] serves one connection, from its first byte to its last.
//! - [`coding`] decodes the content codings of bodies.
//! - [`transport`] contains the layers between HTTP and the transport, such as TLS.
//! - [`trace`] has the catalogue of trace events, and the [`trace::Sink`] that receives them.
//!
//! Without its default features the crate requires only an allocator, and not `std`.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

pub mod client;
pub mod coding;
pub mod error;
pub mod fields;
pub mod framing;
mod head;
pub mod http1;
#[doc(hidden)]
pub mod internal;
pub mod server;
pub mod trace;
pub mod transport;
mod values;
mod wire;

#[doc(inline)]
pub use error::limits;
pub use values::time;
