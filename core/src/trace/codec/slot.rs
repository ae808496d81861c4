//! The memory that records stand in.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

/// Eight bytes of a record. One thread writes it, and others may read meanwhile: to a processor that
/// is the same as if they could not.
///
/// Nothing is said about when others see what was written. Whoever shares slots tells them which are
/// complete, with a number that is stored with [`Release`](Ordering::Release).
#[derive(Debug, Default)]
pub struct Slot(AtomicU64);

impl Slot {
    /// How many bytes a slot has.
    pub const BYTES: usize = size_of::<u64>();

    /// Memory for records: this many slots.
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

/// Writes bytes and their length to the first slots, and returns those behind. `None` if there are
/// too few.
#[expect(clippy::inline_always, reason = "a call costs as much as a small event")]
#[inline(always)]
pub(super) fn write<'s>(bytes: &[u8], slots: &'s [Slot]) -> Option<&'s [Slot]> {
    let (first, rest) = slots.split_first()?;
    if bytes.len() >= Slot::BYTES {
        first.set(bytes.len() as u64);
        return write_long(bytes, rest);
    }
    first.set(short(bytes));
    Some(rest)
}

/// Writes eight bytes or more.
#[inline(never)]
fn write_long<'s>(bytes: &[u8], slots: &'s [Slot]) -> Option<&'s [Slot]> {
    let (slots, rest) = slots.split_at_checked(bytes.len().div_ceil(Slot::BYTES))?;
    // By cache lines first, so that there is no counting between the slots of each.
    let (lines, after) = bytes.as_chunks::<{ 8 * Slot::BYTES }>();
    let (in_lines, in_after) = slots.split_at_checked(8 * lines.len())?;
    for (line, slots) in lines.iter().zip(in_lines.as_chunks::<8>().0) {
        write_each(line, slots);
    }
    write_each(after, in_after);
    // What the slot before has already is in this one, too.
    let last = bytes.len() - Slot::BYTES;
    slots.last()?.set(u64::from_le_bytes(*bytes.get(last..)?.first_chunk()?));
    Some(rest)
}

/// Writes what is there of eight bytes each.
#[inline]
fn write_each(bytes: &[u8], slots: &[Slot]) {
    for (eight, slot) in bytes.as_chunks().0.iter().zip(slots) {
        slot.set(u64::from_le_bytes(*eight));
    }
}

/// What stands above the length of bytes that are in the same slot.
const SHORT: u64 = 1 << 63;

/// Fewer than eight bytes and their length, which is in the highest byte.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    let number = match *bytes {
        // GET, for one.
        [a, b, c] => u64::from(u32::from_le_bytes([a, b, c, 0])),
        _ => bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)),
    };
    SHORT | (bytes.len() as u64) << 56 | number
}

/// Reads bytes, and returns the slots behind them.
pub(super) fn read(slots: &[Slot]) -> Option<(Vec<u8>, &[Slot])> {
    let (first, rest) = slots.split_first()?;
    let first = first.get();
    if first & SHORT != 0 {
        let len = usize::try_from((first & !SHORT) >> 56).ok()?;
        return Some((first.to_le_bytes().get(..len)?.to_vec(), rest));
    }
    let len = usize::try_from(first).ok()?;
    let (slots, rest) = rest.split_at_checked(len.div_ceil(Slot::BYTES))?;
    let mut bytes: Vec<u8> = slots.iter().flat_map(|slot| slot.get().to_le_bytes()).collect();
    if let Some(end) = bytes.len().checked_sub(Slot::BYTES) {
        // The last slot begins with what the one before it has.
        let twice = bytes.len() - len;
        bytes.drain(end..end + twice);
    }
    Some((bytes, rest))
}
