//! Percent-encoding (RFC 3986 section 2.1).

/// Returns the bytes with their escapes decoded; what is not an escape is kept.
pub(crate) fn decoded(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        let (first, after) = rest.split_first()?;
        let escaped = match rest {
            [b'%', high, low, ..] => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        rest = if escaped.is_some() { &rest[3..] } else { after };
        Some(escaped.unwrap_or(*first))
    })
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
