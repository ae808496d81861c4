//! Bodies with a known value of every byte, so that losses, duplicates and changes are detected.

use bytes::Bytes;

/// Returns the byte at an offset in the body with this number.
fn byte(number: u64, at: u64) -> u8 {
    let mixed = (number.wrapping_mul(0x9E37_79B9) ^ at).wrapping_mul(0xD1B5_4A32_D192_ED03);
    mixed.to_be_bytes()[0]
}

/// Returns a part of a body.
pub(super) fn part(number: u64, at: u64, len: usize) -> Bytes {
    (at..).take(len).map(|at| byte(number, at)).collect()
}

/// Returns whether bytes equal the part at an offset of a body.
pub(super) fn is_part(number: u64, at: u64, bytes: &[u8]) -> bool {
    (at..).zip(bytes).all(|(at, found)| *found == byte(number, at))
}

/// Returns a body of `length` bytes, in pieces of at most `piece`.
pub(super) fn pieces(number: u64, length: u64, piece: usize) -> impl Iterator<Item = Bytes> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let left = usize::try_from(length - at).unwrap_or(usize::MAX);
        let data = part(number, at, left.min(piece));
        at += data.len() as u64;
        (!data.is_empty()).then_some(data)
    })
}
