//! Fixed texts, which are written as numbers.

use alloc::boxed::Box;
use std::sync::OnceLock;

/// The table of words and their numbers.
#[derive(Debug)]
pub(in crate::trace) struct Words {
    /// The words by their numbers: a hash table with linear probing.
    words: Box<[OnceLock<&'static str>; Self::MOST]>,
}

impl Words {
    /// Number of bytes that the table takes.
    pub(super) const MEMORY: usize = Self::MOST * size_of::<OnceLock<&str>>();

    /// Maximum number of words. The catalogue has about half as many.
    const MOST: usize = 256;

    /// The word with the number 0, which replaces a word when the table is full.
    const UNKNOWN: &'static str = "...";

    pub(super) fn new() -> Self {
        let mut words = Box::new([const { OnceLock::new() }; Self::MOST]);
        words[0] = OnceLock::from(Self::UNKNOWN);
        Self { words }
    }

    /// Returns the word that has a number.
    pub(super) fn word(&self, number: u8) -> Option<&'static str> {
        self.words[usize::from(number)].get().copied()
    }

    /// Returns the number of a word. A word is identified by its address, which is fast; a text that is in
    /// memory twice has two numbers.
    pub(super) fn number(&self, word: &'static str) -> u8 {
        let first = first_place(word);
        match self.words[usize::from(first)].get() {
            Some(known) if core::ptr::eq(*known, word) => first,
            _ => self.next_number(first, word),
        }
    }

    /// Returns the number of a word that is new, or that is not at its first place.
    #[cold]
    fn next_number(&self, first: u8, word: &'static str) -> u8 {
        // The number wraps around after 255.
        (0..=u8::MAX)
            .map(|step| first.wrapping_add(step))
            .find(|number| {
                core::ptr::eq(*self.words[usize::from(*number)].get_or_init(|| word), word)
            })
            .unwrap_or(0)
    }
}

/// Returns the place of a word that is tried first: a hash of its address.
#[inline]
fn first_place(word: &'static str) -> u8 {
    // Fibonacci hashing.
    let mixed = (word.as_ptr().addr() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed.to_be_bytes()[0]
}

/// A fixed text, which is written as its number.
pub(in crate::trace) struct Word(pub(in crate::trace) &'static str);

/// Expands to the form in which a field of an event is written.
macro_rules! written {
    (Word $x:expr) => {
        crate::trace::codec::Word(*$x)
    };
    ($kind:ident $x:expr) => {
        *$x
    };
}

pub(in crate::trace) use written;
