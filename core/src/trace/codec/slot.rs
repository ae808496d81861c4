//! The memory of records.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

/// Eight bytes of a record. One thread writes a slot, and others may read it at the same time, at no cost.
///
/// A slot does not order memory accesses. The owner of shared slots publishes which of them are complete
/// with a number that it stores with [`Release`](Ordering::Release).
#[derive(Debug, Default)]
pub struct Slot(AtomicU64);

impl Slot {
    /// Number of bytes of a slot.
    pub const BYTES: usize = size_of::<u64>();

    /// Allocates this many slots.
    #[must_use]
    pub fn memory(slots: usize) -> Box<[Self]> {
        (0..slots).map(|_| Self::default()).collect()
    }

    /// Writes the bytes, as a number.
    #[inline]
    pub fn set(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }

    /// Reads the bytes, as a number.
    #[inline]
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Clone for Slot {
    #[inline]
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.get()))
    }
}

/// Writes bytes and their length: fewer than eight to `first`, more to the slots of `behind`. Returns the
/// slots of `behind` that remain, or `None` if there are too few.
#[inline(never)]
pub(super) fn write<'s>(bytes: &[u8], first: &Slot, behind: &'s [Slot]) -> Option<&'s [Slot]> {
    if bytes.len() >= Slot::BYTES {
        first.set(bytes.len() as u64);
        return write_long(bytes, behind);
    }
    first.set(match *bytes {
        [] => short([]),
        [a] => short([a]),
        [a, b] => short([a, b]),
        [a, b, c] => short([a, b, c]),
        [a, b, c, d] => short([a, b, c, d]),
        [a, b, c, d, e] => short([a, b, c, d, e]),
        [a, b, c, d, e, f] => short([a, b, c, d, e, f]),
        [a, b, c, d, e, f, g, ..] => short([a, b, c, d, e, f, g]),
    });
    Some(behind)
}

/// Writes eight bytes or more: all groups of eight, and then the last eight bytes, which overlap the group
/// before.
#[inline]
fn write_long<'s>(bytes: &[u8], behind: &'s [Slot]) -> Option<&'s [Slot]> {
    let (eights, _) = bytes.as_chunks();
    let (slots, rest) = behind.split_at_checked(eights.len())?;
    let (last, rest) = rest.split_first()?;
    for (slot, eight) in slots.iter().zip(eights) {
        slot.set(u64::from_le_bytes(*eight));
    }
    last.set(u64::from_le_bytes(*bytes.last_chunk()?));
    Some(rest)
}

/// The bit that marks a slot which contains both bytes and their length.
const SHORT: u64 = 1 << 63;

/// Returns a slot with fewer than eight bytes, and their length in the highest byte.
#[inline]
pub(super) fn short<const N: usize>(bytes: [u8; N]) -> u64 {
    let number = bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    SHORT | (N as u64) << 56 | number
}

/// Reads bytes that [`write`] has written, and returns the slots of `behind` that remain.
pub(super) fn read<'s>(first: &Slot, behind: &'s [Slot]) -> Option<(Vec<u8>, &'s [Slot])> {
    let first = first.get();
    if first & SHORT != 0 {
        let len = usize::try_from((first & !SHORT) >> 56).ok()?;
        return Some((first.to_le_bytes().get(..len)?.to_vec(), behind));
    }
    let len = usize::try_from(first).ok()?;
    let (eights, rest) = behind.split_at_checked(len / Slot::BYTES)?;
    let (last, rest) = rest.split_first()?;
    let mut bytes: Vec<u8> = eights.iter().flat_map(|slot| slot.get().to_le_bytes()).collect();
    let is_new = Slot::BYTES - len % Slot::BYTES;
    bytes.extend_from_slice(last.get().to_le_bytes().get(is_new..)?);
    Some((bytes, rest))
}
