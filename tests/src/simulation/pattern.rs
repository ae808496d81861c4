//! Bodies with a known value of every byte, so that losses, duplicates and changes are detected.

use std::sync::LazyLock;

use bytes::Bytes;

/// The number of bytes after which bodies repeat: a prime, so that no buffer's size divides it.
const PERIOD: u64 = 1_048_583;

/// The bytes of all bodies, twice in a row. Each body begins at another offset: looking bytes up takes
/// less time than computing them.
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mixed = |at: u64| (at ^ 0x9E37_79B9).wrapping_mul(0xD1B5_4A32_D192_ED03);
    let once: Vec<u8> = (0..PERIOD).map(|at| mixed(at).to_be_bytes()[0]).collect();
    once.repeat(2)
});

/// Returns at most `len` bytes of a body, from an offset on.
fn known(number: u64, at: u64, len: usize) -> &'static [u8] {
    let start = (number.wrapping_mul(0x9E37_79B9) ^ (number << 7)) % PERIOD;
    let rest = &BYTES[((start + at) % PERIOD) as usize..];
    &rest[..len.min(rest.len())]
}

/// Returns a part of a body.
pub(super) fn part(number: u64, at: u64, len: usize) -> Bytes {
    let mut part = Vec::with_capacity(len);
    while part.len() < len {
        part.extend_from_slice(known(number, at + part.len() as u64, len - part.len()));
    }
    part.into()
}

/// Returns whether bytes equal the part at an offset of a body.
pub(super) fn is_part(number: u64, mut at: u64, mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let known = known(number, at, bytes.len());
        let (found, rest) = bytes.split_at(known.len());
        if found != known {
            return false;
        }
        (at, bytes) = (at + known.len() as u64, rest);
    }
    true
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
