//! The events of a connection, on which the application acts. They are never dropped.

use crate::fields::Fields;
use crate::head::{HeadInfo, RequestHead, ResponseHead};

/// The next step of a connection.
///
/// [`Connection`](super::Connection) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<'c> {
    /// A part of a message arrived.
    Event(Event<'c>),
    /// The connection needs more bytes of the peer.
    NeedInput,
    /// The peer's message is complete. The connection reads no further until this side's message is
    /// also complete and [`Connection::restart`](super::Connection::restart) is called. Unread bytes
    /// stay in the buffer, which applies back-pressure to pipelined requests.
    Paused,
    /// The connection has switched protocols. [`Connection::into_switched`](super::Connection::into_switched)
    /// returns the bytes of the new protocol.
    Switched,
    /// The peer closed its direction after a complete message, or before its first message.
    Closed,
}

/// A part of a message.
///
/// [`Connection`](super::Connection) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'c> {
    /// The head of a request.
    Request(RequestHead<'c>, HeadInfo),
    /// An informational response: 1xx other than 101.
    Informational(ResponseHead<'c>),
    /// The head of a final response, or of 101.
    Response(ResponseHead<'c>, HeadInfo),
    /// A part of a body, without framing.
    Data(&'c [u8]),
    /// The end of a message, with its trailers.
    End(Fields<'c>),
}
