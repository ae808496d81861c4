//! What a connection tells the application: never dropped, and all that it has to act on.

use crate::fields::Fields;
use crate::head::{HeadInfo, RequestHead, ResponseHead};

/// What comes next on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<'c> {
    /// Something arrived.
    Event(Event<'c>),
    /// Nothing more can be told without more bytes from the peer.
    NeedInput,
    /// The peer's message is complete. Nothing more is read until this side's message is complete
    /// too and [`Connection::restart`](super::Connection::restart) was called: unread bytes are
    /// left where they are, which is back-pressure on pipelined requests.
    Paused,
    /// The bytes are no longer HTTP/1.1: take them with
    /// [`Connection::into_switched`](super::Connection::into_switched).
    Switched,
    /// The peer has closed its direction after a complete message, or before any.
    Closed,
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'c> {
    /// The head of a request.
    Request(RequestHead<'c>, HeadInfo),
    /// An informational response: 1xx other than 101.
    Informational(ResponseHead<'c>),
    /// The head of a final response, or of 101.
    Response(ResponseHead<'c>, HeadInfo),
    /// A piece of a body, without its framing.
    Data(&'c [u8]),
    /// The end of a message, with its trailers.
    End(Fields<'c>),
}
