//! Sets of events.

use super::catalog::{EventKind, Metadata};
use super::metadata::Logger;

/// A set of kinds of events, such as those that a sink receives.
///
/// The set has a bit for each kind in the catalogue; its representation is private. Its methods work in
/// constants.
///
/// ```
/// use limpid_core::trace::{EventKind, Interest};
///
/// const ENDS: Interest = Interest::only(EventKind::ExchangeComplete)
///     .with(Interest::only(EventKind::ExchangeFailed));
/// const { assert!(ENDS.contains(EventKind::ExchangeFailed)) };
/// assert!(!ENDS.contains(EventKind::ExchangeStarted));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interest([Word; WORDS]);

/// A part of an [`Interest`], with a bit for each of 64 kinds of events.
type Word = u64;

/// The number of words that have a bit for each event of the catalogue.
const WORDS: usize = EventKind::ALL.len().div_ceil(Word::BITS as usize);

impl Interest {
    /// The empty set.
    pub const NONE: Self = Self([0; WORDS]);
    /// Every event of the catalogue.
    pub const ALL: Self = {
        let (mut all, mut index) = (Self::NONE, 0);
        while index < EventKind::ALL.len() {
            all = all.with(Self::only(EventKind::ALL[index]));
            index += 1;
        }
        all
    };

    /// Returns the index of the word that has the bit of `kind`, and that bit.
    #[inline]
    const fn place(kind: EventKind) -> (usize, Word) {
        let index = kind as u32;
        ((index / Word::BITS) as usize, 1 << (index % Word::BITS))
    }

    /// Returns the set that contains only `kind`.
    #[must_use]
    pub const fn only(kind: EventKind) -> Self {
        let (word, bit) = Self::place(kind);
        let mut only = Self::NONE;
        only.0[word] = bit;
        only
    }

    /// Returns the set of the events whose metadata passes `filter`.
    #[must_use]
    pub fn matching(mut filter: impl FnMut(&'static Metadata) -> bool) -> Self {
        EventKind::ALL
            .iter()
            .filter(|kind| filter(kind.metadata()))
            .fold(Self::NONE, |set, kind| set.with(Self::only(*kind)))
    }

    /// Returns the set of the events of one logger.
    #[must_use]
    pub fn logger(logger: Logger) -> Self {
        Self::matching(|metadata| metadata.logger == logger)
    }

    /// Returns the union of both sets.
    #[must_use]
    pub const fn with(mut self, other: Self) -> Self {
        let mut word = 0;
        while word < WORDS {
            self.0[word] |= other.0[word];
            word += 1;
        }
        self
    }

    /// Returns this set without the events of `other`.
    #[must_use]
    pub const fn without(mut self, other: Self) -> Self {
        let mut word = 0;
        while word < WORDS {
            self.0[word] &= !other.0[word];
            word += 1;
        }
        self
    }

    /// Returns whether `kind` is in the set.
    #[inline]
    #[must_use]
    pub const fn contains(self, kind: EventKind) -> bool {
        let (word, bit) = Self::place(kind);
        self.0[word] & bit != 0
    }

    /// Returns whether one of the events of `other` is in the set.
    #[inline]
    #[must_use]
    pub const fn contains_any(self, other: Self) -> bool {
        let (mut any, mut word) = (0, 0);
        while word < WORDS {
            any |= self.0[word] & other.0[word];
            word += 1;
        }
        any != 0
    }

    /// Returns whether the set is empty.
    #[inline]
    #[must_use]
    pub const fn is_empty(self) -> bool {
        let (mut any, mut word) = (0, 0);
        while word < WORDS {
            any |= self.0[word];
            word += 1;
        }
        any == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whether `set` contains exactly the events that pass `expected`.
    fn holds(set: Interest, expected: impl Fn(EventKind) -> bool) -> bool {
        EventKind::ALL.iter().all(|kind| set.contains(*kind) == expected(*kind))
    }

    #[test]
    fn interest_in_one_event_holds_that_event_alone() {
        for one in EventKind::ALL {
            assert!(holds(Interest::only(*one), |kind| kind == *one), "{one:?}");
        }
    }

    #[test]
    fn interest_is_joined_and_reduced_in_every_word() {
        let even = |kind: EventKind| (kind as u8).is_multiple_of(2);
        let evens = Interest::matching(|metadata| even(metadata.kind));
        assert!(holds(evens, even));
        let odds = Interest::ALL.without(evens);
        assert!(holds(odds, |kind| !even(kind)));
        assert_eq!(odds.with(evens), Interest::ALL);
        assert!(odds.without(Interest::ALL).is_empty());
        assert!(EventKind::ALL.iter().all(|kind| !Interest::only(*kind).is_empty()));
    }

    #[test]
    fn interest_in_all_holds_every_event_and_nothing_more() {
        assert!(holds(Interest::ALL, |_| true));
        let bits: u32 = Interest::ALL.0.iter().map(|word| word.count_ones()).sum();
        assert_eq!(bits as usize, EventKind::ALL.len());
        assert!(holds(Interest::NONE, |_| false));
        assert_eq!(Interest::default(), Interest::NONE);
    }
}
