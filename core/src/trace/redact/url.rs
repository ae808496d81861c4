//! Secrets of URLs: userinfo, and the values of query keys.

use alloc::borrow::Cow;
use alloc::vec;
use core::ops::Range;

use super::hiding::{Hiding, Replacement, then};
use super::{jwt, keys};
use crate::wire::percent;

/// What a text is, and what of it is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trace) struct Reading {
    /// Whether URLs stand within other text, which their ends separate from it. If not, the text is one URL, or a line
    /// that was refused for what a URL must not contain, so that a space does not end a secret.
    pub prose: bool,
    /// Whether every value of a query is secret, and every user and fragment.
    pub every: bool,
    /// What replaces a secret.
    pub replacement: Replacement,
}

impl Reading {
    /// Other text, in which URLs may stand.
    pub(in crate::trace) const fn prose(replacement: Replacement) -> Self {
        Self { prose: true, every: false, replacement }
    }

    /// A URL, or text that ends with one.
    pub(in crate::trace) const fn url(replacement: Replacement) -> Self {
        Self { prose: false, every: false, replacement }
    }
}

/// How often a URL may be encoded as a value of another one.
const DEEPEST: u32 = 4;

/// The longest value that is decoded without an allocation.
const SHORT: usize = 512;

/// Schemes of addresses, in which an `@` follows a name and not credentials.
const ADDRESS_SCHEMES: [&str; 5] = ["mailto", "sip", "sips", "xmpp", "acct"];

/// Hides the secrets of URLs.
#[cold]
pub(super) fn hide(text: &[u8], reading: Reading) -> Cow<'_, [u8]> {
    hide_at_depth(text, reading, 0)
}

/// Returns where the version at the end of a request line begins. What has anything but numbers behind it is no
/// version, and may be a secret.
fn version(text: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b" HTTP/";
    let is_of_version = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    memchr::memmem::rfind(text, NAME).filter(|at| text[at + NAME.len()..].iter().all(is_of_version))
}

fn hide_at_depth(text: &[u8], reading: Reading, depth: u32) -> Cow<'_, [u8]> {
    // In a request line, the version follows the target. Only the version ends it: the line may have been
    // refused for a space within the target.
    let version = match reading.prose {
        true => None,
        false => version(text),
    };
    let end = version.unwrap_or(text.len());
    let hiding = Hiding::new(text, reading.replacement);
    let mut scan = Scan {
        text: &text[..end],
        reading,
        depth,
        hiding,
        word: Word::default(),
        quote: None,
        in_query: false,
        decoded_until: 0,
        ends: [(0, None); 2],
    };
    scan.run();
    scan.hiding.finish()
}

struct Scan<'t> {
    text: &'t [u8],
    reading: Reading,
    depth: u32,
    hiding: Hiding<'t>,
    word: Word,
    /// The byte that ends the quoted URL at the current position.
    quote: Option<u8>,
    /// Whether a query or a fragment has begun.
    in_query: bool,
    /// Where the value or the segment ends that was decoded last. It was searched with the values in it.
    decoded_until: usize,
    /// Where the URL that was searched last ends and the last `@` in it is, outside and within quotations.
    ends: [(usize, Option<usize>); 2],
}

/// The part of a URL in which an `@` ends a userinfo.
#[derive(Clone, Copy, Default)]
struct Word {
    start: usize,
    /// The first colon.
    colon: Option<usize>,
    /// Whether a slash stands in it.
    is_path: bool,
}

impl Word {
    const fn at(start: usize) -> Self {
        Self { start, colon: None, is_path: false }
    }
}

