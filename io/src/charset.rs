//! Charsets of text.

#[cfg(feature = "charset")]
use encoding_rs::Encoding;

/// The charset of a text, by the names of the Encoding standard of the WHATWG.
///
/// Without the feature `charset`, UTF-8 is known, and windows-1252, which `iso-8859-1` and `us-ascii` mean as well.
/// Other charsets are then read as UTF-8.
///
/// ```
/// use limpid_io::Charset;
///
/// let charset = Charset::of(Some(b"text/plain; charset=ISO-8859-1"));
/// assert_eq!(charset.decode(b"caf\xe9".to_vec()), "café");
/// assert_eq!(Charset::of(None).decode("café".into()), "café");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(Known);

#[cfg(feature = "charset")]
type Known = &'static Encoding;

#[cfg(feature = "charset")]
const UTF_8: Known = encoding_rs::UTF_8;

#[cfg(not(feature = "charset"))]
use without_tables::Known;

#[cfg(not(feature = "charset"))]
const UTF_8: Known = Known::Utf8;

impl Charset {
    /// Returns the charset that this value of a Content-Type field names. Without a known one, it is UTF-8.
    #[must_use]
    pub fn of(content_type: Option<&[u8]>) -> Self {
        let named = content_type.and_then(parameter).map(<[u8]>::trim_ascii);
        #[cfg(feature = "charset")]
        let known = named.and_then(Encoding::for_label_no_replacement);
        #[cfg(not(feature = "charset"))]
        let known = named.and_then(Known::for_label);
        Self(known.unwrap_or(UTF_8))
    }

    /// Decodes a text. A byte order mark of UTF-8 or UTF-16 takes precedence, and is removed. Invalid bytes are replaced
    /// by U+FFFD.
    #[must_use]
    pub fn decode(self, bytes: Vec<u8>) -> String {
        let has_mark =
            matches!(&*bytes, [0xef, 0xbb, 0xbf, ..] | [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
        if self.0 == UTF_8 && !has_mark {
            return String::from_utf8(bytes)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        }
        #[cfg(feature = "charset")]
        return self.0.decode(&bytes).0.into_owned();
        #[cfg(not(feature = "charset"))]
        return self.0.decode(&bytes);
    }
}

/// Returns the parameter `charset` of a media type.
fn parameter(media_type: &[u8]) -> Option<&[u8]> {
    media_type.split(|byte| *byte == b';').skip(1).find_map(|parameter| {
        let equals = parameter.iter().position(|byte| *byte == b'=')?;
        let (name, value) = (parameter.get(..equals)?, parameter.get(equals + 1..)?);
        let value = value.trim_ascii();
        let unquoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
        name.trim_ascii().eq_ignore_ascii_case(b"charset").then(|| unquoted.unwrap_or(value))
    })
}

/// What is decoded without the tables of the feature `charset`.
#[cfg(not(feature = "charset"))]
mod without_tables {
    /// The known charsets.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Known {
        Utf8,
        Windows1252,
    }

    /// The labels of windows-1252, in the Encoding standard.
    const WINDOWS_1252: [&str; 17] = [
        "ansi_x3.4-1968",
        "ascii",
        "cp1252",
        "cp819",
        "csisolatin1",
        "ibm819",
        "iso-8859-1",
        "iso-ir-100",
        "iso8859-1",
        "iso88591",
        "iso_8859-1",
        "iso_8859-1:1987",
        "l1",
        "latin1",
        "us-ascii",
        "windows-1252",
        "x-cp1252",
    ];

    /// The characters of windows-1252 from 0x80 to 0x9f. All others are those of ISO-8859-1.
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];

    impl Known {
        pub(super) fn for_label(label: &[u8]) -> Option<Self> {
            let is = |known: &str| label.eq_ignore_ascii_case(known.as_bytes());
            WINDOWS_1252.into_iter().any(is).then_some(Self::Windows1252)
        }

        pub(super) fn decode(self, bytes: &[u8]) -> String {
            match (bytes, self) {
                ([0xef, 0xbb, 0xbf, text @ ..], _) => String::from_utf8_lossy(text).into_owned(),
                ([0xff, 0xfe, text @ ..], _) => utf_16(text, u16::from_le_bytes),
                ([0xfe, 0xff, text @ ..], _) => utf_16(text, u16::from_be_bytes),
                (text, Self::Utf8) => String::from_utf8_lossy(text).into_owned(),
                (text, Self::Windows1252) => text.iter().map(|byte| windows_1252(*byte)).collect(),
            }
        }
    }

    fn windows_1252(byte: u8) -> char {
        let high = byte.checked_sub(0x80).and_then(|index| HIGH.get(usize::from(index)));
        high.copied().unwrap_or(byte.into())
    }

    fn utf_16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> String {
        let (pairs, rest) = bytes.as_chunks();
        let units = pairs.iter().map(|pair| unit(*pair));
        let mut text: String = char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        if !rest.is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(content_type: &str, bytes: &[u8]) -> String {
        Charset::of(Some(content_type.as_bytes())).decode(bytes.to_vec())
    }

    #[test]
    fn charset_of_content_type_decodes_text() {
        for (content_type, bytes, text) in [
            ("text/html", &b"caf\xc3\xa9"[..], "café"),
            ("text/html; charset=utf-8", b"caf\xc3\xa9", "café"),
            ("text/html; charset=ISO-8859-1", b"caf\xe9", "café"),
            ("text/html; charset=us-ascii", b"caf\xe9", "café"),
            ("text/html;a=b; Charset = \"latin1\"", b"\x80 caf\xe9", "€ café"),
            ("text/html; charset=unknown", b"caf\xc3\xa9", "café"),
            ("text/html; charset=", b"caf\xe9", "caf\u{fffd}"),
        ] {
            assert_eq!(decoded(content_type, bytes), text, "{content_type}");
        }
    }

    #[test]
    fn byte_order_mark_takes_precedence_and_is_removed() {
        for bytes in [
            &b"\xef\xbb\xbfcaf\xc3\xa9"[..],
            b"\xff\xfec\0a\0f\0\xe9\0",
            b"\xfe\xff\0c\0a\0f\0\xe9",
        ] {
            assert_eq!(decoded("text/html", bytes), "café", "{bytes:x?}");
            assert_eq!(decoded("text/html; charset=latin1", bytes), "café", "{bytes:x?}");
        }
        assert_eq!(decoded("text/html", b"\xff\xfea\0b"), "a\u{fffd}");
    }

    #[test]
    #[cfg(feature = "charset")]
    fn feature_has_the_charsets_of_browsers() {
        assert_eq!(decoded("text/html; charset=Shift_JIS", b"\x83n\x83\x8d\x81[",), "ハロー");
        assert_eq!(decoded("text/html; charset=koi8-r", b"\xcd\xc9\xd2"), "мир");
    }
}
