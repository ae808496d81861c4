//! Authentication schemes and their parameters (RFC 9110 section 11), as in `WWW-Authenticate`.

use alloc::borrow::Cow;
use core::ops::Range;

use super::hiding::{Hiding, Replacement};
use super::keys;

/// Parameters whose values are hidden, beside those with the names of secret query keys: those of Digest (RFC 7616),
/// of SCRAM (RFC 7804), and of `PrivateToken` and HOBA.
const SECRET_PARAMETERS: [&str; 9] =
    ["nonce", "nextnonce", "cnonce", "opaque", "response", "rspauth", "data", "sid", "challenge"];

/// The longest word that may be the name of a scheme.
const LONGEST_SCHEME: usize = 20;

/// The longest word that may be the name of a parameter.
const LONGEST_PARAMETER: usize = 32;

/// Hides tokens after the name of a scheme, and the values of secret parameters.
pub(super) fn hide(value: &[u8], replacement: Replacement) -> Cow<'_, [u8]> {
    let mut hiding = Hiding::new(value, replacement);
    let (mut at, mut expects_scheme) = (0, true);
    while let Some(byte) = value.get(at) {
        match byte {
            b',' => {
                expects_scheme = true;
                at += 1;
            }
            b' ' | b'\t' | b'"' => at += 1,
            _ => {
                at = word(value, at, expects_scheme, &mut hiding);
                expects_scheme = false;
            }
        }
    }
    hiding.finish()
}

/// Hides what is secret of the scheme, token or parameter at `start`, and returns its end.
fn word(value: &[u8], start: usize, expects_scheme: bool, hiding: &mut Hiding<'_>) -> usize {
    let end = run(value, start, |byte| !matches!(byte, b' ' | b'\t' | b',' | b'='));
    if let Some(parameter) = parameter(value, end).filter(|_| end > start) {
        let (name, parameter_end) = (&value[start..end], parameter.end);
        if !is_name(name) {
            hiding.hide(start..parameter_end);
        } else if is_secret(name) {
            hiding.hide(parameter);
        }
        return parameter_end;
    }
    // Padding belongs to a token.
    let padded = run(value, end, |byte| byte == b'=');
    if !expects_scheme || padded > end || end - start > LONGEST_SCHEME {
        hiding.hide(start..padded);
    }
    padded
}

/// Returns where the value of the parameter is whose name ends at `name_end`, without its quotation marks.
fn parameter(value: &[u8], name_end: usize) -> Option<Range<usize>> {
    let is_space = |byte| matches!(byte, b' ' | b'\t');
    let equals = run(value, name_end, is_space);
    if value.get(equals) != Some(&b'=') {
        return None;
    }
    let start = run(value, equals + 1, is_space);
    match value.get(start)? {
        b'"' => {
            let mut end = start + 1;
            while let Some(byte) = value.get(end).filter(|byte| **byte != b'"') {
                end += if *byte == b'\\' { 2 } else { 1 };
            }
            Some(start + 1..end.min(value.len()))
        }
        // The equals sign is padding.
        b',' | b'=' => None,
        _ if start > equals + 1 => None,
        _ => Some(start..run(value, start, |byte| !matches!(byte, b' ' | b'\t' | b','))),
    }
}

/// Returns whether a word may be the name of a parameter, and is not a token with an equals sign in it.
fn is_name(word: &[u8]) -> bool {
    word.len() <= LONGEST_PARAMETER
        && word
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'*' | b'.'))
}

fn is_secret(parameter: &[u8]) -> bool {
    SECRET_PARAMETERS.iter().any(|known| parameter.eq_ignore_ascii_case(known.as_bytes()))
        || keys::is_secret_key(parameter)
}

/// Returns where the bytes end that fulfil a condition.
fn run(value: &[u8], start: usize, is_in: impl Fn(u8) -> bool) -> usize {
    start + value[start..].iter().take_while(|byte| is_in(**byte)).count()
}
