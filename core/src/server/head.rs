//! A copy of the current request's head, for when its bytes have to make room for the body.

use crate::fields::FieldBlock;
use crate::http1::{RequestHead, Version};

/// A copy of a head, in memory that is reused.
#[derive(Debug)]
pub(super) struct KeptHead {
    /// The bytes of the whole head, and the offsets of the fields.
    bytes: FieldBlock,
    /// The lengths of the method and of the target, which are at the start, separated by a space.
    method: usize,
    target: usize,
    version: Version,
    is_there: bool,
}

impl KeptHead {
    pub(super) const fn none() -> Self {
        Self {
            bytes: FieldBlock::new(),
            method: 0,
            target: 0,
            version: Version::HTTP_11,
            is_there: false,
        }
    }

    pub(super) fn keep(&mut self, head: RequestHead<'_>) {
        self.bytes.copy_from(head.fields);
        self.method = head.method.len();
        self.target = head.target.len();
        self.version = head.version;
        self.is_there = true;
    }

    pub(super) const fn clear(&mut self) {
        self.is_there = false;
    }

    pub(super) fn get(&self) -> Option<RequestHead<'_>> {
        let fields = self.is_there.then(|| self.bytes.fields())?;
        let line = fields.as_bytes();
        let start = self.method + 1;
        Some(RequestHead {
            method: line.get(..self.method)?,
            target: line.get(start..start + self.target)?,
            version: self.version,
            fields,
        })
    }
}
