//! What readers of the grammar say of rules that were broken.

use crate::error::Rule;

/// A rule was broken at an offset within the slice that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) rule: Rule,
    pub(crate) at: usize,
}

impl Broken {
    pub(crate) const fn new(rule: Rule, at: usize) -> Self {
        Self { rule, at }
    }
}

/// Rules that were broken and are tolerated: told one by one, with the offset.
pub(crate) trait Tolerated: FnMut(Rule, usize) {}

impl<F: FnMut(Rule, usize)> Tolerated for F {}
