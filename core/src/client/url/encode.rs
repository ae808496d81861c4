//! Percent-encoding, and dot segments of paths.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::wire::percent;

/// The printable ASCII characters that are encoded in this part. Non-printable ones always are.
pub(super) const PATH: &str = " \"<>`{}";
pub(super) const QUERY: &str = " \"<>";
pub(super) const FRAGMENT: &str = " \"<>`";
pub(super) const USERINFO: &str = " \"<>`{}/?#;=@[\\]^|";

/// Percent-encodes `text`, except what is encoded already.
pub(super) fn encode(text: &str, encoded: &str, out: &mut String) {
    for c in text.chars() {
        if c.is_ascii_graphic() && !encoded.contains(c) {
            out.push(c);
        } else {
            percent_encode(c.encode_utf8(&mut [0; 4]).as_bytes(), out);
        }
    }
}

/// Percent-encodes each byte.
pub(in super::super) fn percent_encode(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "%{byte:02X}");
    }
}

pub(super) fn percent_decode(text: &str) -> Vec<u8> {
    percent::decoded(text.as_bytes()).collect()
}

/// Returns a path without `.` and `..` segments (RFC 3986 section 5.2.4).
pub(super) fn without_dot_segments(path: &str) -> Cow<'_, str> {
    if !path.as_bytes().windows(2).any(|pair| pair == b"/.") {
        return Cow::Borrowed(path);
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." && kept.len() > 1 {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    Cow::Owned(kept.join("/"))
}
