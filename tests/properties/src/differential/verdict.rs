//! What a reader makes of bytes.

use limpid_core::error::Rule;

/// What a head says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The method, or the reason phrase.
    pub(super) first: Vec<u8>,
    /// The target, or the status.
    pub(super) second: Vec<u8>,
    pub(super) minor: i32,
    /// Names and values; folded values are joined by one space.
    pub(super) fields: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where the head ends.
    pub(super) end: usize,
}

/// What became of the bytes. Who refuses says why, if that is to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Head(Head),
    Partial,
    Rejected(Option<Rule>),
}
