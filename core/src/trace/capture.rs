//! The redaction policy: what an output may show. Every sink and error uses it.

use alloc::borrow::Cow;
use alloc::string::String;
use core::str::FromStr;

use super::metadata::Sensitivity;
#[cfg(feature = "std")]
pub use super::redact::custom::AlreadyInstalled;
use super::redact::fields::{self, FieldKind};
pub use super::redact::hiding::HIDDEN;
use super::redact::hiding::Replacement;
use super::redact::url::{Reading, cut_password};
use super::redact::{hide_in_field, hide_in_text, shows_all};
use crate::error::{Cause, Misuse, MisuseError, PeerError, Rule};

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
            Self::Default => fields::field(name) != FieldKind::Credential,
            Self::Private | Self::Everything => true,
        }
    }

    /// Returns the value of the field `name` with its secrets hidden: a credential as a whole, otherwise those of
    /// URLs, and JSON Web Tokens.
    ///
    /// ```
    /// use limpid_core::trace::Capture;
    ///
    /// let shown = |name: &str, value| Capture::Default.field(name.as_bytes(), value);
    /// assert_eq!(*shown("Location", b"/login?next=home"), *b"/login?next=home");
    /// assert_eq!(*shown("Location", b"/login?token=xyz&a=1"), *b"/login?token=[secure]&a=1");
    /// assert_eq!(*shown("X-Vault-Token", b"xyz"), *b"[secure]");
    /// assert_eq!(*shown("WWW-Authenticate", b"Negotiate oYG="), *b"Negotiate [secure]");
    /// ```
    #[must_use]
    #[inline]
    pub fn field<'v>(self, name: &[u8], value: &'v [u8]) -> Cow<'v, [u8]> {
        if self == Self::Default && shows_all(name, value) {
            return Cow::Borrowed(value);
        }
        self.field_in_part(name, value)
    }

    fn field_in_part<'v>(self, name: &[u8], value: &'v [u8]) -> Cow<'v, [u8]> {
        if self.shows_secrets() {
            return Cow::Borrowed(value);
        }
        if self == Self::Redacted && !self.shows_field(name) {
            return Cow::Borrowed(HIDDEN.as_bytes());
        }
        hide_in_field(fields::field(name), value, Replacement::Word)
    }

    /// Returns text of a peer or a caller with its secrets hidden, such as a reason phrase or the message of an error:
    /// those of URLs in it, and JSON Web Tokens.
    ///
    /// ```
    /// use limpid_core::trace::Capture;
    ///
    /// let text = b"no route to 'http://me:pw@host/?sig=1&a=2'";
    /// let hidden = b"no route to 'http://me:[secure]@host/?sig=[secure]&a=2'";
    /// assert_eq!(*Capture::Default.phrase(text), *hidden);
    /// ```
    #[must_use]
    #[inline]
    pub fn phrase(self, text: &[u8]) -> Cow<'_, [u8]> {
        match self.shows_secrets() {
            true => Cow::Borrowed(text),
            false => hide_in_text(text, PROSE),
        }
    }

    /// Returns the bytes of a field of an event, as far as they may be shown, or `None` if only their number may.
    /// `name` is the name that the event gives to a value of this sensitivity: that of the header field.
    #[must_use]
    #[inline]
    pub fn bytes<'v>(
        self,
        sensitivity: Sensitivity,
        name: &[u8],
        value: &'v [u8],
    ) -> Option<Cow<'v, [u8]>> {
        Some(match sensitivity {
            Sensitivity::Public => Cow::Borrowed(value),
            Sensitivity::Url => self.line(value),
            Sensitivity::Fields => self.field(name, value),
            Sensitivity::Phrase => self.phrase(value),
            Sensitivity::Payload if !self.shows_bytes() => return None,
            Sensitivity::Payload | Sensitivity::Text | Sensitivity::Secret => {
                match self.shows_secrets() {
                    true => Cow::Borrowed(value),
                    false => Cow::Borrowed(HIDDEN.as_bytes()),
                }
            }
        })
    }

    /// Returns the text of a field of an event, as [`bytes`](Self::bytes) does.
    #[must_use]
    #[inline]
    pub fn string(self, sensitivity: Sensitivity, value: &str) -> Option<Cow<'_, str>> {
        match sensitivity {
            Sensitivity::Url => Some(self.url(value)),
            Sensitivity::Text => Some(self.text(value)),
            _ => self.bytes(sensitivity, b"", value.as_bytes()).map(|shown| as_text(value, shown)),
        }
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
        if let Some(name) = field_name(line) {
            let colon = name.len() + usize::from(line.get(name.len()) == Some(&b':'));
            let value = line[colon..].trim_ascii();
            return match self.field(name.trim_ascii(), value) {
                // The rest of the line does not matter, because a line that is shown may be one that was refused.
                _ if value.is_empty() => Cow::Borrowed(line),
                Cow::Borrowed(shown) if shown.as_ptr() == value.as_ptr() => Cow::Borrowed(line),
                shown => Cow::Owned([name, b": ", &shown].concat()),
            };
        }
        let is_text = core::str::from_utf8(line).is_ok();
        // Of the remaining lines, only a start line can be shown in part.
        if self == Self::Redacted && !(is_text && memchr::memmem::find(line, b"HTTP/").is_some()) {
            return Cow::Borrowed(HIDDEN.as_bytes());
        }
        // A URL cannot be located in a line that is not text.
        if !is_text {
            return Cow::Borrowed(HIDDEN.as_bytes());
        }
        hide_in_text(line, self.of_url())
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
            Cause::Peer(PeerError { rule, .. }) if !self.shows_bytes() && is_chunk_line(*rule) => {
                match excerpt.len() {
                    ..=SHORT_CHUNK_LINE => Cow::Borrowed(excerpt),
                    _ => Cow::Borrowed(HIDDEN.as_bytes()),
                }
            }
            // The last of several lines is incomplete.
            _ if !self.shows_secrets() && excerpt.trim_ascii_end().contains(&b'\n') => {
                let lines = excerpt.split_inclusive(|byte| *byte == b'\n');
                Cow::Owned(lines.flat_map(|line| self.cut_line(line).into_owned()).collect())
            }
            _ => self.cut_line(excerpt),
        }
    }

    /// Returns a line, which may be cut off, with its secrets hidden, also a password whose `@` is missing.
    fn cut_line(self, line: &[u8]) -> Cow<'_, [u8]> {
        match cut_password(line) {
            Some(start) if !self.shows_secrets() && !line.ends_with(b"\n") => {
                Cow::Owned([&self.line(&line[..start]), HIDDEN.as_bytes()].concat())
            }
            _ => self.line(line),
        }
    }

    /// Returns a URL with its secrets hidden: the password of its userinfo, the values of secret query
    /// keys, and JSON Web Tokens. `Redacted` also hides the user, every query value and the fragment.
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
        match self.shows_secrets() {
            true => Cow::Borrowed(url),
            false => as_text(url, hide_in_text(url.as_bytes(), self.of_url())),
        }
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
            Ok(_) => hide_in_text(target, self.of_url()),
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
    ///     "GET http://user:[secure]@db/?token=[secure]: refused; Authorization: [secure]"
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
        let mut start = 0;
        for part in text.split_inclusive(char::is_whitespace) {
            if let Some((name, value)) = part.trim_end().split_once(':')
                && let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric())
                && !self.shows_field(name.as_bytes())
            {
                // The value may have several words, and its end is not known.
                let space = if value.is_empty() { " " } else { "" };
                let colon = start + part.find(':').unwrap_or(part.len());
                let before = hide_in_text(&text.as_bytes()[..colon], PROSE);
                let shown = [&*before, b":", space.as_bytes(), HIDDEN.as_bytes()].concat();
                return as_text(text, Cow::Owned(shown));
            }
            start += part.len();
        }
        as_text(text, hide_in_text(text.as_bytes(), PROSE))
    }

    const fn of_url(self) -> Reading {
        Reading { every: matches!(self, Self::Redacted), ..Reading::url(Replacement::Word) }
    }
}

