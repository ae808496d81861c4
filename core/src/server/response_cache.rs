//! A cache of one response head. Most responses of a server have the same head as the one before,
//! apart from the body: a head that was validated and encoded once is copied.
//!
//! The head depends only on its key and its fields, so that the copy equals a new encoding. The fuzz
//! target `response_cache` checks this.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::lines::Lines;
use super::reason::status_line;
use crate::error::Misuse;
use crate::fields::FieldBlock;
use crate::head::is_informational;
use crate::http1::{BodySize, ResponseContext, WrittenResponse};
use crate::wire::number::three_digits;
use crate::wire::token::is_text;

/// What the head of a response depends on, beside its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) status: u16,
    pub(super) size: BodySize,
    /// The edition of the lines that are added to every final response.
    pub(super) edition: u64,
    pub(super) context: ResponseContext,
}

/// The last response head.
#[derive(Debug)]
pub(super) struct ResponseCache {
    /// `None` before the first head, and if its fields cannot be compared.
    key: Option<Key>,
    /// The lines of the handler's fields.
    fields: Vec<u8>,
    head: WrittenResponse,
    /// The reason phrase of the next head, if it is not the usual one.
    reason: Option<Box<[u8]>>,
    is_disabled: bool,
}

impl ResponseCache {
    pub(super) const fn new() -> Self {
        let head = WrittenResponse::new();
        Self { key: None, fields: Vec::new(), head, reason: None, is_disabled: false }
    }

    /// Disables the cache.
    pub(super) const fn disable(&mut self) {
        self.key = None;
        self.is_disabled = true;
    }

    /// Forgets the head, and frees its memory.
    pub(super) fn free(&mut self) {
        (self.key, self.fields, self.head) = (None, Vec::new(), WrittenResponse::new());
    }

    /// Sets the reason phrase of the next head, which is not cached.
    #[cold]
    pub(super) fn set_reason(&mut self, reason: &[u8]) {
        self.reason = Some(reason.into());
        self.key = None;
    }

    /// Forgets the reason phrase of a head that is not written.
    #[cold]
    pub(super) fn clear_reason(&mut self) {
        self.reason = None;
    }

    /// Returns the head of a response: the cached one if key and fields are equal, otherwise a new
    /// one, which it caches.
    #[inline]
    pub(super) fn head(
        &mut self,
        key: Key,
        fields: &FieldBlock,
        lines: &Lines,
    ) -> &WrittenResponse {
        if self.key != Some(key) || fields.fields().lines() != Some(&self.fields) {
            self.write(key, fields, lines);
        }
        &self.head
    }

    #[inline(never)]
    fn write(&mut self, key: Key, fields: &FieldBlock, lines: &Lines) {
        let Key { status, size, context, .. } = key;
        let fields = fields.fields();
        let digits = three_digits(status);
        let lines = if is_informational(status) { b"" } else { lines.missing_in(fields) };
        let reason = self.reason.take();
        let start: [&[u8]; 6] = match (&reason, status_line(status)) {
            (Some(reason), _) => [b"HTTP/1.1 ", &digits, b" ", reason, b"\r\n", lines],
            (None, Some(line)) => [line.as_bytes(), b"", b"", b"", b"", lines],
            (None, None) => [b"HTTP/1.1 ", &digits, b" ", b"", b"\r\n", lines],
        };
        self.head.write(status, &start, fields, size, context);
        self.key = None;
        if let Some(reason) = reason {
            if !is_text(&reason) {
                self.head.refuse(Misuse::Reason);
            }
        } else if let Some(lines) = fields.lines()
            && !self.is_disabled
        {
            self.key = Some(key);
            self.fields.clear();
            self.fields.extend_from_slice(lines);
        }
    }
}
