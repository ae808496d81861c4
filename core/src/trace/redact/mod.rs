//! What is secret in fields, URLs and other text.

mod challenge;
#[cfg(feature = "std")]
pub(super) mod custom;
pub(super) mod fields;
pub(super) mod hiding;
mod jwt;
mod key_name;
mod keys;
mod marks;
pub(super) mod url;

use alloc::borrow::Cow;

use fields::FieldKind;
use hiding::then;
use url::Reading;

/// Hides the secrets of text with URLs.
#[inline]
pub(super) fn hide_in_text(text: &[u8], reading: Reading) -> Cow<'_, [u8]> {
    // Where every value is secret, its key is not searched for.
    match reading.every || marks::text_may_have_secret(text) {
        true => then(url::hide(text, reading), jwt::hide),
        false => Cow::Borrowed(text),
    }
}

/// Hides the secrets of the value of a field that has no URLs usually. In it, a semicolon alone does not make a URL.
pub(super) fn hide_in_value(value: &[u8], reading: Reading) -> Cow<'_, [u8]> {
    match value.iter().any(|byte| b"?#&%@".contains(byte)) {
        true => hide_in_text(value, reading),
        false => jwt::hide(value),
    }
}

/// Returns whether all of a field is shown, as of most fields. If not, its value may still have no secret.
#[inline(never)]
pub(super) fn shows_all(name: &[u8], value: &[u8]) -> bool {
    fields::field(name) == FieldKind::Plain && !marks::value_may_have_secret(value)
}

/// Hides the secrets of schemes and their parameters.
pub(super) fn hide_in_challenge(value: &[u8]) -> Cow<'_, [u8]> {
    let reading = Reading { prose: true, every: false };
    then(challenge::hide(value), |value| hide_in_text(value, reading))
}
