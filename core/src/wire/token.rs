//! Character classes. One table has the classes of each byte.

const TOKEN: u8 = 1;
const TARGET: u8 = 2;
const HOST: u8 = 4;
const PLAIN_HOST: u8 = 8;
const URL: u8 = 16;
const NAME: u8 = 32;

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
        // More than a URI permits: characters that clients send and servers accept, except those that
        // could split a line or be mistaken for its end.
        if b > b' ' && b < 0x7f {
            table[byte] |= TARGET;
            if !is_one_of(b, b"\"<>`{}") {
                table[byte] |= URL;
            }
        }
        if alphanumeric && !b.is_ascii_uppercase() || is_one_of(b, b"-._") {
            table[byte] |= NAME;
        }
        // RFC 3986 section 3.2.2: unreserved, sub-delims, and the percent sign of an escape.
        if alphanumeric || is_one_of(b, b"-._~!$&'()*+,;=%") {
            table[byte] |= if b == b'%' { HOST } else { HOST | PLAIN_HOST };
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

/// Returns whether `byte` is permitted in a token (RFC 9110 section 5.6.2).
#[inline]
pub(crate) const fn is_token(byte: u8) -> bool {
    CLASSES[byte as usize] & TOKEN != 0
}

/// Returns whether `byte` is permitted in a registered name of a URI.
#[inline]
pub(crate) const fn is_host(byte: u8) -> bool {
    CLASSES[byte as usize] & HOST != 0
}

/// Returns how many bytes at the start of `bytes` are of a class. The bytes are examined in blocks,
/// whose loops need no bounds checks. If the rest of a head follows, one block should be enough for
/// most runs; if nothing follows, the remainder after the blocks should be short.
#[inline(always)]
fn run<const BLOCK: usize>(bytes: &[u8], class: u8) -> usize {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut at = 0;
    for block in blocks {
        for (index, byte) in block.iter().enumerate() {
            if CLASSES[usize::from(*byte)] & class == 0 {
                return at + index;
            }
        }
        at += block.len();
    }
    at + rest.iter().take_while(|byte| CLASSES[usize::from(**byte)] & class != 0).count()
}

/// Returns where the token at the start of `bytes` ends.
#[inline]
pub(crate) fn token_len(bytes: &[u8]) -> usize {
    run::<16>(bytes, TOKEN)
}

/// Returns whether all of `bytes` is one token. All bytes are examined, because most inputs are tokens.
#[inline]
pub(crate) fn is_token_all(bytes: &[u8]) -> bool {
    let common = |classes, byte: &u8| classes & CLASSES[usize::from(*byte)];
    let Some(last) = bytes.last_chunk::<8>() else {
        return !bytes.is_empty() && bytes.iter().fold(TOKEN, common) != 0;
    };
    // The last block overlaps the one before, so that it covers the remainder.
    let blocks = bytes.as_chunks::<8>().0;
    blocks.iter().fold(last.iter().fold(TOKEN, common), |all, block| block.iter().fold(all, common))
        != 0
}

/// Returns how many bytes at the start of `bytes` are permitted in a request target.
#[inline]
pub(crate) fn target_len(bytes: &[u8]) -> usize {
    run::<8>(bytes, TARGET)
}

/// Returns how many bytes at the start of `bytes` are permitted in a registered name, except escapes.
#[inline]
pub(crate) fn plain_host_len(bytes: &[u8]) -> usize {
    run::<8>(bytes, PLAIN_HOST)
}

/// Returns how many bytes at the start of `bytes` need no escape in the path, the query and the
/// fragment of a URL.
#[inline]
pub(crate) fn url_len(bytes: &[u8]) -> usize {
    run::<8>(bytes, URL)
}

/// Returns how many bytes at the start of `bytes` are permitted in a host name in lower case.
#[inline]
pub(crate) fn name_len(bytes: &[u8]) -> usize {
    run::<8>(bytes, NAME)
}

/// Returns whether `bytes` equals `lower` regardless of case. `bytes` must not contain CR, and `lower`
/// must consist of lower-case letters and hyphens: then only one bit can differ, and four or eight
/// bytes are compared together.
#[inline]
pub(crate) fn is_word<const N: usize>(bytes: &[u8], lower: &[u8; N]) -> bool {
    let Ok(bytes) = <&[u8; N]>::try_from(bytes) else { return false };
    if let (Some(a), Some(b)) = (bytes.last_chunk(), lower.last_chunk()) {
        // The last word overlaps the one before, so that it covers the remainder.
        let words = bytes.as_chunks().0.iter().zip(lower.as_chunks().0);
        let is = |a, b| u64::from_ne_bytes(a) | 0x2020_2020_2020_2020 == u64::from_ne_bytes(b);
        return is(*a, *b) && words.into_iter().all(|(a, b)| is(*a, *b));
    }
    let ends = |bytes: &[u8; N]| Some((*bytes.first_chunk()?, *bytes.last_chunk()?));
    if let (Some((a, b)), Some((lower_a, lower_b))) = (ends(bytes), ends(lower)) {
        let is = |a, b| u32::from_ne_bytes(a) | 0x2020_2020 == u32::from_ne_bytes(b);
        return is(a, lower_a) && is(b, lower_b);
    }
    bytes.iter().zip(lower).all(|(a, b)| a | 0x20 == *b)
}

/// Returns the position of the first byte that is not permitted in a field value or reason phrase: a
/// control character other than tab (RFC 9110 section 5.5).
#[inline]
pub(crate) fn find_control(bytes: &[u8]) -> Option<usize> {
    let mut at = visible_len(bytes);
    while bytes.get(at)? == &b'\t' {
        at += 1 + visible_len(&bytes[at + 1..]);
    }
    Some(at)
}

/// Returns the position of the first control character, including tab, or the length.
#[inline]
pub(crate) fn visible_len(bytes: &[u8]) -> usize {
    leading(bytes, controls, |byte| !byte.is_ascii_control())
}

/// Returns the position of the first byte that is not from space to tilde, or the length.
#[inline]
pub(crate) fn ascii_len(bytes: &[u8]) -> usize {
    leading(bytes, no_ascii, |byte| matches!(byte, b' '..=b'~'))
}

/// Returns whether `bytes` contains no control character other than tab.
#[inline]
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    // Examining the last eight bytes together, which may overlap, is faster than examining the remainder.
    let Some(last) = bytes.last_chunk::<8>() else {
        return bytes.iter().all(|byte| !byte.is_ascii_control() || *byte == b'\t');
    };
    let is_ascii = |word: &[u8; 8]| no_ascii(u64::from_le_bytes(*word)) == 0;
    let mut words = bytes.as_chunks().0.iter();
    is_ascii(last) && words.all(is_ascii) || is_other_text(bytes)
}

