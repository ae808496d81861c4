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

/// A body of `length` bytes, in pieces of at most `piece`.
pub(super) fn pieces(number: u64, length: u64, piece: usize) -> impl Iterator<Item = Bytes> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let left = usize::try_from(length - at).unwrap_or(usize::MAX);
        let data = part(number, at, left.min(piece));
        at += data.len() as u64;
        (!data.is_empty()).then_some(data)
    })
}
