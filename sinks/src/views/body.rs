//! Bodies as views show them: decoded, and as text where they are.

use std::borrow::Cow;

use limpid_core::coding::{Codings, Decoder};
use limpid_core::fields::FieldBlock;
use limpid_core::limits::Limits;

use crate::exchanges::{Body, Field};

/// The most bytes of a decoded body.
const MOST: usize = 8 << 20;

/// Returns the captured bytes of a body without content codings, as far as they can be decoded; `None` if none were
/// captured. The flag tells whether they are still coded.
pub(super) fn decoded<'b>(body: &'b Body, fields: &[Field]) -> Option<(Cow<'b, [u8]>, bool)> {
    let bytes = body.bytes.as_deref()?;
    let is_coding = |field: &&Field| field.name.eq_ignore_ascii_case("content-encoding");
    let codings: FieldBlock = fields
        .iter()
        .filter(is_coding)
        .map(|field| (field.name.as_bytes(), field.value.as_bytes()))
        .collect();
    if body.is_decoded || codings.fields().is_empty() || bytes.is_empty() {
        return Some((Cow::Borrowed(bytes), false));
    }
    Some(match decode(bytes, &codings) {
        Some(decoded) => (Cow::Owned(decoded), false),
        None => (Cow::Borrowed(bytes), true),
    })
}

/// Decodes bytes. If they are the start of a body, the result is that too.
fn decode(mut coded: &[u8], codings: &FieldBlock) -> Option<Vec<u8>> {
    let codings = Codings::read(codings.fields()).ok()?;
    let mut decoder = Decoder::new(codings, &Limits::default())?;
    let mut decoded = Vec::new();
    while decoded.len() < MOST {
        let taken = decoder.decode(coded).ok()?;
        coded = coded.get(taken..).unwrap_or_default();
        let piece = decoder.piece();
        if piece.is_empty() {
            break;
        }
        decoded.extend_from_slice(piece);
    }
    Some(decoded)
}

/// Returns bytes as text, if they are: UTF-8 without control characters other than those of lines.
pub(super) fn as_text(bytes: &[u8]) -> Option<&str> {
    let is_text = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    str::from_utf8(bytes).ok().filter(|text| text.chars().all(is_text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &[u8]) -> Body {
        Body { bytes: Some(bytes.to_vec()), ..Body::default() }
    }

    #[test]
    fn coded_bytes_are_decoded_if_their_coding_is_known() {
        let fields =
            |value: &str| vec![Field { name: "Content-Encoding".into(), value: value.into() }];
        let coded = body(b"\xcb\x48\xcd\xc9\xc9\x07\x00");
        let (bytes, is_coded) = decoded(&coded, &fields("unknown")).unwrap();
        assert!(is_coded && bytes == coded.bytes.as_deref().unwrap());
        let (bytes, is_coded) = decoded(&coded, &[]).unwrap();
        assert!(!is_coded && bytes == coded.bytes.as_deref().unwrap());
        if let (bytes, false) = decoded(&coded, &fields("deflate")).unwrap() {
            assert_eq!(&*bytes, b"hello");
        }
        assert!(decoded(&Body::default(), &[]).is_none());
    }

    #[test]
    fn binary_data_is_no_text() {
        assert_eq!(as_text("ä\r\n\tb".as_bytes()), Some("ä\r\n\tb"));
        assert_eq!([as_text(b"\xff"), as_text(b"a\0b"), as_text(b"\x1b[m")], [None; 3]);
    }
}
