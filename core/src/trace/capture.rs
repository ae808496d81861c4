//! The redaction policy: what an output may show. Every sink and error uses it.

use alloc::borrow::Cow;
use alloc::string::String;
use core::str::FromStr;

use crate::error::{Cause, Misuse, MisuseError};

/// The redaction policy: how much of the traffic an output may show.
///
/// | | field values | credentials, cookies, secret query values | bytes |
/// |---|---|---|---|
/// | `Redacted` | only those that describe the message | hidden | counted |
/// | `Default` | shown | hidden | counted |
/// | `Private` | shown | shown | counted |
/// | `Everything` | shown | shown | shown |
///
/// ```
/// use limpid_core::trace::Capture;
///
/// let (url, hidden) = ("https://example.com/?token=tiger", "https://example.com/?token=[secure]");
/// assert_eq!(Capture::Default.url(url), hidden);
/// assert_eq!("private".parse::<Capture>()?.url(url), url);
/// # Ok::<(), limpid_core::trace::capture::UnknownCapture>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capture {
    /// For logs that third parties read: what happened, without any content.
    Redacted,
    /// For logs that colleagues read: everything except credentials.
    #[default]
    Default,
    /// For private use: credentials as well.
    Private,
    /// For private use: credentials and the bytes of the connection.
    Everything,
}

/// The replacement for a value that is not shown.
pub const HIDDEN: &str = "[secure]";

/// Fields whose values are credentials.
const CREDENTIAL_FIELDS: [&str; 10] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "set-cookie2",
    "x-api-key",
    "x-auth-token",
    "x-amz-security-token",
    "x-csrf-token",
    "x-goog-iam-authorization-token",
];

/// Fields whose values describe the message rather than its content.
const DESCRIPTIVE_FIELDS: [&str; 18] = [
    "accept-ranges",
    "age",
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "expires",
    "keep-alive",
    "retry-after",
    "server",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
];

/// Fields whose values are URLs, which may contain secrets.
const URL_FIELDS: [&str; 4] = ["location", "content-location", "referer", "refresh"];

/// Query keys whose values are credentials: those of OpenTelemetry's conventions, and common names of
/// tokens.
const SECRET_QUERY_KEYS: [&str; 17] = [
    "awsaccesskeyid",
    "signature",
    "sig",
    "x-goog-signature",
    "x-goog-credential",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "access_token",
    "refresh_token",
    "id_token",
    "token",
    "api_key",
    "apikey",
    "client_secret",
    "password",
    "secret",
];

impl Capture {
    /// Returns whether credentials are shown.
    #[must_use]
    pub const fn shows_secrets(self) -> bool {
        matches!(self, Self::Private | Self::Everything)
    }

    /// Returns whether the bytes of the connection are shown. If not, only their number is.
    #[must_use]
    pub const fn shows_bytes(self) -> bool {
        matches!(self, Self::Everything)
    }

    /// Returns whether the value of the field `name` is shown.
    ///
    /// ```
    /// use limpid_core::trace::Capture;
    ///
    /// assert!(!Capture::Default.shows_field(b"Cookie"));
    /// assert!(Capture::Default.shows_field(b"X-Cache"));
    /// assert!(!Capture::Redacted.shows_field(b"X-Cache"));
    /// ```
    #[must_use]
    pub fn shows_field(self, name: &[u8]) -> bool {
        let is = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
        match self {
            Self::Redacted => DESCRIPTIVE_FIELDS.iter().any(is),
            Self::Default => !CREDENTIAL_FIELDS.iter().any(is),
            Self::Private | Self::Everything => true,
        }
    }

