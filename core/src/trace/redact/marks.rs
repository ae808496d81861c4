//! Bytes of which each secret in a text has some. Most texts have none of them, and are not searched further.
//!
//! All bytes of an array are compared, because a loop over them that stops early does not become vector instructions.

/// The number of bytes that are compared at once.
const LANES: usize = 16;

/// Returns whether the value of a field has one of `?#&%@`, as a URL with secrets has, or the beginning of a token.
#[inline]
pub(super) fn value_may_have_secret(value: &[u8]) -> bool {
    is_any(value, |byte| {
        (byte == b'?') | (byte == b'#') | (byte == b'&') | (byte == b'%') | (byte == b'@')
    })
}

/// Returns whether text with URLs has one of `=%@`, as each secret of a URL has, or the beginning of a token.
#[inline]
pub(super) fn text_may_have_secret(text: &[u8]) -> bool {
    // A key may be encoded with its equals sign.
    is_any(text, |byte| (byte == b'=') | (byte == b'%') | (byte == b'@'))
}

/// Returns whether a text has the beginning of a JSON Web Token.
#[inline]
pub(super) fn may_have_token(text: &[u8]) -> bool {
    is_any(text, |_| false)
}

/// Returns whether a byte is a mark, or two bytes begin a token.
#[inline(always)]
fn is_any(text: &[u8], is_mark: impl Fn(u8) -> bool) -> bool {
    // The halves of a short text overlap. A token and its name are longer, and so is a key with its value than the
    // shortest one.
    if text.len() <= LANES {
        let lanes = match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) => joined::<8>(first, last),
            _ => match (text.first_chunk(), text.last_chunk()) {
                (Some(first), Some(last)) => joined::<4>(first, last),
                _ => return false,
            },
        };
        return is_any_of_joined(&lanes, is_mark);
    }
    let (bytes, nexts) = (&text[..text.len() - 1], &text[1..]);
    let mut chunks = bytes.as_chunks().0.iter().zip(nexts.as_chunks().0);
    chunks.any(|(bytes, nexts)| {
        is_any_of(bytes, nexts, |byte, next| is_mark(byte) | begins_token(byte, next))
    }) || bytes.last_chunk().zip(nexts.last_chunk()).is_some_and(|(bytes, nexts)| {
        is_any_of(bytes, nexts, |byte, next| is_mark(next) | begins_token(byte, next))
    })
}

#[inline(always)]
fn joined<const HALF: usize>(first: &[u8; HALF], last: &[u8; HALF]) -> [u8; LANES] {
    let mut lanes = [0; LANES];
    lanes[..HALF].copy_from_slice(first);
    lanes[HALF..2 * HALF].copy_from_slice(last);
    lanes
}

/// Returns whether one of the bytes is a mark. Within the function above, the bytes would become single ones again.
#[inline(never)]
fn is_any_of_joined(lanes: &[u8; LANES], is_mark: impl Fn(u8) -> bool) -> bool {
    is_any_of(lanes, lanes, |byte, _| is_mark(byte))
}

/// Returns whether the bytes are the first ones of a brace in base64url, and of a quotation mark or white space.
#[inline(always)]
const fn begins_token(byte: u8, next: u8) -> bool {
    (byte == b'e') & ((next == b'y') | (next == b'w'))
}

/// Returns whether a byte and the next one fulfil a condition.
#[inline(always)]
fn is_any_of(bytes: &[u8; LANES], nexts: &[u8; LANES], is: impl Fn(u8, u8) -> bool) -> bool {
    let mut found = [0; LANES];
    for lane in 0..LANES {
        found[lane] = u8::from(is(bytes[lane], nexts[lane]));
    }
    u128::from_ne_bytes(found) != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn each_mark_is_found_wherever_it_stands() {
        for len in 4..70 {
            let mut value = vec![b'a'; len];
            assert!(!value_may_have_secret(&value));
            for at in 0..len {
                for mark in *b"?#&%@" {
                    value[at] = mark;
                    assert!(value_may_have_secret(&value), "{mark} at {at} of {len}");
                }
                value[at] = b'a';
            }
        }
    }

    #[test]
    fn the_beginning_of_a_token_is_found_wherever_it_stands() {
        for len in 17..70 {
            let mut value = vec![b'e'; len];
            for at in 1..len {
                value[at] = b'y';
                assert!(value_may_have_secret(&value) && may_have_token(&value), "{at} of {len}");
                value[at] = b'e';
            }
            assert!(!value_may_have_secret(&value) && !may_have_token(&value));
        }
    }
}
