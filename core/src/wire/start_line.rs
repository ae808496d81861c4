//! Request lines and status lines (RFC 9112 sections 3 and 4), without their line ends.

use core::ops::Range;

use super::foreign::{is_greeting, is_no_status_line};
use super::token::{ascii_len, find_control, is_text, target_len, token_len};
use super::{Broken, Tolerated, target};
use crate::error::Rule;
use crate::limits::Lenient;
use crate::values::Version;

/// A request line's parts, as ranges within the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestLine {
    pub(crate) method: Range<usize>,
    pub(crate) target: Range<usize>,
    pub(crate) version: Version,
}

/// A status line's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StatusLine {
    pub(crate) version: Version,
    pub(crate) status: u16,
    pub(crate) reason: Range<usize>,
}

/// Reads a request line of the common form, and returns its parts and its length including its CRLF.
/// Returns `None` if it is incomplete or requires validation, which [`request`] does.
#[inline]
pub(crate) fn plain_request(bytes: &[u8]) -> Option<(RequestLine, usize)> {
    const END: &[u8] = b" HTTP/1.1\r\n";
    let (method, rest) = bytes.split_at_checked(token_len(bytes))?;
    let rest = rest.strip_prefix(b" ")?;
    let (target, rest) = rest.split_at_checked(target_len(rest))?;
    if method.is_empty() || !rest.starts_with(END) || target::check(method, target).is_err() {
        return None;
    }
    let (method, target) = (method.len(), method.len() + 1 + target.len());
    let line =
        RequestLine { method: 0..method, target: method + 1..target, version: Version::HTTP_11 };
    Some((line, target + END.len()))
}

/// Reads a status line of the common form, as [`plain_request`] does.
#[inline]
pub(crate) fn plain_status(bytes: &[u8]) -> Option<(StatusLine, usize)> {
    let [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b' ', rest @ ..] =
        bytes.strip_prefix(b"HTTP/1.1 ")?
    else {
        return None;
    };
    let (reason, end) = rest.split_at_checked(ascii_len(rest))?;
    if !end.starts_with(b"\r\n") {
        return None;
    }
    let digit = |byte: &u8| u16::from(byte - b'0');
    let status = digit(a) * 100 + digit(b) * 10 + digit(c);
    let reason = 13..13 + reason.len();
    let len = reason.end + 2;
    Some((StatusLine { version: Version::HTTP_11, status, reason }, len))
}

