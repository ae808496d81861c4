//! Broken rules, as the readers of the grammar report them.

use crate::error::Rule;

/// A broken rule, with the offset in the slice that was read.
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

/// A function that is called for each broken rule that is tolerated, with the offset.
pub(crate) trait Tolerated: FnMut(Rule, usize) {}

impl<F: FnMut(Rule, usize)> Tolerated for F {}