    /// Returns the value of the field `name`, or [`HIDDEN`]. A URL with a part that must be hidden is hidden
    /// as a whole.
    ///
    /// ```
    /// use limpid_core::trace::Capture;
    ///
    /// let shown = |value| Capture::Default.field(b"Location", value);
    /// assert_eq!(shown(b"/login?next=home"), b"/login?next=home");
    /// assert_eq!(shown(b"/login?token=xyz"), b"[secure]");
    /// ```
    #[must_use]
    pub fn field<'v>(self, name: &[u8], value: &'v [u8]) -> &'v [u8] {
        if self.hides(name, value) { HIDDEN.as_bytes() } else { value }
    }

    /// Returns whether this value of the field `name` is hidden.
    fn hides(self, name: &[u8], value: &[u8]) -> bool {
        if self.shows_secrets() || !self.shows_field(name) {
            return !self.shows_secrets();
        }
        let is_url = URL_FIELDS.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
        is_url && core::str::from_utf8(value).map_or(true, |url| self.url(url) != url)
    }

    /// Returns a line of a message with its secrets hidden. The name of a field line determines what is
    /// hidden; in any other line, such as a start line, it is the URL that the line may contain.
    #[must_use]
    pub fn line(self, line: &[u8]) -> Cow<'_, [u8]> {
        if self.shows_secrets() {
            return Cow::Borrowed(line);
        }
        if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            // The line continues a value whose field name is not known here.
            return Cow::Borrowed(HIDDEN.as_bytes());
        }
        if let Some(name) = credential_prefix(line) {
            return Cow::Owned([name, b": ", HIDDEN.as_bytes()].concat());
        }
        if let Some(colon) = line.iter().position(|byte| *byte == b':')
            && let name = &line[..colon]
            && !name.iter().any(|byte| matches!(byte, b' ' | b'/' | b'?'))
        {
            if !self.hides(name.trim_ascii(), line[colon + 1..].trim_ascii()) {
                return Cow::Borrowed(line);
            }
            return Cow::Owned([name, b": ", HIDDEN.as_bytes()].concat());
        }
        match core::str::from_utf8(line) {
            // Of the remaining lines, only a start line can be shown in part.
            Ok(text) if self == Self::Redacted && !text.contains("HTTP/") => {
                Cow::Borrowed(HIDDEN.as_bytes())
            }
            Ok(text) => match self.url(text) {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            },
            // A URL cannot be located in a line that is not text.
            Err(_) => Cow::Borrowed(HIDDEN.as_bytes()),
        }
    }

    /// Returns the excerpt of a failure ([`Failure::excerpt`](super::Failure)) with its secrets hidden: a
    /// [`line`](Self::line) of a message, or the name of a host, which is not secret.
    #[must_use]
    pub fn excerpt<'e>(self, cause: &Cause, excerpt: &'e [u8]) -> Cow<'e, [u8]> {
        match cause {
            Cause::Tls(_) => Cow::Borrowed(excerpt),
            // A value without its field name may be a secret.
            Cause::Misuse(MisuseError { misuse: Misuse::FieldValue(_), .. })
                if !self.shows_secrets() && !excerpt.contains(&b':') =>
            {
                Cow::Borrowed(HIDDEN.as_bytes())
            }
            _ => self.line(excerpt),
        }
    }

    /// Returns a URL with its secrets hidden: the password of its userinfo and the values of secret query
    /// keys. `Redacted` also hides the user, every query value and the fragment.
    ///
    /// ```
    /// use limpid_core::trace::Capture;
    ///
    /// let url = "http://me:pw@host/path?a=1&token=xyz#top";
    /// assert_eq!(
    ///     Capture::Default.url(url),
    ///     "http://me:[secure]@host/path?a=1&token=[secure]#top"
    /// );
    /// assert_eq!(
    ///     Capture::Redacted.url(url),
    ///     "http://[secure]@host/path?a=[secure]&token=[secure]#[secure]"
    /// );
    /// assert_eq!(Capture::Private.url(url), url);
    /// ```
    #[must_use]
    pub fn url(self, url: &str) -> Cow<'_, str> {
        if self.shows_secrets() || !url.contains(['@', '?', '#']) {
            return Cow::Borrowed(url);
        }
        let (rest, fragment) = split_at(url, '#');
        let (rest, query) = split_at(rest, '?');
        let mut shown = String::with_capacity(url.len() + HIDDEN.len());
        self.authority(rest, &mut shown);
        if let Some(query) = query {
            shown.push('?');
            self.query(query, &mut shown);
        }
        if let Some(fragment) = fragment {
            shown.push('#');
            match self {
                Self::Redacted if !fragment.is_empty() => shown.push_str(HIDDEN),
                // A fragment may contain tokens in the form of a query (RFC 6749 section 4.2.2).
                _ => self.query(fragment, &mut shown),
            }
        }
        Cow::Owned(shown)
    }

    /// Returns the target of a request with the secrets of its [`url`](Self::url) hidden. A target that is not
    /// text is hidden as a whole.
    ///
    /// ```
    /// use limpid_core::trace::Capture;
    ///
    /// let shown = |target| Capture::Default.target(target);
    /// assert_eq!(shown(b"/a?token=xyz").as_ref(), b"/a?token=[secure]");
    /// assert_eq!(shown(b"example.com:443").as_ref(), b"example.com:443");
    /// ```
    #[must_use]
    pub fn target(self, target: &[u8]) -> Cow<'_, [u8]> {
        match core::str::from_utf8(target) {
            _ if self.shows_secrets() => Cow::Borrowed(target),
            Ok(text) => match self.url(text) {
                Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                Cow::Owned(text) => Cow::Owned(text.into_bytes()),
            },
            Err(_) => Cow::Borrowed(HIDDEN.as_bytes()),
        }
    }

    /// Returns text of the application, such as the message of an error, with its secrets hidden: those of
    /// the URLs in it, and what follows the name of a credential field and a colon. The mode `redacted`
    /// hides all of it.
    ///
    /// ```
    /// use limpid_core::trace::Capture;
    ///
    /// let text = "GET http://user:1234@db/?token=1: refused; Authorization: Basic 1234";
    /// assert_eq!(
    ///     Capture::Default.text(text),
    ///     "GET http://user:[secure]@db/?token=[secure] refused; Authorization: [secure]"
    /// );
    /// assert_eq!(Capture::Redacted.text(text), "[secure]");
    /// assert_eq!(Capture::Private.text(text), text);
    /// ```
    #[must_use]
    pub fn text(self, text: &str) -> Cow<'_, str> {
        if self.shows_secrets() || text.is_empty() {
            return Cow::Borrowed(text);
        }
        if self == Self::Redacted {
            return Cow::Borrowed(HIDDEN);
        }
        let mut shown = String::with_capacity(text.len() + HIDDEN.len());
        for part in text.split_inclusive(char::is_whitespace) {
            let word = part.trim_end();
            if let Some((name, value)) = word.split_once(':')
                && !self
                    .shows_field(name.trim_matches(|c: char| !c.is_ascii_alphanumeric()).as_bytes())
            {
                // The value may have several words, and its end is not known.
                let space = if value.is_empty() { " " } else { "" };
                for part in [name, ":", space, HIDDEN] {
                    shown.push_str(part);
                }
                break;
            }
            shown.push_str(&self.url(word));
            shown.push_str(&part[word.len()..]);
        }
        Cow::Owned(shown)
    }

    fn authority(self, url: &str, shown: &mut String) {
        let start = url.find("//").map_or(0, |slashes| slashes + 2);
        let end = url[start..].find('/').map_or(url.len(), |slash| start + slash);
        let Some(at) = url[start..end].rfind('@') else {
            return shown.push_str(url);
        };
        shown.push_str(&url[..start]);
        match url[start..start + at].split_once(':') {
            Some((user, _)) if self != Self::Redacted => {
                shown.push_str(user);
                shown.push(':');
                shown.push_str(HIDDEN);
            }
            // Without a password, the user part may be a token.
            _ => shown.push_str(HIDDEN),
        }
        shown.push_str(&url[start + at..]);
    }

    fn query(self, query: &str, shown: &mut String) {
        // In a start line, the version follows the target. Only the version ends the query: the line may
        // have been refused for a space within the query.
        let (query, after) = query.rfind(" HTTP/").map_or((query, ""), |end| query.split_at(end));
        for (index, pair) in query.split('&').enumerate() {
            if index > 0 {
                shown.push('&');
            }
            match pair.split_once('=') {
                Some((key, value)) if !value.is_empty() && self.hides_query_key(key) => {
                    shown.push_str(key);
                    shown.push('=');
                    shown.push_str(HIDDEN);
                }
                _ => shown.push_str(pair),
            }
        }
        shown.push_str(after);
    }

    fn hides_query_key(self, key: &str) -> bool {
        self == Self::Redacted
            || SECRET_QUERY_KEYS.iter().any(|secret| key.eq_ignore_ascii_case(secret))
    }
}

