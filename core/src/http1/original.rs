//! What the parser of heads changes in place, so that a second reader can have the bytes as they came.
//! Without the feature `cross-check` there is nothing to keep.

#[cfg(feature = "cross-check")]
use alloc::borrow::Cow;
#[cfg(feature = "cross-check")]
use alloc::vec::Vec;

use crate::error::Rule;

/// A set of rules.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    #[cfg(feature = "cross-check")]
    bits: u128,
}

impl Rules {
    #[inline(always)]
    pub(super) const fn insert(&mut self, _rule: Rule) {
        #[cfg(feature = "cross-check")]
        {
            self.bits |= 1 << _rule as u32;
        }
    }
}

/// The bytes of a section that were changed, and the rules that were broken in it and tolerated.
#[derive(Clone, Debug, Default)]
pub(super) struct Original {
    #[cfg(feature = "cross-check")]
    changed: Vec<(usize, Vec<u8>)>,
    #[cfg(feature = "cross-check")]
    tolerated: Rules,
}

impl Original {
    /// Creates a value for a section that was not read yet.
    pub(super) const fn new() -> Self {
        Self {
            #[cfg(feature = "cross-check")]
            changed: Vec::new(),
            #[cfg(feature = "cross-check")]
            tolerated: Rules { bits: 0 },
        }
    }

    /// Begins another section.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        #[cfg(feature = "cross-check")]
        {
            self.changed.clear();
            self.tolerated = Rules::default();
        }
    }

    /// Keeps bytes at this position, which are about to be changed.
    #[inline(always)]
    pub(super) fn keep(&mut self, _at: usize, _bytes: &[u8]) {
        #[cfg(feature = "cross-check")]
        self.changed.push((_at, _bytes.into()));
    }

    /// Notes rules that were tolerated.
    #[inline(always)]
    pub(super) const fn tolerate(&mut self, _rules: Rules) {
        #[cfg(feature = "cross-check")]
        {
            self.tolerated.bits |= _rules.bits;
        }
    }
}

#[cfg(feature = "cross-check")]
impl Original {
    /// Returns whether this rule was tolerated.
    pub(super) const fn has_tolerated(&self, rule: Rule) -> bool {
        self.tolerated.bits & (1 << rule as u32) != 0
    }

    /// Returns the section as it came.
    pub(super) fn restored<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut bytes = Cow::Borrowed(bytes);
        for (at, changed) in self.changed.iter().rev() {
            if let Some(place) = bytes.to_mut().get_mut(*at..*at + changed.len()) {
                place.copy_from_slice(changed);
            }
        }
        bytes
    }
}