impl Scan<'_> {
    /// Hides the secrets. The work is linear: a byte is compared a limited number of times.
    fn run(&mut self) {
        let mut at = 0;
        while let Some(byte) = self.text.get(at) {
            at = match byte {
                b'/' if self.text[at..].starts_with(b"//") => self.authority(at + 2),
                b'@' => self.userinfo(at),
                b'?' | b'&' | b';' | b'#' => self.pair(at),
                byte => {
                    self.note(*byte, at);
                    self.segment(*byte, at)
                }
            };
        }
    }

    /// Notes the parts of words, and where words and quotations begin and end.
    fn note(&mut self, byte: u8, at: usize) {
        let begins_word = at == self.word.start;
        match (self.quote, byte) {
            (Some(quote), _) if quote == byte && self.ends_quotation(at) => self.quote = None,
            (None, b'<') if self.reading.prose => self.begin_quotation(b'>'),
            (None, b'"') if self.reading.prose => self.begin_quotation(b'"'),
            // An apostrophe may also be one of a word.
            (None, b'\'') if self.reading.prose && begins_word => self.begin_quotation(b'\''),
            _ => {}
        }
        match byte {
            b':' if self.word.colon.is_none() => self.word.colon = Some(at),
            b'/' => self.word.is_path = true,
            b'<' | b'"' | b'\'' | b'(' | b',' | b'=' => self.word = Word::at(at + 1),
            _ if byte.is_ascii_whitespace() => self.word = Word::at(at + 1),
            _ => {}
        }
        if self.in_query && self.is_behind_url(at) {
            self.in_query = false;
        }
    }

    /// Hides an encoded URL after the slash, or the begin of the word, there. Returns where the search continues.
    fn segment(&mut self, byte: u8, at: usize) -> usize {
        let start = match byte {
            b'/' => at + 1,
            _ if at == self.word.start => at,
            _ => return at + 1,
        };
        let hidden = if self.in_query { None } else { self.nested(start, b"/?&;#=,") };
        hidden.unwrap_or(at + 1)
    }

    fn begin_quotation(&mut self, end: u8) {
        self.quote = Some(end);
        self.ends[1] = (0, None);
    }

    fn ends_quotation(&self, at: usize) -> bool {
        self.text[at] != b'\'' || !self.text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
    }

    /// Returns whether the byte there is not of the URL any more.
    fn is_behind_url(&self, at: usize) -> bool {
        let byte = self.text[at];
        match self.quote {
            Some(quote) => byte == quote && self.ends_quotation(at),
            None => {
                self.reading.prose
                    && (byte.is_ascii_whitespace() || matches!(byte, b'"' | b'<' | b'>'))
            }
        }
    }

    /// Returns where the bytes end that are of the URL and none of `others`.
    fn until(&self, start: usize, others: &[u8]) -> usize {
        let is_end = |at: &usize| others.contains(&self.text[*at]) || self.is_behind_url(*at);
        (start..self.text.len()).find(is_end).unwrap_or(self.text.len())
    }

    /// Hides the userinfo of the authority at `start`. Returns where the search continues.
    fn authority(&mut self, start: usize) -> usize {
        self.word.is_path = true;
        let end = self.until(start, b"/?#");
        let authority = &self.text[start..end];
        let mut at = authority.iter().rposition(|byte| *byte == b'@').map(|at| start + at);
        if at.is_none() && !has_valid_port(authority) {
            // The port is the begin of a password with a character that ends an authority.
            at = self.last_at(start);
        }
        match at {
            Some(at) => {
                let colon = self.text[start..at].iter().position(|byte| *byte == b':');
                // The `@` may be in the value of a secret key, whose rest is as secret.
                let end = self.secret_across(start, at).unwrap_or(at);
                match colon {
                    Some(colon) if !self.reading.every => self.hiding.hide(start + colon + 1..end),
                    // Without a password, the user may be a token.
                    _ => self.hiding.hide(start..end),
                }
                if end == at { at + 1 } else { end }
            }
            // In a query, another key may follow.
            None => start,
        }
    }

    /// Returns the end of the value of a secret key between `start` and `at`, if it ends behind `at`.
    fn secret_across(&self, start: usize, at: usize) -> Option<usize> {
        let is_separator = |place: &usize| matches!(self.text[*place], b'?' | b'&' | b';' | b'#');
        let value_end = |separator: usize| {
            let key = self.key_behind(separator);
            let value = key.end + 1;
            let is_key = self.text.get(key.end) == Some(&b'=');
            (is_key && self.is_secret_key(key)).then(|| self.secret_value(value).1)
        };
        (start..at).filter(is_separator).filter_map(value_end).find(|end| *end > at)
    }

    /// Returns where the last `@` of the URL is.
    fn last_at(&mut self, start: usize) -> Option<usize> {
        let known = usize::from(self.quote.is_some());
        if self.ends[known].0 <= start {
            let end = self.until(start, b"");
            let at = self.text[start..end].iter().rposition(|byte| *byte == b'@');
            self.ends[known] = (end, at.map(|at| start + at));
        }
        self.ends[known].1.filter(|at| *at >= start)
    }

    /// Hides what precedes an `@` without two slashes before it. Returns the end of the `@`.
    fn userinfo(&mut self, at: usize) -> usize {
        let Word { start, colon, is_path } = self.word;
        if !is_path && start < at {
            match colon {
                Some(colon) if self.is_address(start..colon) => {}
                Some(colon) if !self.reading.every => self.hiding.hide(colon + 1..at),
                // In other text it is a mail address.
                None if self.reading.prose || self.in_query => {}
                _ => self.hiding.hide(start..at),
            }
        }
        at + 1
    }

    fn is_address(&self, scheme: Range<usize>) -> bool {
        let scheme = &self.text[scheme];
        ADDRESS_SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known.as_bytes()))
    }

    /// Hides the value of a secret key after the separator there. Returns where the search continues.
    fn pair(&mut self, separator: usize) -> usize {
        self.in_query |= self.text[separator] != b';';
        let Range { start, end: key_end } = self.key_behind(separator);
        if self.reading.every && self.text[separator] == b'#' {
            let end = self.until(start, b"");
            self.hiding.hide(start..end);
            return end;
        }
        self.word = Word::at(start);
        if self.text.get(key_end) != Some(&b'=') {
            let is_secret = self.reading.every && self.text[separator] != b';';
            if is_secret || self.is_nested_secret(start..key_end) {
                self.hiding.hide(start..key_end);
                return key_end;
            }
            return start;
        }
        let value = key_end + 1;
        self.word = Word::at(value);
        if self.is_secret_key(start..key_end) {
            let (start, end) = self.secret_value(value);
            self.hiding.hide(start..end);
            return end;
        }
        self.nested(value, b"&;#").unwrap_or(value)
    }

    /// Hides what begins there and ends before one of these bytes, if it is or contains an encoded URL with secrets, or a
    /// token. Returns its end then.
    fn nested(&mut self, start: usize, ends: &[u8]) -> Option<usize> {
        if start < self.decoded_until {
            return None;
        }
        self.decoded_until = self.until(start, ends);
        let part = start..self.decoded_until;
        if !self.is_nested_secret(part.clone()) {
            return None;
        }
        self.hiding.hide(part);
        Some(self.decoded_until)
    }

    /// Returns the key behind a separator, without the white space before it.
    fn key_behind(&self, separator: usize) -> Range<usize> {
        let is_key = |at: &usize| !matches!(self.text.get(*at), Some(b' ' | b'\t'));
        let start = (separator + 1..self.text.len()).find(is_key).unwrap_or(self.text.len());
        start..self.until(start, b"=&;#?")
    }

    fn is_secret_key(&self, key: Range<usize>) -> bool {
        self.reading.every || keys::is_secret_key(&self.text[key])
    }

    /// Returns where the value of a secret key begins and ends.
    fn secret_value(&self, start: usize) -> (usize, usize) {
        if self.reading.prose && self.quote.is_none() && self.text.get(start) == Some(&b'"') {
            let start = start + 1;
            let len = self.text[start..].iter().position(|byte| *byte == b'"');
            return (start, len.map_or(self.text.len(), |len| start + len));
        }
        let mut end = self.until(start, b"&;#");
        // A semicolon is of the value, unless another key follows.
        while self.text.get(end) == Some(&b';') && !self.is_key(end + 1) {
            end = self.until(end + 1, b"&;#");
        }
        if self.reading.prose && self.quote.is_none() {
            let is_punctuation =
                |byte: &u8| matches!(byte, b'\'' | b')' | b',' | b'.' | b':' | b';');
            let kept = self.text[start..end].iter().rev().take_while(|byte| is_punctuation(byte));
            end -= kept.count();
        }
        (start, end)
    }

    /// Returns whether a key and an equals sign stand there, or white space before a parameter.
    fn is_key(&self, start: usize) -> bool {
        let rest = &self.text[start..];
        let is_of_key = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.[]%$ ".contains(*byte);
        let len = rest.iter().take_while(is_of_key).count();
        len > 0 && rest.get(len) == Some(&b'=') && rest.len() > len + 1
    }

    /// Returns whether a percent-encoded value is or contains a URL with secrets, or a token.
    fn is_nested_secret(&self, part: Range<usize>) -> bool {
        let part = &self.text[part];
        self.depth < DEEPEST && part.contains(&b'%') && decodes_to_secret(part, self.depth + 1)
    }
}

