//! Bodies of which every byte is known, so that none can be lost, doubled or changed unseen.

use bytes::Bytes;

/// The byte at a place in the body with this number.
fn byte(number: u64, at: u64) -> u8 {
    let mixed = (number.wrapping_mul(0x9E37_79B9) ^ at).wrapping_mul(0xD1B5_4A32_D192_ED03);
    mixed.to_be_bytes()[0]
}

/// A part of a body.
pub(super) fn part(number: u64, at: u64, len: usize) -> Bytes {
    (at..).take(len).map(|at| byte(number, at)).collect()
}

/// Whether bytes are what stands at a place in a body.
pub(super) fn is_part(number: u64, at: u64, bytes: &[u8]) -> bool {
    (at..).zip(bytes).all(|(at, found)| *found == byte(number, at))
}
