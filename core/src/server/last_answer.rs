//! The head of the last answer. Most of a server's answers are like the one before, but for the body:
//! then what was judged and put together once is copied.

use alloc::vec::Vec;

use crate::fields::Fields;
use crate::time::Mono;

/// Longer heads are not kept.
const LONGEST: usize = 1024;

/// What an answer's head follows from, beside its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) status: u16,
    /// Of the body.
    pub(super) len: usize,
    /// Until when the head is right, if it has a line of Date.
    pub(super) until: Option<Mono>,
}

/// A head in which there was nothing to judge. Where answers are of one kind and another in turn, none is
/// kept, for that would be work in vain.
#[derive(Debug)]
pub(super) struct LastAnswer {
    kind: Option<Kind>,
    /// The lines of the handler's fields.
    fields: Vec<u8>,
    head: Vec<u8>,
}

impl LastAnswer {
    pub(super) const fn none() -> Self {
        Self { kind: None, fields: Vec::new(), head: Vec::new() }
    }

    /// The head of an answer of this kind with these fields, if it is that of the last one.
    #[inline]
    pub(super) fn head(&self, kind: Kind, fields: Fields<'_>) -> Option<&[u8]> {
        let is_same = !self.head.is_empty()
            && self.kind == Some(kind)
            && fields.lines() == Some(self.fields.as_slice());
        is_same.then_some(self.head.as_slice())
    }

    /// This was the head of an answer. It is kept unless the one before was of another kind.
    pub(super) fn keep(&mut self, kind: Kind, fields: Fields<'_>, head: &[u8]) {
        self.head.clear();
        let goes_on = self.kind.replace(kind).is_none_or(|last| last == kind);
        if goes_on && head.len() <= LONGEST {
            self.fields.clear();
            self.fields.extend_from_slice(fields.as_bytes());
            self.head.extend_from_slice(head);
        }
    }
}