#[cold]
fn decodes_to_secret(part: &[u8], depth: u32) -> bool {
    let (mut short, mut long) = ([0; SHORT], vec![]);
    let room = match part.len() {
        ..=SHORT => &mut short[..],
        len => {
            long.resize(len, 0);
            &mut long
        }
    };
    let mut len = 0;
    for (place, byte) in room.iter_mut().zip(percent::decoded(part)) {
        *place = byte;
        len += 1;
    }
    let decoded = &room[..len];
    if decoded == part {
        return false;
    }
    if depth < DEEPEST && decoded.contains(&b'%') && decodes_to_secret(decoded, depth + 1) {
        return true;
    }
    let reading = Reading::url(Replacement::Word);
    // A value may be the query of a form, without a question mark.
    let is_pair = decoded.split(|byte| matches!(byte, b'&' | b';' | b'?' | b'#')).any(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let key = halves.next().unwrap_or_default();
        halves.next().is_some_and(|value| !value.is_empty()) && keys::is_secret_key(key)
    });
    is_pair
        || matches!(
            then(hide_at_depth(decoded, reading, depth), |text| jwt::hide(
                text,
                reading.replacement
            )),
            Cow::Owned(_)
        )
}

/// Returns whether an authority ends with a port of digits, or without a port.
fn has_valid_port(authority: &[u8]) -> bool {
    let is_of_address = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let host_end = match authority.split_first() {
        Some((b'[', rest)) => {
            let end = rest.iter().position(|byte| *byte == b']');
            let literal = &rest[..end.unwrap_or(rest.len())];
            // A zone may be anything, if its end is there.
            let address = literal.split(|byte| *byte == b'%' && end.is_some()).next();
            if !address.is_some_and(|address| address.iter().all(is_of_address)) {
                return false;
            }
            literal.len() + 1 + usize::from(end.is_some())
        }
        _ => authority.iter().position(|byte| *byte == b':').unwrap_or(authority.len()),
    };
    match authority[host_end..].split_first() {
        Some((b':', port)) => port.iter().all(u8::is_ascii_digit),
        Some(_) => false,
        None => true,
    }
}

/// Returns where a password may begin in a line that may have been cut off within it: behind the colon of an authority
/// that has no valid port.
pub(in crate::trace) fn cut_password(line: &[u8]) -> Option<usize> {
    let method = line.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let target = (line.get(method) == Some(&b' ')).then_some(method + 1);
    let slashes = memchr::memmem::find_iter(line, b"//").map(|at| at + 2);
    let users = memchr::memchr_iter(b'@', line).map(|at| at + 1);
    let password = |start: usize| {
        let authority = line[start..].split(|byte| b"/?#".contains(byte)).next()?;
        let colon = authority.iter().position(|byte| *byte == b':').filter(|user| *user > 0)?;
        (!has_valid_port(authority)).then_some(start + colon + 1)
    };
    target.into_iter().chain(slashes).chain(users).filter_map(password).min()
}
