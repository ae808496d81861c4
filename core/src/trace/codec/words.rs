//! Texts of the program's own, which are written as numbers.

use alloc::boxed::Box;
use std::sync::OnceLock;

/// The numbers of words.
#[derive(Debug)]
pub(in crate::trace) struct Words {
    /// What the number of a word stands for: a table that is open to the next free place.
    words: Box<[OnceLock<&'static str>; Self::MOST]>,
}

impl Words {
    /// How many bytes they take.
    pub(super) const MEMORY: usize = Self::MOST * size_of::<OnceLock<&str>>();

    /// How many different words can be told apart. The catalogue has about half as many.
    const MOST: usize = 256;

    /// What a word becomes when there are too many: the word with the number 0.
    const UNKNOWN: &'static str = "...";

    pub(super) fn new() -> Self {
        let mut words = Box::new([const { OnceLock::new() }; Self::MOST]);
        words[0] = OnceLock::from(Self::UNKNOWN);
        Self { words }
    }

    /// The word that has a number.
    pub(super) fn word(&self, number: u8) -> Option<&'static str> {
        self.words[usize::from(number)].get().copied()
    }

    /// The number of a word. A word is known by where it stands in memory, which is fast; one that
    /// stands there twice has two numbers.
    pub(super) fn number(&self, word: &'static str) -> u8 {
        let first = first_place(word);
        match self.words[usize::from(first)].get() {
            Some(known) if core::ptr::eq(*known, word) => first,
            _ => self.next_number(first, word),
        }
    }

    /// The number of a word that is new, or has a place behind another's.
    #[cold]
    fn next_number(&self, first: u8, word: &'static str) -> u8 {
        // The number wraps around to those before the first.
        (0..=u8::MAX)
            .map(|step| first.wrapping_add(step))
            .find(|number| {
                core::ptr::eq(*self.words[usize::from(*number)].get_or_init(|| word), word)
            })
            .unwrap_or(0)
    }
}

/// The place of a word that is tried first: its address, mixed well.
#[inline]
fn first_place(word: &'static str) -> u8 {
    // Fibonacci hashing.
    let mixed = (word.as_ptr().addr() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed.to_be_bytes()[0]
}

/// A text of the program's own: its number is written.
pub(in crate::trace) struct Word(pub(in crate::trace) &'static str);

/// How a field of an event is written.
macro_rules! written {
    (Word $x:expr) => {
        crate::trace::codec::Word(*$x)
    };
    ($kind:ident $x:expr) => {
        *$x
    };
}

pub(in crate::trace) use written;
