//! Memory that one exchange leaves to the next, and the parts of a response that outlive its
//! connection.

use crate::values::Arc;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::ops::Range;

use bytes::Bytes;

use super::request::Request;
use crate::fields::FieldBlock;
use crate::http1::{Buffers, ResponseHead, Version};
use crate::limits::Config;
use crate::transport::Link;

/// The allocations of an exchange.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The buffers of a connection, which it leaves here while it is idle.
    pub(super) bytes: Buffers,
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) head: Head,
    pub(super) trailers: FieldBlock,
    /// The current piece of the request's body.
    pub(super) piece: Bytes,
    /// The request's trailers.
    pub(super) request_trailers: FieldBlock,
    /// A request whose memory can be reused.
    pub(super) request: Option<Arc<Request>>,
    /// A placeholder for the connection.
    none: Option<Box<Link>>,
}

impl Memory {
    /// Returns a placeholder for a connection.
    pub(super) fn none(&mut self, config: Config) -> Box<Link> {
        self.none.take().unwrap_or_else(|| Box::new(Link::none(config)))
    }

    /// Keeps a placeholder for later.
    pub(super) fn keep(&mut self, none: Box<Link>) {
        self.none = Some(none);
    }

    /// Keeps the memory of a request, unless it is shared.
    pub(super) fn keep_request(&mut self, request: Arc<Request>) {
        if Arc::strong_count(&request) == 1 && !request.has_large_memory() {
            self.request = Some(request);
        }
    }

    /// Clears the response. Its memory is kept unless it is large.
    pub(super) fn reset(&mut self) {
        self.head.known = None;
        if self.head.fields.has_large_memory() {
            self.head.fields = FieldBlock::new();
        }
        for fields in [&mut self.trailers, &mut self.request_trailers] {
            if !fields.fields().is_empty() {
                *fields = FieldBlock::new();
            }
        }
        if !self.piece.is_empty() {
            self.piece = Bytes::new();
        }
    }
}

/// A copy of a response's head.
#[derive(Debug, Default)]
pub(super) struct Head {
    known: Option<Known>,
    fields: FieldBlock,
}

/// The parts of a head beside its fields.
#[derive(Debug)]
struct Known {
    version: Version,
    status: u16,
    /// The range of the reason phrase in the bytes of the fields.
    reason: Range<usize>,
}

impl Head {
    /// Copies a head that was received.
    pub(super) fn keep(&mut self, head: ResponseHead<'_>) {
        let ResponseHead { version, status, reason, fields } = head;
        self.fields.copy_from(fields);
        // The reason phrase is a part of the bytes of the head, and the fields are too.
        let start = (reason.as_ptr() as usize).saturating_sub(fields.as_bytes().as_ptr() as usize);
        self.known = Some(Known { version, status, reason: start..start + reason.len() });
    }

    /// Returns the head.
    pub(super) fn get(&self) -> Option<ResponseHead<'_>> {
        let Known { version, status, reason } = self.known.as_ref()?;
        let fields = self.fields.fields();
        let reason = fields.as_bytes().get(reason.clone()).unwrap_or_default();
        Some(ResponseHead { version: *version, status: *status, reason, fields })
    }
}
