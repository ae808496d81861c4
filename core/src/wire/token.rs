//! Classes of characters, each byte's classes in one table.

const TOKEN: u8 = 1;
const VALUE: u8 = 2;
const TARGET: u8 = 4;
const HOST: u8 = 8;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the loop ends at 255")]
        let b = byte as u8;
        let alphanumeric = b.is_ascii_alphanumeric();
        if alphanumeric || is_one_of(b, b"!#$%&'*+-.^_`|~") {
            table[byte] |= TOKEN;
        }
        if b == b'\t' || (b >= b' ' && b != 0x7f) {
            table[byte] |= VALUE;
        }
        // More than a URI may have: what servers are sent and understand, and nothing that could
        // split a line or be taken for its end.
        if b > b' ' && b < 0x7f {
            table[byte] |= TARGET;
        }
        // RFC 3986 section 3.2.2: unreserved, sub-delims, and the percent sign of an escape.
        if alphanumeric || is_one_of(b, b"-._~!$&'()*+,;=%") {
            table[byte] |= HOST;
        }
        byte += 1;
    }
    table
}

const fn is_one_of(byte: u8, set: &[u8]) -> bool {
    let mut index = 0;
    while index < set.len() {
        if set[index] == byte {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether `byte` may stand in a token (RFC 9110 section 5.6.2).
#[inline]
pub(crate) const fn is_token(byte: u8) -> bool {
    CLASSES[byte as usize] & TOKEN != 0
}

/// Whether `byte` may stand in a request target.
#[inline]
pub(crate) const fn is_target(byte: u8) -> bool {
    CLASSES[byte as usize] & TARGET != 0
}

/// Whether `byte` may stand in a registered name of a URI.
#[inline]
pub(crate) const fn is_host(byte: u8) -> bool {
    CLASSES[byte as usize] & HOST != 0
}

#[inline]
const fn is_value(byte: u8) -> bool {
    CLASSES[byte as usize] & VALUE != 0
}

/// Where the token at the start of `bytes` ends.
#[inline]
pub(crate) fn token_len(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !is_token(*byte)).unwrap_or(bytes.len())
}

/// Whether all of `bytes` is one token.
pub(crate) fn is_token_all(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| is_token(*byte))
}

/// Where the first byte stands that no field value or reason phrase has: a control character other
/// than tab (RFC 9110 section 5.5).
///
/// Eight bytes are looked at together, for most of a head is values.
#[inline]
pub(crate) fn find_control(bytes: &[u8]) -> Option<usize> {
    let mut words = bytes.chunks_exact(8);
    let mut at = 0;
    for word in words.by_ref() {
        let word: [u8; 8] = word.try_into().unwrap_or_default();
        if may_have_control(u64::from_ne_bytes(word))
            && let Some(index) = word.iter().position(|byte| !is_value(*byte))
        {
            return Some(at + index);
        }
        at += 8;
    }
    words.remainder().iter().position(|byte| !is_value(*byte)).map(|index| at + index)
}

/// Whether one of eight bytes is below the space or is DEL. A tab counts too; so may a byte beside
/// such a one, which the caller then finds innocent.
#[inline]
const fn may_have_control(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    let del = word ^ (ONES * 0x7f);
    let is_del = del.wrapping_sub(ONES) & !del;
    (below_space | is_del) & HIGHS != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_character_is_found_at_every_place() {
        for byte in 0..=255 {
            for at in 0..20 {
                let mut value = [b'a'; 20];
                value[at] = byte;
                let expected = (byte != b'\t' && (byte < b' ' || byte == 0x7f)).then_some(at);
                assert_eq!(find_control(&value), expected, "byte {byte:#x} at {at}");
            }
        }
    }

    #[test]
    fn tokens_are_what_rfc_9110_lists() {
        let tokens: Vec<u8> = (0..=255).filter(|byte| is_token(*byte)).collect();
        assert_eq!(
            tokens,
            b"!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"
        );
    }
}
