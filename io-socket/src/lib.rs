//! Sockets and the system's resolver for the drivers of limpid: the parts that depend on the
//! operating system, and not on a runtime.
//!
//! - [`prepare`] returns a socket with the options of a client; [`begin`] also starts to connect it.
//! - [`Listener`] accepts connections.
//! - [`lookup`] resolves a host name; [`LookupThreads`] does so on a bounded number of threads.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod connect;
mod listener;
mod lookup_threads;
mod options;
mod resolve;
mod send;

pub use connect::{begin, is_silent, is_silent_now, prepare, receive_now};
pub use limpid_core;
pub use limpid_io;
pub use listener::{AcceptWaker, Listener, is_resource_exhausted, is_transient};
pub use lookup_threads::{LookupThreads, ResolveFn, WithoutThreads};
pub use resolve::{literal, lookup};
pub use send::{prevent_signal, send, send_now};
pub use socket2;
