//! Masks: received bytes whose secrets are overwritten in place, for files that contain bytes.
//!
//! What is secret is what a [`Capture`] hides; the policy is the same. A mask keeps the length and everything that
//! decides how the bytes are read: names, colons, white space, line ends, the fields of framing, the parts of a URL, and
//! bytes that break a rule. So masked bytes are read as the originals are.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::capture::{Capture, SHORT_CHUNK_LINE, field_name};
use super::redact::fields::{self, FieldKind};
use super::redact::hiding::{MASK, Replacement};
use super::redact::url::Reading;
use super::redact::{hide_in_field, hide_in_text, shows_all};
use crate::fields::{FieldBlock, Fields};
use crate::wire::token;

/// Fields that decide how a message or the connection is read. They contain no secrets, whatever names the program
/// adds.
const FRAMING: [&str; 13] = [
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Which bytes of a value are overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rewriting {
    /// Those that the value of a field may have, except for white space.
    Value,
    /// Those that a token has: a line that is invalid for another byte remains so.
    Token,
    /// Those of a target, except for the ones that separate its parts.
    Target,
    /// Those that a URL keeps when it is normalised. An escape remains one, so that the decoded length remains too.
    Url,
}

/// The number of bytes by which the protocol of a line is known, if it is not HTTP.
const PROTOCOL_LEN: usize = 4;

impl Capture {
    /// Masks the secrets of a head, or of the begin of one, which may be invalid. Of a last line without its end, all of
    /// the value is masked.
    pub fn mask_head(self, head: &mut [u8]) {
        if !self.shows_secrets() {
            self.mask_lines(head, true);
        }
    }

    /// Masks the secrets of field lines, such as a trailer section.
    pub fn mask_trailers(self, section: &mut [u8]) {
        if !self.shows_secrets() {
            self.mask_lines(section, false);
        }
    }

    /// Masks the begin of a line of a body's framing, which may be data of the body if it is invalid.
    pub fn mask_framing(self, line: &mut [u8]) {
        if !self.shows_bytes() {
            overwrite(line.get_mut(SHORT_CHUNK_LINE..).unwrap_or_default(), Rewriting::Token);
        }
    }

    /// Masks the secrets of the value of a field.
    pub fn mask_field(self, name: &[u8], value: &mut [u8]) {
        let is = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
        if self.shows_secrets()
            || FRAMING.iter().any(is)
            || self == Self::Default && shows_all(name, value)
        {
            return;
        }
        let is_hidden = self == Self::Redacted && !self.shows_field(name);
        let kind = if is_hidden { FieldKind::Credential } else { fields::field(name) };
        if is(&"location") {
            // A redirect to it is followed.
            let every = kind == FieldKind::Credential;
            let reading = Reading { every, ..Reading::url(Replacement::Mask) };
            rewrite(value, 0, Rewriting::Url, |value| hide_in_text(value, reading));
        } else {
            // The host is not secret, only what may stand before it.
            let kind = if is(&"host") { FieldKind::Plain } else { kind };
            rewrite(value, 0, Rewriting::Value, |value| {
                hide_in_field(kind, value, Replacement::Mask)
            });
        }
    }

    /// Returns these fields with their secrets masked.
    #[must_use]
    pub fn masked_fields(self, fields: Fields<'_>) -> FieldBlock {
        let mut block = FieldBlock::new();
        for field in fields {
            let mut value = field.value.to_vec();
            self.mask_field(field.name, &mut value);
            block.push(field.name, &value);
        }
        block
    }

    /// Masks the secrets of a reason phrase.
    pub fn mask_phrase(self, phrase: &mut [u8]) {
        if !self.shows_secrets() {
            let prose = Reading::prose(Replacement::Mask);
            rewrite(phrase, 0, Rewriting::Value, |phrase| hide_in_text(phrase, prose));
        }
    }

    /// Masks the secrets of a normal URL. What is masked is another normal URL with the same parts.
    pub fn mask_url(self, url: &mut [u8]) {
        if !self.shows_secrets() {
            rewrite(url, 0, Rewriting::Url, |url| hide_in_text(url, self.masked_url()));
        }
    }

    /// Masks the secrets of a request target.
    pub fn mask_target(self, target: &mut [u8]) {
        if !self.shows_secrets() {
            self.mask_text(target, 0, Rewriting::Target);
        }
    }

    const fn masked_url(self) -> Reading {
        Reading { every: matches!(self, Self::Redacted), ..Reading::url(Replacement::Mask) }
    }

    fn mask_lines(self, mut rest: &mut [u8], mut has_start_line: bool) {
        while !rest.is_empty() {
            let mut end = line_len(rest);
            // A folded value goes on in the next line.
            while !has_start_line && matches!(rest.get(end), Some(b' ' | b'\t')) {
                end += line_len(&rest[end..]);
            }
            let (line, after) = rest.split_at_mut(end);
            let is_complete = line.ends_with(b"\n");
            let is_blank = line.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
            if !has_start_line {
                self.mask_line(line, is_complete);
            } else if !is_blank {
                self.mask_start_line(line, is_complete);
                has_start_line = false;
            }
            rest = after;
        }
    }

    fn mask_start_line(self, line: &mut [u8], is_complete: bool) {
        let space = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        if line.starts_with(b"HTTP/") {
            let prose = Reading::prose(Replacement::Mask);
            rewrite(line, space, Rewriting::Value, |line| hide_in_text(line, prose));
        } else if field_name(line).is_some() {
            self.mask_line(line, is_complete);
        } else if is_complete {
            let has_version = memchr::memmem::find(line, b" HTTP/").is_some();
            self.mask_text(line, if has_version { space } else { PROTOCOL_LEN }, Rewriting::Target);
        } else {
            // The end of the target is not known, nor whether a secret ends there.
            overwrite(
                line.get_mut(space.min(PROTOCOL_LEN)..).unwrap_or_default(),
                Rewriting::Target,
            );
        }
    }

    /// Masks a line that is not a start line, or a start line without a status.
    fn mask_line(self, line: &mut [u8], is_complete: bool) {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            // It continues a value whose field is not known.
            return overwrite(line, Rewriting::Value);
        }
        let known = field_name(line).map(|name| name.trim_ascii().len());
        let name_len = line.iter().take_while(|byte| token::is_token(**byte)).count();
        // A tolerance permits white space before the colon.
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
        let colon = name_len + line[name_len..].iter().take_while(is_blank).count();
        let (before, value) = line.split_at_mut(colon);
        match (known, value) {
            // A name that only begins like that of a credential.
            (Some(known), [b':', value @ ..]) if known < name_len => {
                overwrite(value, Rewriting::Value);
            }
            (Some(_), [b':', value @ ..]) => {
                let name = &before[..name_len];
                self.mask_field(name, value);
                let is = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
                if !is_complete && !FRAMING.iter().any(is) {
                    overwrite(value, Rewriting::Value);
                }
            }
            // A name before `://` remains a name.
            (None, [b':', ..]) => self.mask_text(line, colon, Rewriting::Token),
            (None, _) => self.mask_text(line, 0, Rewriting::Token),
            // The colon is missing, or stands further back.
            (Some(known), _) => overwrite(&mut line[known..], Rewriting::Token),
        }
    }

    /// Masks a target, or a line with one, except for the bytes at the start that are `kept`.
    fn mask_text(self, line: &mut [u8], kept: usize, rewriting: Rewriting) {
        if core::str::from_utf8(line).is_ok() {
            rewrite(line, kept, rewriting, |line| hide_in_text(line, self.masked_url()));
        } else {
            // A URL cannot be located in a line that is not text. The version is not of it.
            let version = memchr::memmem::rfind(line, b" HTTP/").unwrap_or(line.len());
            overwrite(line.get_mut(kept..version).unwrap_or_default(), rewriting);
        }
    }
}

