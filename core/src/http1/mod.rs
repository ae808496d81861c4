//! HTTP/1.1 connections (RFC 9112), in both roles.

mod body;
mod connection;
mod event;
mod facts;
mod head;
mod head_cache;
mod out;
mod receive;
mod refuse;
mod request;
mod response;
mod section;
mod send;
pub(crate) mod state;
mod tell;

pub use connection::Connection;
pub(crate) use connection::Progress;
pub use event::{Event, Next};
pub(crate) use request::WrittenRequest;
pub(crate) use response::{ResponseContext, WrittenResponse};
pub use send::BodySize;

pub use crate::head::{Reading, RequestHead, ResponseHead};
pub use crate::values::{NotReusable, Role, State, Version};
