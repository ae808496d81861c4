//! Entity tags (RFC 9110 section 8.8.3).

use std::fmt::{self, Write as _};

/// An entity tag, which tells one version of a content from another.
///
/// ```
/// use limpid_io::files::EntityTag;
///
/// assert_eq!(EntityTag::strong("1-a").to_string(), r#""1-a""#);
/// assert_eq!(EntityTag::weak("1-a").to_string(), r#"W/"1-a""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag {
    opaque: Vec<u8>,
    is_weak: bool,
}

impl EntityTag {
    /// Creates a tag that changes with every byte of the content. Characters that a tag cannot have (quotes, spaces and
    /// controls) are percent-encoded.
    #[must_use]
    pub fn strong(text: &str) -> Self {
        let mut opaque = String::with_capacity(text.len());
        for c in text.chars() {
            match u32::from(c) {
                0x21 | 0x23..=0x7e | 0x80.. if c != '%' => opaque.push(c),
                // Writing to a string does not fail.
                code => drop(write!(opaque, "%{code:02X}")),
            }
        }
        Self { opaque: opaque.into(), is_weak: false }
    }

    /// Creates a tag as [`strong`](Self::strong) does, which may stay the same when the content changes in a way that does
    /// not matter. Ranges are never combined by it.
    #[must_use]
    pub fn weak(text: &str) -> Self {
        Self { is_weak: true, ..Self::strong(text) }
    }

    /// Compares tags by strong comparison (RFC 9110 section 8.8.3.2).
    pub(super) fn is_same(&self, other: &Self) -> bool {
        !self.is_weak && self == other
    }

    /// Compares tags by weak comparison.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        self.opaque == other.opaque
    }

    /// Reads a tag at the start of `text`. Returns it with the rest.
    pub(super) fn parse(text: &[u8]) -> Option<(Self, &[u8])> {
        let (is_weak, quoted) = match text.strip_prefix(b"W/") {
            Some(quoted) => (true, quoted),
            None => (false, text),
        };
        let inner = quoted.strip_prefix(b"\"")?;
        let end = inner.iter().position(|byte| *byte == b'"')?;
        let (opaque, rest) = inner.split_at(end);
        let is_valid = |byte: &u8| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..);
        let tag = Self { opaque: opaque.to_vec(), is_weak };
        opaque.iter().all(is_valid).then_some((tag, &rest[1..]))
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weak = if self.is_weak { "W/" } else { "" };
        write!(f, "{weak}\"{}\"", String::from_utf8_lossy(&self.opaque))
    }
}

/// Reads a list of tags. One that is not valid ends it.
pub(super) fn list(mut text: &[u8]) -> impl Iterator<Item = EntityTag> {
    std::iter::from_fn(move || {
        let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b','))?;
        let (tag, rest) = EntityTag::parse(&text[start..])?;
        text = rest;
        Some(tag)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_has_tags_with_commas_and_ends_at_what_is_not_valid() {
        let read = |text: &str| {
            list(text.as_bytes()).map(|tag| tag.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(read(r#""a", W/"b" ,,"c,d""#), r#""a" W/"b" "c,d""#);
        assert_eq!(read(r#""a", b, "c""#), r#""a""#);
        assert_eq!(read(r#""a b""#), "");
        assert_eq!(read("w/\"a\""), "");
    }

    #[test]
    fn tag_has_no_character_that_ends_it() {
        let tag = EntityTag::strong("a\"b c\r\n%\u{e9}");
        assert_eq!(tag.to_string(), "\"a%22b%20c%0D%0A%25\u{e9}\"");
        assert_eq!(EntityTag::parse(tag.to_string().as_bytes()), Some((tag, &b""[..])));
    }
}