/// Returns the length of the first line, with its end.
fn line_len(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)
}

/// Overwrites the bytes that `hide` overwrites with [`MASK`] and that can be rewritten, except for those at the start
/// that are `kept`.
fn rewrite(
    value: &mut [u8],
    kept: usize,
    rewriting: Rewriting,
    hide: impl for<'v> Fn(&'v [u8]) -> Cow<'v, [u8]>,
) {
    let start = value.len() - value.trim_ascii_start().len();
    let end = value.trim_ascii_end().len().max(start);
    let value = &mut value[start..end];
    // The line ends of a folded value are read as spaces.
    let masked = match value.iter().any(u8::is_ascii_control) {
        false => into_masked(hide(value)),
        true => {
            let blank = |byte: &u8| if byte.is_ascii_control() { b' ' } else { *byte };
            into_masked(hide(&value.iter().map(blank).collect::<Vec<u8>>()))
        }
    };
    let Some(masked) = masked.filter(|masked| masked.len() == value.len()) else { return };
    let mut at = kept.saturating_sub(start);
    while at < value.len() {
        let len = match masked[at..] {
            [MASK, ..] => overwrite_at(&mut value[at..], rewriting),
            _ => 1,
        };
        at += len;
    }
}

fn into_masked(shown: Cow<'_, [u8]>) -> Option<Vec<u8>> {
    match shown {
        Cow::Owned(masked) => Some(masked),
        Cow::Borrowed(_) => None,
    }
}

/// Overwrites all bytes that can be rewritten.
fn overwrite(value: &mut [u8], rewriting: Rewriting) {
    let mut at = 0;
    while at < value.len() {
        at += overwrite_at(&mut value[at..], rewriting);
    }
}

/// Overwrites the first byte, or the escape that it begins. Returns how many bytes were handled.
fn overwrite_at(value: &mut [u8], rewriting: Rewriting) -> usize {
    let Some(first) = value.first_mut() else { return 1 };
    let is_rewritten = match rewriting {
        Rewriting::Token => token::is_token(*first),
        Rewriting::Value => !first.is_ascii_control() && *first != b' ',
        Rewriting::Target => {
            first.is_ascii_graphic()
                && !matches!(first, b':' | b'/' | b'?' | b'#' | b'@' | b'[' | b']')
        }
        Rewriting::Url if *first == b'%' => {
            if let [_, high, low, ..] = value
                && high.is_ascii_hexdigit()
                && low.is_ascii_hexdigit()
            {
                (*high, *low) = (b'2', b'A');
                return 3;
            }
            return 1;
        }
        Rewriting::Url => first.is_ascii_alphanumeric() || b"-._~!$&'()*+,".contains(first),
    };
    if is_rewritten {
        *first = MASK;
    }
    1
}
