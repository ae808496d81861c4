//! The results of readers.

use limpid_core::error::Rule;

/// The content of a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The method, or the reason phrase.
    pub(super) first: Vec<u8>,
    /// The target, or the status.
    pub(super) second: Vec<u8>,
    pub(super) minor: i32,
    /// Names and values; folded values are joined by one space.
    pub(super) fields: Vec<(Vec<u8>, Vec<u8>)>,
    /// The length of the head.
    pub(super) end: usize,
}

/// The result of a reader. A rejection has its rule, if that is to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Head(Head),
    /// There is a head, whose content was compared elsewhere.
    Accepted,
    Partial,
    Rejected(Option<Rule>),
}