/// The most bytes of a line instead of a chunk size that are shown, as evidence that the size is missing.
pub(super) const SHORT_CHUNK_LINE: usize = 8;

/// Returns whether bytes refused by a rule stand where a chunk size should. They may be data of the body.
const fn is_chunk_line(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::ChunkSize
            | Rule::ChunkSizeTooLarge
            | Rule::ChunkExtension
            | Rule::ChunkLineEnd
            | Rule::ChunkLineTooLong
            | Rule::ChunkExtensionsTooLong
    )
}

/// Text that may contain URLs.
const PROSE: Reading = Reading::prose(Replacement::Word);

/// Returns the shown form of a text as text. Secrets begin and end at ASCII characters.
fn as_text<'t>(text: &'t str, shown: Cow<'t, [u8]>) -> Cow<'t, str> {
    match shown {
        Cow::Owned(shown) => {
            Cow::Owned(String::from_utf8(shown).unwrap_or_else(|_| String::from(HIDDEN)))
        }
        Cow::Borrowed(shown) if shown.len() == text.len() => Cow::Borrowed(text),
        Cow::Borrowed(_) => Cow::Borrowed(HIDDEN),
    }
}

/// Returns the beginning of a line if it is the name of a field: what precedes the colon, or the name of a field
/// with secrets, whatever follows it.
pub(super) fn field_name(line: &[u8]) -> Option<&[u8]> {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let start = line.len() - line.trim_ascii_start().len();
    let end = line[start..].iter().take_while(|byte| is_of_name(byte)).count() + start;
    // With or without a colon behind it, and whatever is behind that.
    if matches!(fields::field(&line[start..end]), FieldKind::Credential | FieldKind::Challenge) {
        return Some(&line[..end]);
    }
    let (name, after) = line.split_at(memchr::memchr(b':', line)?);
    // A URL is first in a start line without a method.
    if after.starts_with(b"://") {
        return None;
    }
    (!name.iter().any(|byte| matches!(byte, b' ' | b'/' | b'?'))).then_some(name)
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
    fn a_password_that_is_cut_off_before_its_at_sign_is_hidden() {
        let cause = Cause::Peer(PeerError { rule: Rule::StartLineTooLong, byte: None, offset: 0 });
        for (excerpt, shown) in [
            ("GET http://me:tiger: chunked", "GET http://me:[secure]"),
            ("GET http://me:80ti", "GET http://me:[secure]"),
            ("GET http://m]e:12]ti", "GET http://m]e:[secure]"),
            ("GET http://me:ti//ger", "GET http://me:[secure]"),
            ("GET http://a@me:ti", "GET http://[secure]@me:[secure]"),
            ("CONNECT me:ti", "CONNECT me:[secure]"),
            (
                "GET / HTTP/1.1\r\nLocation: http://me:ti",
                "GET / HTTP/1.1\r\nLocation: http://me:[secure]",
            ),
            ("GET http://h:80", "GET http://h:80"),
            ("GET http://[::1]:80/a:b", "GET http://[::1]:80/a:b"),
            ("GET http://h:80a/ HTTP/1.1\r\n", "GET http://h:80a/ HTTP/1.1\r\n"),
            ("GET /a:b", "GET /a:b"),
            ("HTTP/1.1 200 a: b", "HTTP/1.1 200 a: b"),
        ] {
            let excerpt = Capture::Default.excerpt(&cause, excerpt.as_bytes()).into_owned();
            assert_eq!(String::from_utf8_lossy(&excerpt), shown);
        }
    }

    #[test]
    fn a_space_does_not_end_what_is_hidden() {
        assert_eq!(
            Capture::Default.line(b"GET /?a b&sig=1 2 HTTP/1.1").as_ref(),
            b"GET /?a b&sig=[secure] HTTP/1.1"
        );
    }

    #[test]
    fn an_at_sign_in_the_value_of_a_secret_key_does_not_end_it() {
        assert_eq!(
            Capture::Default.field(b"Location", b"/?//user:;token=a@b:tiger").as_ref(),
            b"/?//user:[secure]"
        );
        assert_eq!(
            Capture::Default.field(b"Location", b"/?//user:; token=a@b:tiger").as_ref(),
            b"/?//user:[secure]"
        );
    }

    #[test]
    fn what_only_looks_like_a_version_does_not_end_what_is_hidden() {
        assert_eq!(
            Capture::Default.field(b"Location", b"/?sig= HTTP/1 tiger").as_ref(),
            b"/?sig=[secure]"
        );
    }

    #[test]
    fn a_token_in_a_fragment_is_hidden() {
        assert_eq!(
            Capture::Default.url("https://h/#page=1&access_token=x"),
            "https://h/#page=1&access_token=[secure]"
        );
        assert_eq!(Capture::Default.url("https://h/#top"), "https://h/#top");
    }

    #[test]
    fn start_line_without_a_method_hides_the_secrets_of_its_url() {
        for (line, shown) in [
            ("http://me:pw@h/?sig=1 HTTP/1.1", "http://me:[secure]@h/?sig=[secure] HTTP/1.1"),
            ("HTTPS://token@h HTTP/1.1", "HTTPS://[secure]@h HTTP/1.1"),
            ("ws://me:pw@h/", "ws://me:[secure]@h/"),
            ("X-Link:http://h/", "X-Link:http://h/"),
            ("X-Api-Key://h/1", "X-Api-Key: [secure]"),
        ] {
            assert_eq!(Capture::Default.line(line.as_bytes()).as_ref(), shown.as_bytes(), "{line}");
        }
    }

    #[test]
    fn what_surrounds_secrets_is_shown() {
        for (name, value, shown) in [
            ("Location", "/?a=1&code=x&b=2#top", "/?a=1&code=[secure]&b=2#top"),
            ("Location", "/?a=monkey&keyword=2&page_token=3", "/?a=monkey&keyword=2&page_token=3"),
            ("Location", "/?q=a%20b%3Dc&n=%2Fp%3Ft%3D1", "/?q=a%20b%3Dc&n=%2Fp%3Ft%3D1"),
            ("Location", "mailto:me@h", "mailto:me@h"),
            ("Location", "https://[::1]:80/@me:b", "https://[::1]:80/@me:b"),
            ("Refresh", "5; url=/?key=x", "5; url=/?key=[secure]"),
            ("Link", "</?key=x>; rel=a, </b;c>; rel=b", "</?key=[secure]>; rel=a, </b;c>; rel=b"),
            (
                "WWW-Authenticate",
                "Basic realm=\"a b\", charset=UTF-8",
                "Basic realm=\"a b\", charset=UTF-8",
            ),
            (
                "WWW-Authenticate",
                "Digest realm=\"a\", nonce=\"x\", stale=true, Negotiate YQ==",
                "Digest realm=\"a\", nonce=\"[secure]\", stale=true, Negotiate [secure]",
            ),
            ("Authentication-Info", "nextnonce=x, qop=auth", "nextnonce=[secure], qop=auth"),
            ("Content-Type", "text/html; charset=utf-8; key=1", "text/html; charset=utf-8; key=1"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZQ==", "dGhlIHNhbXBsZQ=="),
            ("From", "joe@example.com", "joe@example.com"),
            ("X-Next", "see https://h/?key=x, then y", "see https://h/?key=[secure], then y"),
            ("X-Any", "a eyJhIjoxfQ.eyJiIjoyfQ.c_-d b", "a [secure] b"),
            (
                "X-Any",
                "eyJhIjoxfQ.only-two and example.com.org",
                "eyJhIjoxfQ.only-two and example.com.org",
            ),
        ] {
            let field = Capture::Default.field(name.as_bytes(), value.as_bytes());
            assert_eq!(String::from_utf8_lossy(&field), shown, "{name}");
            assert_eq!(matches!(field, Cow::Borrowed(_)), value == shown, "{name}: {value}");
        }
    }

    #[test]
    fn a_start_line_keeps_its_version() {
        assert_eq!(
            Capture::Default.line(b"GET /a?sig=1&b=2 HTTP/1.1").as_ref(),
            b"GET /a?sig=[secure]&b=2 HTTP/1.1"
        );
    }
}
