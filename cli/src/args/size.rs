//! Sizes.

/// Reads a number of bytes, which may end with b, k, M or G, as in curl.
pub(super) fn read(text: &str) -> Result<u64, &'static str> {
    let (digits, power) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 2),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 3),
        Some(b'b' | b'B') => (&text[..text.len() - 1], 0),
        _ => (text, 0),
    };
    let number: u64 = digits.parse().map_err(|_| "write a number of bytes, such as 100k or 2M")?;
    number.checked_mul(1024_u64.pow(power)).ok_or("the number of bytes is too large")
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn size_may_have_a_unit() {
        assert_eq!((read("7"), read("2k"), read("3M")), (Ok(7), Ok(2048), Ok(3 << 20)));
        assert_eq!((read("1G"), read("1b")), (Ok(1 << 30), Ok(1)));
        for wrong in ["", "k", "1.5k", "-1", "1x", "18446744073709551615k"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
