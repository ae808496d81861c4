//! Where the fields of an event are written and read.

use alloc::vec::Vec;

use super::slot::{self, Slot};
use super::words::Words;

/// The most slots that the fields of an event take, without what is behind them. The catalogue checks
/// it: what writes an event is below the catalogue, and is faster where it knows the number.
pub(in crate::trace) const MOST: usize = 25;

/// Where the fields of an event are written: first what takes few slots, whatever its value, and
/// behind that what may be long. So there is always room for the former.
pub(in crate::trace) struct Writer<'s> {
    placed: &'s [Slot; MOST],
    /// Which of these is next.
    at: usize,
    behind: &'s [Slot],
}

#[expect(clippy::inline_always, reason = "the places of fields are known where they are written")]
impl<'s> Writer<'s> {
    /// Writes to the first slots of `fields`, which are `placed`; what may be long stands behind
    /// `slots` of them.
    #[inline(always)]
    pub(in crate::trace) fn new(
        placed: &'s [Slot; MOST],
        fields: &'s [Slot],
        slots: usize,
    ) -> Option<Self> {
        Some(Self { placed, at: 0, behind: fields.get(slots..)? })
    }

    /// What is left behind all that was written.
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
            // OK and GET, for two.
            [a, b] => slot.set(slot::short([a, b])),
            [a, b, c] => slot.set(slot::short([a, b, c])),
            _ => self.behind = slot::write(bytes, slot, self.behind)?,
        }
        Some(())
    }

    /// So many slots behind the others.
    #[inline]
    pub(super) fn long(&mut self, slots: usize) -> Option<&'s [Slot]> {
        let (slots, behind) = self.behind.split_at_checked(slots)?;
        self.behind = behind;
        Some(slots)
    }
}

/// The fields of an event that are still to be read.
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

    /// So many slots behind the others.
    pub(super) fn long(&mut self, slots: usize) -> Option<&'a [Slot]> {
        let (slots, behind) = self.behind.split_at_checked(slots)?;
        self.behind = behind;
        Some(slots)
    }

    /// Whether nothing follows.
    pub(super) const fn is_at_end(&self) -> bool {
        self.behind.is_empty()
    }
}

/// A value that can be written.
pub(in crate::trace) trait Encode {
    /// Writes it. `None` if there is too little room.
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()>;
}

/// A value that can be read.
pub(in crate::trace) trait Decode: Sized {
    /// The most slots that it takes, without what is behind them.
    const SLOTS: usize;

    fn decode(from: &mut Reader<'_>) -> Option<Self>;
}

/// The greatest of these.
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