/// Returns whether tabs are the only control characters of `bytes`, which contain tabs or non-ASCII bytes.
#[cold]
fn is_other_text(bytes: &[u8]) -> bool {
    find_control(bytes).is_none()
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES * 0x80;

/// Returns the number of bytes before the first that is found. Eight bytes are examined together,
/// because most of a head consists of values. `found` sets the highest bit of each byte that it finds;
/// only the first is exact.
#[inline(always)]
fn leading(bytes: &[u8], found: impl Fn(u64) -> u64, is_none: impl Fn(u8) -> bool) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let found = found(u64::from_le_bytes(*word));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += word.len();
    }
    at + rest.iter().take_while(|byte| is_none(**byte)).count()
}

/// Sets the highest bit of each of eight bytes that is not from space to tilde; only the first is exact.
#[inline]
const fn no_ascii(word: u64) -> u64 {
    // A byte borrows from the next, or carries to it, only if it is not from space to tilde itself.
    (word.wrapping_sub(ONES * 0x20) | word.wrapping_add(ONES)) & HIGH
}

/// Sets the highest bit of each of eight bytes that is below space, or is DEL.
#[inline]
const fn controls(word: u64) -> u64 {
    let low = word & !HIGH;
    let not_below_space = low + ONES * 0x60;
    let is_del = low + ONES;
    (!not_below_space | is_del) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_character_is_found_at_every_position() {
        for byte in 0..=255 {
            for at in 0..20 {
                let mut value = [b'a'; 20];
                value[at] = byte;
                let expected = (byte != b'\t' && (byte < b' ' || byte == 0x7f)).then_some(at);
                assert_eq!(find_control(&value), expected, "byte {byte:#x} at {at}");
                let ascii = if matches!(byte, b' '..=b'~') { value.len() } else { at };
                assert_eq!(ascii_len(&value), ascii, "byte {byte:#x} at {at}");
                for end in at + 1..value.len() {
                    assert_eq!(find_control(&value[..end]), expected, "byte {byte:#x} at {at}");
                    assert_eq!(is_text(&value[..end]), expected.is_none(), "{byte:#x} at {at}");
                }
            }
        }
    }

    #[test]
    fn adjacent_characters_do_not_affect_each_other() {
        for (a, b) in (0..=255).flat_map(|a| (0..=255).map(move |b| (a, b))) {
            let bytes = [b'a', a, b, b'-', b'Z', b'z', b'A', b'a'];
            let are = |is: fn(u8) -> bool| is(a) && is(b);
            let ends = |is: fn(u8) -> bool| bytes.iter().take_while(|byte| is(**byte)).count();
            let is_visible = |byte: u8| !byte.is_ascii_control();
            assert_eq!(is_token_all(&bytes), are(is_token), "{a:#x} {b:#x}");
            assert_eq!(is_text(&bytes), are(|c| c == b'\t' || !c.is_ascii_control()));
            assert_eq!(ascii_len(&bytes), ends(|c| matches!(c, b' '..=b'~')), "{a:#x} {b:#x}");
            assert_eq!(visible_len(&bytes), ends(is_visible), "{a:#x} {b:#x}");
        }
    }

    #[test]
    fn token_ends_at_every_position() {
        for byte in 0..=255 {
            for at in 0..20 {
                let mut name = *b"Abcdefghij-lmnopqrsz";
                name[at] = byte;
                let expected = if is_token(byte) { name.len() } else { at };
                assert_eq!(token_len(&name), expected, "byte {byte:#x} at {at}");
                for end in at + 1..name.len() {
                    assert_eq!(
                        is_token_all(&name[..end]),
                        is_token(byte),
                        "byte {byte:#x} at {at}"
                    );
                }
            }
        }
        assert!(!is_token_all(b""));
    }

    #[test]
    fn is_word_ignores_only_case() {
        assert!(is_word(b"Content-LENGTH", b"content-length"));
        assert!(!is_word(b"Content_Length", b"content-length"));
        assert!(!is_word(b"Content-Lengt", b"content-length"));
        for (byte, other) in (b' '..=b'~').flat_map(|a| (b'a'..=b'z').map(move |b| (a, b))) {
            assert_eq!(is_word(&[byte], &[other]), byte.eq_ignore_ascii_case(&other));
        }
        let lower = *b"transfer-encoding";
        for at in 0..lower.len() {
            let mut other = lower;
            other[at] = b'x';
            assert!(!is_word(&other, &lower), "{at}");
        }
    }

    #[test]
    fn token_characters_are_those_of_rfc_9110() {
        let tokens: Vec<u8> = (0..=255).filter(|byte| is_token(*byte)).collect();
        assert_eq!(
            tokens,
            b"!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~"
        );
    }
}