/// Reads `method SP target SP version`.
pub(crate) fn request(
    line: &[u8],
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<RequestLine, Broken> {
    let method = 0..token_len(line);
    match line.get(method.end) {
        Some(b' ') if !method.is_empty() => {}
        Some(b' ') => return Err(Broken::new(Rule::RequestLineForm, 0)),
        Some(_) => return Err(Broken::new(Rule::MethodCharacter, method.end)),
        None if is_greeting(line) => return Err(Broken::new(Rule::OtherGreeting, 0)),
        None => return Err(Broken::new(Rule::RequestLineForm, line.len())),
    }
    let start = method.end + 1;
    let len = target_len(&line[start..]);
    let target = start..start + len;
    match line.get(target.end) {
        Some(b' ') if len > 0 => {}
        None if len > 0 => return Err(Broken::new(Rule::VersionMissing, target.end)),
        Some(b' ') | None => return Err(Broken::new(Rule::RequestLineForm, target.end)),
        Some(_) => return Err(Broken::new(Rule::TargetCharacter, target.end)),
    }
    let at = target.end + 1;
    let after = &line[at..];
    if after.len() > 8 && after[8..].contains(&b' ') {
        // A fourth word or a space within the target; the two cases cannot be distinguished.
        return Err(Broken::new(Rule::RequestLineForm, target.end));
    }
    let version = version(after, at, lenient, tolerated)?;
    if after.len() > 8 {
        return Err(Broken::new(Rule::VersionForm, at + 8));
    }
    target::check(&line[method.clone()], &line[target.clone()])
        .map_err(|broken| Broken::new(broken.rule, target.start + broken.at))?;
    Ok(RequestLine { method, target, version })
}

/// Reads `version SP status SP [reason]`. The last space may be missing, because many servers omit it
/// together with the reason.
pub(crate) fn status(
    line: &[u8],
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<StatusLine, Broken> {
    // Servers that speak HTTP/2 write it without a minor version, too.
    let is_2 = line.starts_with(b"HTTP/2 ");
    let (version, end) = match line.first_chunk() {
        Some(b"HTTP/2.0") if lenient.allows(Lenient::VERSION_2) => (Version::HTTP_11, 8),
        _ if is_2 && lenient.allows(Lenient::VERSION_2) => (Version::HTTP_11, 6),
        _ if is_2 => return Err(Broken::new(Rule::VersionUnsupported, 5)),
        _ if is_no_status_line(line) => return Err(Broken::new(Rule::StatusLineMissing, 0)),
        _ => (version(line, 0, lenient, tolerated)?, 8),
    };
    if line.get(5) == Some(&b'2') {
        tolerated(Rule::VersionUnsupported, 5);
    }
    let start = separated(line, end, lenient, tolerated)?
        .ok_or(Broken::new(Rule::StatusLineForm, end.min(line.len())))?;
    let mut status = 0_u16;
    for at in start..start + 3 {
        match line.get(at) {
            Some(byte @ b'0'..=b'9') => status = status * 10 + u16::from(byte - b'0'),
            _ => return Err(Broken::new(Rule::StatusCode, at.min(line.len()))),
        }
    }
    if status < 100 {
        return Err(Broken::new(Rule::StatusCode, start));
    }
    let end = start + 3;
    let reason = match line.get(end) {
        None => end..end,
        Some(b' ') => end + 1..line.len(),
        Some(b'0'..=b'9') => return Err(Broken::new(Rule::StatusCode, end)),
        Some(_) => match separated(line, end, lenient, tolerated)? {
            Some(start) => start..line.len(),
            None => return Err(Broken::new(Rule::StatusLineForm, end)),
        },
    };
    if !is_text(&line[reason.clone()]) {
        let at = find_control(&line[reason.clone()]).unwrap_or(0);
        let may_stand = !line[reason.clone()].iter().any(|byte| matches!(byte, b'\0' | b'\r'));
        if !(may_stand && lenient.allows(Lenient::CONTROL_IN_REASON)) {
            return Err(Broken::new(Rule::ReasonCharacter, reason.start + at));
        }
        tolerated(Rule::ReasonCharacter, reason.start + at);
    }
    Ok(StatusLine { version, status, reason })
}

/// Returns where the part after the blanks at `at` starts; `None` if there are no blanks. More than one
/// space is a broken rule.
fn separated(
    line: &[u8],
    at: usize,
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<Option<usize>, Broken> {
    let rest = line.get(at..).unwrap_or_default();
    match rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count() {
        0 => Ok(None),
        1 if rest[0] == b' ' => Ok(Some(at + 1)),
        blanks if lenient.allows(Lenient::SPACES_IN_STATUS_LINE) => {
            tolerated(Rule::StatusLineForm, at);
            Ok(Some(at + blanks))
        }
        // Without the tolerance, the second blank is an invalid first character of the next part.
        _ if rest[0] == b' ' => Ok(Some(at + 1)),
        _ => Err(Broken::new(Rule::StatusLineForm, at)),
    }
}

/// Reads the eight bytes of a version; `at` is their position in the line.
fn version(
    bytes: &[u8],
    at: usize,
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<Version, Broken> {
    match bytes.first_chunk() {
        Some(b"HTTP/1.1") => return Ok(Version::HTTP_11),
        Some(b"HTTP/1.0") => return Ok(Version::HTTP_10),
        _ => {}
    }
    match bytes {
        [b'H', b'T', b'T', b'P', b'/', major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9', ..] => {
            if *major == b'1' && lenient.allows(Lenient::MINOR_VERSION) {
                tolerated(Rule::VersionUnsupported, at + 7);
                return Ok(Version::from_minor(minor - b'0'));
            }
            Err(Broken::new(Rule::VersionUnsupported, at + 5))
        }
        _ => {
            let wrong = b"HTTP/".iter().zip(bytes).take_while(|(a, b)| a == b).count();
            let digits = bytes.get(5..).unwrap_or_default();
            let wrong = match (wrong, digits) {
                (5, [b'0'..=b'9', b'.', ..]) => 7,
                (5, [b'0'..=b'9', ..]) => 6,
                (wrong, _) => wrong,
            };
            Err(Broken::new(Rule::VersionForm, at + wrong.min(bytes.len())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict_request(line: &[u8]) -> Result<RequestLine, Broken> {
        request(line, Lenient::NONE, &mut |_, _| {})
    }

    fn strict_status(line: &[u8]) -> Result<StatusLine, Broken> {
        status(line, Lenient::NONE, &mut |_, _| {})
    }

    #[test]
    fn request_line_has_three_words() {
        let line = strict_request(b"GET /a?b HTTP/1.1").unwrap();
        assert_eq!((line.method, line.target), (0..3, 4..8));
        for (line, rule, at) in [
            (&b"GET"[..], Rule::RequestLineForm, 3),
            (b"GET /", Rule::VersionMissing, 5),
            (b" GET / HTTP/1.1", Rule::RequestLineForm, 0),
            (b"GET  / HTTP/1.1", Rule::RequestLineForm, 4),
            (b"GET /a b HTTP/1.1", Rule::VersionForm, 7),
            (b"GET / HTTP/1.1 x", Rule::RequestLineForm, 5),
            (b"G@T / HTTP/1.1", Rule::MethodCharacter, 1),
            (b"GET /\x01 HTTP/1.1", Rule::TargetCharacter, 5),
            (b"GET /\xc3\xa9 HTTP/1.1", Rule::TargetCharacter, 5),
            (b"GET / HTTP/1.10", Rule::VersionForm, 14),
            (b"GET / HTTP/2.0", Rule::VersionUnsupported, 11),
            (b"GET / http/1.1", Rule::VersionForm, 6),
        ] {
            assert_eq!(strict_request(line), Err(Broken::new(rule, at)), "{}", line.escape_ascii());
        }
    }

    #[test]
    fn plain_lines_agree_with_full_validation() {
        let mut plain_lines = 0;
        for line in [&b"GET /a?b=c HTTP/1.1"[..], b"OPTIONS * HTTP/1.1", b"HTTP/1.1 200 OK a"] {
            for (at, byte) in (0..line.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
                let mut line = line.to_vec();
                line[at] = byte;
                let (asks, answers) = (strict_request(&line), strict_status(&line));
                line.extend_from_slice(b"\r\nNext: line\r\n\r\n");
                let len = line.len() - 14;
                if let Some(plain) = plain_request(&line) {
                    assert_eq!((Ok(plain.0), plain.1), (asks, len), "{}", line.escape_ascii());
                    plain_lines += 1;
                }
                if let Some(plain) = plain_status(&line) {
                    assert_eq!((Ok(plain.0), plain.1), (answers, len), "{}", line.escape_ascii());
                    plain_lines += 1;
                }
                assert_eq!(
                    (plain_request(&line[..len - 1]), plain_status(&line[..at])),
                    (None, None)
                );
            }
        }
        assert!(plain_lines > 1100, "{plain_lines} are read fast");
    }

    #[test]
    fn status_line_may_lack_its_reason() {
        assert_eq!(strict_status(b"HTTP/1.1 204").unwrap().reason, 12..12);
        assert_eq!(strict_status(b"HTTP/1.1 204 ").unwrap().reason, 13..13);
        assert_eq!(strict_status(b"HTTP/1.0 200 a  b").unwrap().reason, 13..17);
        for (line, rule, at) in [
            (&b"HTTP/1.1  200 OK"[..], Rule::StatusCode, 9),
            (b"HTTP/1.1 20 OK", Rule::StatusCode, 11),
            (b"HTTP/1.1 2000 OK", Rule::StatusCode, 12),
            (b"HTTP/1.1 099 OK", Rule::StatusCode, 9),
            (b"HTTP/1.1", Rule::StatusLineForm, 8),
            (b"HTTP/1.1 200 O\x00K", Rule::ReasonCharacter, 14),
            (b"hello", Rule::StatusLineMissing, 0),
            (b"HTT", Rule::VersionForm, 3),
            (b"http/1.1 200 OK", Rule::VersionForm, 0),
            (b"HTTP/1 200 OK", Rule::VersionForm, 6),
        ] {
            assert_eq!(strict_status(line), Err(Broken::new(rule, at)), "{}", line.escape_ascii());
        }
    }
}