/// Returns the start of a line if it is the name of a credential field. The rest of the line does not
/// matter, because a line that is shown may be one that was refused.
fn credential_prefix(line: &[u8]) -> Option<&[u8]> {
    let start = line.len() - line.trim_ascii_start().len();
    CREDENTIAL_FIELDS.iter().find_map(|known| {
        let end = start + known.len();
        let name = line.get(start..end)?;
        name.eq_ignore_ascii_case(known.as_bytes()).then(|| &line[..end])
    })
}

fn split_at(text: &str, separator: char) -> (&str, Option<&str>) {
    match text.split_once(separator) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

/// The error for a name that is not one of the four modes.
///
/// [`Capture`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCapture;

impl core::fmt::Display for UnknownCapture {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("unknown capture mode: use redacted, default, private or everything")
    }
}

impl core::error::Error for UnknownCapture {}

impl FromStr for Capture {
    type Err = UnknownCapture;

    fn from_str(name: &str) -> Result<Self, UnknownCapture> {
        match name {
            "redacted" => Ok(Self::Redacted),
            "default" => Ok(Self::Default),
            "private" => Ok(Self::Private),
            "everything" => Ok(Self::Everything),
            _ => Err(UnknownCapture),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_without_password_is_hidden() {
        assert_eq!(Capture::Default.url("https://token@host"), "https://[secure]@host");
    }

    #[test]
    fn an_at_sign_in_the_path_is_no_userinfo() {
        assert_eq!(Capture::Default.url("https://host/@me"), "https://host/@me");
    }

    #[test]
    fn a_credential_field_line_is_hidden() {
        assert_eq!(
            Capture::Default.line(b"Authorization: Basic Zm9v\x01").as_ref(),
            b"Authorization: [secure]"
        );
        assert_eq!(
            Capture::Default.line(b"Authorization : Basic x").as_ref(),
            b"Authorization: [secure]"
        );
        assert_eq!(Capture::Default.line(b"X-Cache: HIT").as_ref(), b"X-Cache: HIT");
    }

    #[test]
    fn a_space_does_not_end_what_is_hidden() {
        assert_eq!(
            Capture::Default.line(b"GET /?a b&sig=1 2 HTTP/1.1").as_ref(),
            b"GET /?a b&sig=[secure] HTTP/1.1"
        );
    }

    #[test]
    fn a_token_in_a_fragment_is_hidden() {
        assert_eq!(
            Capture::Default.url("https://h/#state=1&access_token=x"),
            "https://h/#state=1&access_token=[secure]"
        );
        assert_eq!(Capture::Default.url("https://h/#top"), "https://h/#top");
    }

    #[test]
    fn a_start_line_keeps_its_version() {
        assert_eq!(
            Capture::Default.line(b"GET /a?sig=1&b=2 HTTP/1.1").as_ref(),
            b"GET /a?sig=[secure]&b=2 HTTP/1.1"
        );
    }
}
