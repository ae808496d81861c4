//! JSON Web Tokens (RFC 7519), which are found by their shape.

use alloc::borrow::Cow;

use super::hiding::{Hiding, Replacement};
use super::marks;

/// Hides each JSON Web Token: parts in base64url that dots separate, the first of which is the beginning of a
/// JSON object. A dot may be percent-encoded.
pub(super) fn hide(text: &[u8], replacement: Replacement) -> Cow<'_, [u8]> {
    match marks::may_have_token(text) {
        true => hide_tokens(text, replacement),
        false => Cow::Borrowed(text),
    }
}

#[cold]
fn hide_tokens(text: &[u8], replacement: Replacement) -> Cow<'_, [u8]> {
    let mut hiding = Hiding::new(text, replacement);
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'e', &text[at..]) {
        at += found;
        if !begins_object(&text[at..]) {
            at += 1;
            continue;
        }
        at = match token_end(text, at) {
            Ok(end) => {
                hiding.hide(at..end);
                end
            }
            Err(end) => end,
        };
    }
    hiding.finish()
}

/// Returns the end of the token whose first part begins here, or the end of this part if no token follows. None begins
/// within the part either.
fn token_end(text: &[u8], start: usize) -> Result<usize, usize> {
    let first_end = part_end(text, start);
    let (mut end, mut at, mut parts) = (first_end, first_end, 1);
    while let Some(next) = after_dot(text, at) {
        at = part_end(text, next);
        parts += 1;
        // The third part may be empty (RFC 7519 section 6.1), and the second one too (RFC 7515 appendix F). Other
        // dots at the end are not of the token.
        if at > next || parts == 3 {
            end = at;
        }
    }
    if parts >= 3 { Ok(end) } else { Err(first_end) }
}

/// Returns whether base64url text decodes to a brace and, after white space or not, a quotation mark.
const fn begins_object(text: &[u8]) -> bool {
    // `{` is "e" and a half of the next character. A further character has the rest of the second byte.
    match text {
        // A quotation mark or a space.
        [b'e', b'y', b'I'..=b'L' | b'A'..=b'D', ..] => true,
        // A tab or a line end.
        [b'e', b'w', b'k'..=b'r' | b'0'..=b'3', ..] => true,
        _ => false,
    }
}

fn part_end(text: &[u8], start: usize) -> usize {
    start + text[start..].iter().take_while(|byte| is_of_part(byte)).count()
}

const fn is_of_part(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=')
}

fn after_dot(text: &[u8], at: usize) -> Option<usize> {
    match &text[at..] {
        [b'.', ..] => Some(at + 1),
        [b'%', b'2', b'e' | b'E', ..] => Some(at + 3),
        _ => None,
    }
}
