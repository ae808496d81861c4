//! A sans-IO HTTP/1.1 state machine: bytes and time go in, bytes, decisions and typed trace events
//! come out.
//!
//! There are no sockets, clocks, randomness or threads here. A driver owns those and moves bytes;
//! everything that is HTTP happens in this crate, the same for every driver.
//!
//! - [`http1::Connection`] is one HTTP/1.1 connection in either role.
//! - [`client::Exchange`] is one request's life, from name resolution to the end of the response.
//! - [`server::Session`] is one connection that is served, from its first byte to its last.
//! - [`coding`] undoes the content codings of bodies.
//! - [`transport`] holds what stands between HTTP and the transport: TLS.
//! - [`trace`] is observation: the catalogue of events, and the [`trace::Sink`] that is told them.
//!
//! Without its default features the crate needs no `std`, only an allocator.

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
