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
use hiding::{Replacement, then};
use url::Reading;

/// Hides the secrets of text with URLs.
#[inline]
pub(super) fn hide_in_text(text: &[u8], reading: Reading) -> Cow<'_, [u8]> {
    // Where every value is secret, its key is not searched for.
    match reading.every || marks::text_may_have_secret(text) {
        true => then(url::hide(text, reading), |text| jwt::hide(text, reading.replacement)),
        false => Cow::Borrowed(text),
    }
}

/// Hides the secrets of the value of a field that has no URLs usually. In it, a semicolon alone does not make a URL.
fn hide_in_value(value: &[u8], reading: Reading) -> Cow<'_, [u8]> {
    match value.iter().any(|byte| b"?#&%@".contains(byte)) {
        true => hide_in_text(value, reading),
        false => jwt::hide(value, reading.replacement),
    }
}

/// Returns whether all of a field is shown, as of most fields. If not, its value may still have no secret.
#[inline(never)]
pub(super) fn shows_all(name: &[u8], value: &[u8]) -> bool {
    fields::field(name) == FieldKind::Plain && !marks::value_may_have_secret(value)
}

/// Hides the secrets of schemes and their parameters.
fn hide_in_challenge(value: &[u8], replacement: Replacement) -> Cow<'_, [u8]> {
    let hidden = challenge::hide(value, replacement);
    then(hidden, |value| hide_in_text(value, Reading::prose(replacement)))
}

/// Hides the secrets of the value of a field of this kind.
pub(super) fn hide_in_field(
    kind: FieldKind,
    value: &[u8],
    replacement: Replacement,
) -> Cow<'_, [u8]> {
    match kind {
        FieldKind::Plain => hide_in_value(value, Reading::prose(replacement)),
        FieldKind::Links => hide_in_text(value, Reading::prose(replacement)),
        FieldKind::Url => hide_in_text(value, Reading::url(replacement)),
        FieldKind::Challenge => hide_in_challenge(value, replacement),
        FieldKind::Credential => replacement.of(value),
    }
}
