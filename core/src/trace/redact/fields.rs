//! The names of fields whose values are secret, or have secrets.

/// How the value of a field is redacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// It may contain URLs and tokens like any text.
    Plain,
    /// It is a credential as a whole.
    Credential,
    /// It consists of authentication schemes and their parameters.
    Challenge,
    /// It is a URL, or ends with one.
    Url,
    /// It consists of URLs in angle brackets and their parameters.
    Links,
}

use FieldKind::{Challenge, Credential, Links, Plain, Url};

/// The fields whose kind does not follow from the end of their names, by the length of their names. Those that are
/// plain end like secrets and are not: identifiers of a cache or a request, positions in a listing, and the nonce of
/// a WebSocket.
const FIELDS: [(&str, FieldKind); 41] = [
    ("jwt", Credential),
    ("key", Credential),
    ("otp", Credential),
    ("auth", Credential),
    ("dpop", Credential),
    ("link", Links),
    ("token", Credential),
    ("apikey", Credential),
    ("cookie", Credential),
    ("secret", Credential),
    ("cookie2", Credential),
    ("referer", Url),
    ("refresh", Url),
    ("session", Credential),
    ("location", Url),
    ("password", Credential),
    ("cache-key", Plain),
    ("sessionid", Credential),
    ("signature", Credential),
    ("sourcemap", Url),
    ("next-token", Plain),
    ("session-id", Credential),
    ("set-cookie", Credential),
    ("destination", Url),
    ("set-cookie2", Credential),
    ("x-cache-key", Plain),
    ("x-sourcemap", Url),
    ("x-next-token", Plain),
    ("authorization", Credential),
    ("surrogate-key", Plain),
    ("authentication", Credential),
    ("idempotency-key", Plain),
    ("next-page-token", Plain),
    ("www-authenticate", Challenge),
    ("x-amzn-oidc-data", Credential),
    ("sec-websocket-key", Plain),
    ("x-idempotency-key", Plain),
    ("continuation-token", Plain),
    ("proxy-authenticate", Challenge),
    ("authentication-info", Challenge),
    ("x-continuation-token", Plain),
];

/// How the names of fields end that have secret values, URLs or challenges, by length.
const FIELD_ENDINGS: [(&str, FieldKind); 30] = [
    ("-jwt", Credential),
    ("-key", Credential),
    ("-otp", Credential),
    ("-uri", Url),
    ("-url", Url),
    ("-auth", Credential),
    ("-hmac", Credential),
    ("token", Credential),
    ("-nonce", Credential),
    ("apikey", Credential),
    ("secret", Credential),
    ("-cookie", Credential),
    ("-passwd", Credential),
    ("-session", Credential),
    ("password", Credential),
    ("-location", Url),
    ("-redirect", Url),
    ("accesskey", Credential),
    ("secretkey", Credential),
    ("sessionid", Credential),
    ("-assertion", Credential),
    ("-signature", Credential),
    ("-credential", Credential),
    ("-session-id", Credential),
    ("-credentials", Credential),
    ("-hmac-sha256", Credential),
    ("-authenticate", Challenge),
    ("-authorization", Credential),
    ("-signature-256", Credential),
    ("-authentication-info", Challenge),
];

/// The places in [`FIELDS`] where names of each length begin.
const STARTS: [usize; 34] = {
    let mut starts = [0; 34];
    let mut length = 0;
    while length < starts.len() {
        while starts[length] < FIELDS.len() && FIELDS[starts[length]].0.len() < length {
            starts[length] += 1;
        }
        length += 1;
    }
    starts
};

/// The last letters of the names and endings above: for each last one, the letters as bits that the second, third and
/// fifth from the end may be. Most fields end otherwise.
static LAST_LETTERS: [[u32; 3]; 32] = {
    const fn add(letters: &mut [[u32; 3]; 32], name: &[u8]) {
        let last = (name[name.len() - 1] & 31) as usize;
        let mut index = 0;
        while index < 3 {
            letters[last][index] |= match name.len().checked_sub([2, 3, 5][index]) {
                None => u32::MAX,
                Some(place) if name[place] == b'-' => bit(b'-') | bit(b'_'),
                Some(place) => bit(name[place]),
            };
            index += 1;
        }
    }
    let mut letters = [[0; 3]; 32];
    let mut index = 0;
    while index < FIELDS.len() {
        add(&mut letters, FIELDS[index].0.as_bytes());
        index += 1;
    }
    index = 0;
    while index < FIELD_ENDINGS.len() {
        add(&mut letters, FIELD_ENDINGS[index].0.as_bytes());
        index += 1;
    }
    letters
};

const fn bit(letter: u8) -> u32 {
    1 << (letter & 31)
}

/// Returns how the value of a field is redacted, unless users add or remove its name.
#[inline]
pub(crate) fn known_field(name: &[u8]) -> FieldKind {
    let [before @ .., third, second, last] = name else { return Plain };
    let [seconds, thirds, fifths] = LAST_LETTERS[usize::from(last & 31)];
    if seconds & bit(*second) == 0 || thirds & bit(*third) == 0 {
        return Plain;
    }
    match before {
        [.., fifth, _] if fifths & bit(*fifth) == 0 => Plain,
        _ => listed_field(name),
    }
}

#[inline(never)]
fn listed_field(name: &[u8]) -> FieldKind {
    let same_length = match STARTS.get(name.len()..name.len() + 2) {
        Some([start, end]) => &FIELDS[*start..*end],
        _ => &[],
    };
    let is_whole = |(known, _): &&(&str, FieldKind)| is_same_field(name, known);
    let is_end = |(end, _): &&(&str, FieldKind)| {
        name.len() > end.len() && is_same_field(&name[name.len() - end.len()..], end)
    };
    // Most names that come here are too short to have an ending and a beginning.
    let endings = if name.len() > FIELD_ENDINGS[0].0.len() { &FIELD_ENDINGS[..] } else { &[] };
    let listed = same_length.iter().find(is_whole).or_else(|| endings.iter().find(is_end));
    listed.map_or(Plain, |(_, kind)| *kind)
}

/// Returns whether a name is that of a field, whose hyphens gateways may replace by underscores.
fn is_same_field(name: &[u8], known: &str) -> bool {
    let lower = |byte: &u8| if *byte == b'_' { b'-' } else { byte.to_ascii_lowercase() };
    name.len() == known.len() && name.iter().map(lower).rev().eq(known.bytes().rev())
}

/// Returns how the value of a field is redacted.
pub(in crate::trace) fn field(name: &[u8]) -> FieldKind {
    #[cfg(feature = "std")]
    if let Some(is_secret) = super::custom::is_secret(name) {
        return if is_secret { Credential } else { Plain };
    }
    known_field(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_fields_are_found() {
        for (name, kind) in FIELDS {
            assert_eq!(
                known_field(name.to_uppercase().replace('-', "_").as_bytes()),
                kind,
                "{name}"
            );
        }
        assert_eq!(known_field(&[b'a'; 100]), Plain);
    }
}
