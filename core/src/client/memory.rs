//! Memory that one exchange leaves to the next, and what of a response outlives its connection.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::ops::Range;

use bytes::Bytes;

use super::request::Request;
use crate::fields::FieldBlock;
use crate::http1::{ResponseHead, Version};
use crate::limits::Config;
use crate::transport::Link;
use crate::values::Buffers;

/// What an exchange has allocated.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// What a connection lends while it is idle.
    pub(super) bytes: Buffers,
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) head: Head,
    pub(super) trailers: FieldBlock,
    /// The piece of the request's body that came in.
    pub(super) piece: Bytes,
    /// The request's trailers.
    pub(super) request_trailers: FieldBlock,
    /// A request that nobody needs any more.
    pub(super) request: Option<Arc<Request>>,
    /// What stands for the connection where there is none.
    none: Option<Box<Link>>,
}

impl Memory {
    /// What stands for the connection that is taken away.
    pub(super) fn none(&mut self, config: Config) -> Box<Link> {
        self.none.take().unwrap_or_else(|| Box::new(Link::none(config)))
    }

    /// Keeps what stood for a connection until there was one.
    pub(super) fn keep(&mut self, none: Box<Link>) {
        self.none = Some(none);
    }

    /// Keeps a request that is over, unless somebody else has it too.
    pub(super) fn keep_request(&mut self, request: Arc<Request>) {
        if Arc::strong_count(&request) == 1 && !request.has_large_memory() {
            self.request = Some(request);
        }
    }

    /// Forgets the response. Its memory is kept if that is not large.
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

/// The head of a response, kept.
#[derive(Debug, Default)]
pub(super) struct Head {
    known: Option<Known>,
    fields: FieldBlock,
}

/// What a head says beside its fields.
#[derive(Debug)]
struct Known {
    version: Version,
    status: u16,
    /// Where the reason phrase stands among the bytes of the fields.
    reason: Range<usize>,
}

impl Head {
    /// Keeps a head that was received.
    pub(super) fn keep(&mut self, head: ResponseHead<'_>) {
        let ResponseHead { version, status, reason, fields } = head;
        self.fields.copy_from(fields);
        // It stands among the bytes of the head, of which the fields are a part.
        let start = (reason.as_ptr() as usize).saturating_sub(fields.as_bytes().as_ptr() as usize);
        self.known = Some(Known { version, status, reason: start..start + reason.len() });
    }

    /// The head that is kept.
    pub(super) fn get(&self) -> Option<ResponseHead<'_>> {
        let Known { version, status, reason } = self.known.as_ref()?;
        let fields = self.fields.fields();
        let reason = fields.as_bytes().get(reason.clone()).unwrap_or_default();
        Some(ResponseHead { version: *version, status: *status, reason, fields })
    }
}
