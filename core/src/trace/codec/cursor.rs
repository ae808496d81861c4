//! The writer and the reader of an event's fields.

use alloc::vec::Vec;

use super::slot::{self, Slot};
use super::words::Words;

/// The maximum number of slots that the fields of an event take, without their variable-length parts. It is a
/// constant because the writer, which is below the catalogue, is faster with a known number. The catalogue
/// checks it.
pub(in crate::trace) const MOST: usize = 28;

/// The writer of an event's fields. Parts of a fixed number of slots come first, and parts of variable length
/// follow them, so that there is always room for the former.
pub(in crate::trace) struct Writer<'s> {
    placed: &'s [Slot; MOST],
    /// The index of the next of these.
    at: usize,
    behind: &'s [Slot],
}

#[expect(clippy::inline_always, reason = "the places of fields are known where they are written")]
impl<'s> Writer<'s> {
    /// Creates a writer to the first slots of `fields`, which are also `placed`. Parts of variable length
    /// start after `slots` of them.
    #[inline(always)]
    pub(in crate::trace) fn new(
        placed: &'s [Slot; MOST],
        fields: &'s [Slot],
        slots: usize,
    ) -> Option<Self> {
        Some(Self { placed, at: 0, behind: fields.get(slots..)? })
    }

    /// Returns the slots that remain after all that was written.
    #[inline(always)]
    pub(in crate::trace) const fn behind(&self) -> &'s [Slot] {
        self.behind
    }

    #[inline(always)]
    fn next(&mut self) -> Option<&'s Slot> {
        let slot = self.placed.get(self.at)?;
        self.at += 1;
        Some(slot)
    }

    #[inline(always)]
    pub(super) fn number(&mut self, number: u64) -> Option<()> {
        self.next()?.set(number);
        Some(())
    }

    #[inline(always)]
    pub(super) fn numbers<const N: usize>(&mut self, numbers: [u64; N]) -> Option<()> {
        let slots = self.placed.get(self.at..)?.first_chunk::<N>()?;
        self.at += N;
        for (slot, number) in slots.iter().zip(numbers) {
            slot.set(number);
        }
        Some(())
    }

    #[inline(always)]
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        let slot = self.next()?;
        match *bytes {
            // For example OK and GET.
            [a, b] => slot.set(slot::short([a, b])),
            [a, b, c] => slot.set(slot::short([a, b, c])),
            _ => self.behind = slot::write(bytes, slot, self.behind)?,
        }
        Some(())
    }

    /// Takes this many of the slots for parts of variable length.
    #[inline]
    pub(super) fn long(&mut self, slots: usize) -> Option<&'s [Slot]> {
        let (slots, behind) = self.behind.split_at_checked(slots)?;
        self.behind = behind;
        Some(slots)
    }
}

/// The reader of an event's fields.
pub(in crate::trace) struct Reader<'a> {
    placed: &'a [Slot],
    behind: &'a [Slot],
    pub(super) words: &'a Words,
}

impl<'a> Reader<'a> {
    pub(super) fn new(fields: &'a [Slot], slots: usize, words: &'a Words) -> Option<Self> {
        let (placed, behind) = fields.split_at_checked(slots)?;
        Some(Self { placed, behind, words })
    }

    pub(super) fn read<T: Decode>(&mut self) -> Option<T> {
        T::decode(self)
    }

    fn next(&mut self) -> Option<&'a Slot> {
        let (slot, placed) = self.placed.split_first()?;
        self.placed = placed;
        Some(slot)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.next().map(Slot::get)
    }

    pub(super) fn bytes(&mut self) -> Option<Vec<u8>> {
        let (bytes, behind) = slot::read(self.next()?, self.behind)?;
        self.behind = behind;
        Some(bytes)
    }

    /// Takes this many of the slots for parts of variable length.
    pub(super) fn long(&mut self, slots: usize) -> Option<&'a [Slot]> {
        let (slots, behind) = self.behind.split_at_checked(slots)?;
        self.behind = behind;
        Some(slots)
    }

    /// Returns whether all slots were read.
    pub(super) const fn is_at_end(&self) -> bool {
        self.behind.is_empty()
    }
}

/// A value that can be written.
pub(in crate::trace) trait Encode {
    /// Writes the value. Returns `None` if there is too little room.
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()>;

    /// Writes an optional value. Types of fields that most exchanges have write the same number of slots
    /// with and without a value, so that the places of the fields behind it are known.
    #[inline(always)]
    fn encode_option(this: Option<&Self>, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.number(this.is_some().into())?;
        this.map_or(Some(()), |value| value.encode(words, to))
    }
}

/// A value that can be read.
pub(in crate::trace) trait Decode: Sized {
    /// The maximum number of slots that the value takes, without parts of variable length.
    const SLOTS: usize;

    fn decode(from: &mut Reader<'_>) -> Option<Self>;

    /// Reads what [`Encode::encode_option`] has written.
    fn decode_option(from: &mut Reader<'_>) -> Option<Option<Self>> {
        if from.number()? == 0 { Some(None) } else { Self::decode(from).map(Some) }
    }
}

/// Returns the greatest of these numbers.
pub(in crate::trace) const fn most<const N: usize>(numbers: [usize; N]) -> usize {
    let (mut most, mut index) = (0, 0);
    while index < N {
        if numbers[index] > most {
            most = numbers[index];
        }
        index += 1;
    }
    most
}
