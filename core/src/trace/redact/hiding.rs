//! Text some parts of which are replaced.

use alloc::borrow::Cow;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// The replacement for a value that is not shown.
pub const HIDDEN: &str = "[secure]";

/// The byte that overwrites the bytes of a value in a mask.
pub(crate) const MASK: u8 = b'*';

/// What replaces a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trace) enum Replacement {
    /// [`HIDDEN`].
    Word,
    /// As many bytes of [`MASK`].
    Mask,
}

impl Replacement {
    /// Replaces a whole value.
    pub(super) fn of(self, value: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Word => Cow::Borrowed(HIDDEN.as_bytes()),
            Self::Mask if is_masked(value) => Cow::Borrowed(value),
            Self::Mask => Cow::Owned(vec![MASK; value.len()]),
        }
    }
}

fn is_masked(value: &[u8]) -> bool {
    value.iter().all(|byte| *byte == MASK)
}

/// A text, parts of which are hidden one after the other. It allocates when the first one is hidden.
pub(super) struct Hiding<'t> {
    text: &'t [u8],
    replacement: Replacement,
    /// What is shown in place of `text[..until]`.
    shown: Vec<u8>,
    until: usize,
}

impl<'t> Hiding<'t> {
    pub(super) const fn new(text: &'t [u8], replacement: Replacement) -> Self {
        Self { text, replacement, shown: Vec::new(), until: 0 }
    }

    /// Hides a part, also an empty one. What precedes the end of the part before is hidden already.
    pub(super) fn hide(&mut self, part: Range<usize>) {
        if part.start < self.until && part.end <= self.until {
            return;
        }
        let part = part.start.max(self.until)..part.end;
        let is_hidden = match self.replacement {
            Replacement::Word => &self.text[part.clone()] == HIDDEN.as_bytes(),
            Replacement::Mask => is_masked(&self.text[part.clone()]),
        };
        if is_hidden {
            return;
        }
        if self.shown.is_empty() {
            self.shown.reserve(self.text.len() + HIDDEN.len());
        }
        self.shown.extend_from_slice(&self.text[self.until..part.start]);
        self.shown.extend_from_slice(&self.replacement.of(&self.text[part.clone()]));
        self.until = part.end;
    }

    pub(super) fn finish(mut self) -> Cow<'t, [u8]> {
        if self.shown.is_empty() {
            return Cow::Borrowed(self.text);
        }
        self.shown.extend_from_slice(&self.text[self.until..]);
        Cow::Owned(self.shown)
    }
}

/// Applies a second replacement to the result of a first one.
pub(super) fn then(text: Cow<'_, [u8]>, next: impl Fn(&[u8]) -> Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => next(text),
        Cow::Owned(text) => match next(&text) {
            Cow::Owned(text) => Cow::Owned(text),
            Cow::Borrowed(_) => Cow::Owned(text),
        },
    }
}
