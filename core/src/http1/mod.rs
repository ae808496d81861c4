//! HTTP/1.1 connections (RFC 9112), in both roles.

mod body;
mod connection;
mod event;
mod facts;
mod head;
mod last_head;
mod out;
mod receive;
mod request;
mod reuse;
mod section;
mod send;
mod state;
pub mod transcript;

pub use connection::Connection;
pub(crate) use connection::Progress;
pub use event::{Event, Next};
pub use head::{Reading, RequestHead, ResponseHead, Version};
pub(crate) use request::WrittenRequest;
pub use reuse::NotReusable;
pub use send::BodySize;
pub use state::{Act, Role, State, after};
