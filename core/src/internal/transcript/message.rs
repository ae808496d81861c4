//! An owned message.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::fields::FieldBlock;
use crate::framing::Framing;
use crate::http1::{HeadInfo, RequestHead, ResponseHead, Version};

/// The start line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// A request line.
    Request {
        /// The method.
        method: Box<[u8]>,
        /// The target.
        target: Box<[u8]>,
    },
    /// The status line of an informational response.
    Informational {
        /// The status code.
        status: u16,
        /// The reason phrase.
        reason: Box<[u8]>,
    },
    /// The status line of a final response, or of 101.
    Response {
        /// The status code.
        status: u16,
        /// The reason phrase.
        reason: Box<[u8]>,
    },
}

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The start line.
    pub start: Start,
    /// The version.
    pub version: Version,
    /// The fields of the head.
    pub fields: FieldBlock,
    /// The framing of the body.
    pub framing: Framing,
    /// Whether this message allows another message on the connection.
    pub keep_alive: bool,
    /// The body, without framing.
    pub body: Vec<u8>,
    /// The trailers.
    pub trailers: FieldBlock,
}

impl Message {
    pub(super) fn request(head: RequestHead<'_>, info: HeadInfo) -> Self {
        let start = Start::Request { method: head.method.into(), target: head.target.into() };
        Self::new(start, head.version, head.fields.into(), info)
    }

    pub(super) fn response(head: ResponseHead<'_>, info: HeadInfo) -> Self {
        let start = Start::Response { status: head.status, reason: head.reason.into() };
        Self::new(start, head.version, head.fields.into(), info)
    }

    pub(super) fn informational(head: ResponseHead<'_>) -> Self {
        let start = Start::Informational { status: head.status, reason: head.reason.into() };
        let info = HeadInfo { framing: Framing::None, keep_alive: true, expects_continue: false };
        Self::new(start, head.version, head.fields.into(), info)
    }

    fn new(start: Start, version: Version, fields: FieldBlock, info: HeadInfo) -> Self {
        let HeadInfo { framing, keep_alive, .. } = info;
        let (body, trailers) = (Vec::new(), FieldBlock::new());
        Self { start, version, fields, framing, keep_alive, body, trailers }
    }
}
