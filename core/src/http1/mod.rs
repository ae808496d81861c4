//! HTTP/1.1 connections (RFC 9112), in both roles.
//!
//! A [`Connection`] takes the bytes of the peer and returns [`Event`]s, the parts of messages. It encodes the
//! messages that the caller sends. It has no pool, no timeouts and no TLS: a
//! [`client::Exchange`](crate::client::Exchange) and a [`server::Session`](crate::server::Session) add these.

mod body;
mod buffers;
mod connection;
#[cfg(feature = "cross-check")]
pub(crate) mod cross_check;
mod emit;
mod event;
mod framing_fields;
mod head;
mod head_cache;
mod head_parser;
pub(crate) mod marks;
mod original;
mod out;
mod receive;
mod reject;
mod request;
mod response;
mod send;
mod sent_head;
pub(crate) mod state;

pub(crate) use buffers::Buffers;
pub use connection::Connection;
pub(crate) use connection::Progress;
pub use event::{Event, Next};
pub(crate) use request::{HeadForm, WrittenRequest};
pub(crate) use response::{ResponseContext, WrittenResponse};
pub use send::{BodySize, may_be_trailer};

pub use crate::head::{HeadInfo, RequestHead, ResponseHead};
pub use crate::values::{NotReusable, Role, State, Version};
