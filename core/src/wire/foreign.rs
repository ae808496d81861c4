//! Other protocols and formats, recognized by the bytes where a message should start.

use crate::error::Rule;

/// What the first bytes of a message show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guess {
    /// Nothing excludes HTTP/1.1 yet.
    Http,
    /// The bytes may be the start of another protocol; more are needed.
    Undecided,
    /// The message is something else.
    Foreign(Rule),
}

/// The first bytes of a protocol.
enum Signature {
    Text(&'static [u8]),
    /// The least and the greatest value of each byte.
    Ranges(&'static [(u8, u8)]),
}

use Signature::{Ranges, Text};

/// An alert or a handshake: type, and version 3.0 to 3.4 (RFC 8446 section 5.1).
const TLS: Signature = Ranges(&[(0x15, 0x16), (3, 3), (0, 4)]);
/// The `ClientHello` of SSL 2.0 that asks for version 3.0 or later (RFC 5246 appendix E.2).
const OLD_HELLO: Signature = Ranges(&[(0x80, 0xff), (0, 0xff), (1, 1), (3, 3)]);
/// SETTINGS, with which an HTTP/2 server starts (RFC 9113 sections 4.1 and 6.5).
const SETTINGS: Signature =
    Ranges(&[(0, 0), (0, 0xff), (0, 0xff), (4, 4), (0, 1), (0, 0), (0, 0), (0, 0), (0, 0)]);
/// GOAWAY, with which it refuses a connection (RFC 9113 section 6.8).
const GOAWAY: Signature =
    Ranges(&[(0, 0), (0, 0xff), (0, 0xff), (7, 7), (0, 0xff), (0, 0), (0, 0), (0, 0), (0, 0)]);
/// With which an HTTP/2 client starts (RFC 9113 section 3.4).
const PREFACE: Signature = Text(b"PRI * HTTP/2.0\r\n");
const SSH: &[u8] = b"SSH-";

const REQUESTS: &[(Signature, Rule)] =
    &[(TLS, Rule::TlsRecord), (OLD_HELLO, Rule::TlsRecord), (PREFACE, Rule::Http2)];

const RESPONSES: &[(Signature, Rule)] = &[
    (TLS, Rule::TlsRecord),
    (SETTINGS, Rule::Http2),
    (GOAWAY, Rule::Http2),
    (PREFACE, Rule::Http2),
    (Text(b"ICY "), Rule::Shoutcast),
    (Text(b"<"), Rule::DocumentFirst),
    (Text(b"\xef\xbb\xbf<"), Rule::DocumentFirst),
    (Text(SSH), Rule::OtherGreeting),
    // SMTP and FTP, POP3, and IMAP.
    (Text(b"220 "), Rule::OtherGreeting),
    (Text(b"220-"), Rule::OtherGreeting),
    (Text(b"+OK"), Rule::OtherGreeting),
    (Text(b"* OK"), Rule::OtherGreeting),
];

impl Signature {
    const fn len(&self) -> usize {
        match self {
            Text(text) => text.len(),
            Ranges(ranges) => ranges.len(),
        }
    }

    /// Returns whether `bytes` agree with the signature as far as both go.
    fn fits(&self, bytes: &[u8]) -> bool {
        match self {
            Text(text) => text.iter().zip(bytes).all(|(a, b)| a == b),
            Ranges(ranges) => {
                ranges.iter().zip(bytes).all(|((least, most), byte)| (least..=most).contains(&byte))
            }
        }
    }
}

/// Examines the first bytes of a request.
pub(crate) fn in_request(bytes: &[u8]) -> Guess {
    guess(REQUESTS, bytes)
}

/// Returns whether a line of one word, where a request line should be, is the greeting of SSH. Its first
/// bytes could be a method.
pub(crate) fn is_greeting(line: &[u8]) -> bool {
    line.starts_with(SSH)
}

/// Examines the first bytes of a response.
pub(crate) fn in_response(bytes: &[u8]) -> Guess {
    guess(RESPONSES, bytes)
}

/// Returns whether what has arrived of a line starts no status line, not even one of another version:
/// it is a response without a head, as in HTTP/0.9, or an unknown protocol.
pub(crate) fn is_no_status_line(line: &[u8]) -> bool {
    let name = &line[..line.len().min(4)];
    !name.eq_ignore_ascii_case(&b"HTTP"[..name.len()])
}

fn guess(signatures: &[(Signature, Rule)], bytes: &[u8]) -> Guess {
    let mut fitting = signatures.iter().filter(|(signature, _)| signature.fits(bytes)).peekable();
    match fitting.clone().find(|(signature, _)| signature.len() <= bytes.len()) {
        Some((_, rule)) => Guess::Foreign(*rule),
        None if fitting.peek().is_some() && !bytes.is_empty() => Guess::Undecided,
        None => Guess::Http,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_recognized_by_their_first_bytes() {
        for (bytes, rule) in [
            (&b"\x16\x03\x01\x02\x00\x01"[..], Rule::TlsRecord),
            (b"\x80\x2e\x01\x03\x01\x00", Rule::TlsRecord),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Rule::Http2),
        ] {
            assert_eq!(in_request(bytes), Guess::Foreign(rule), "{}", bytes.escape_ascii());
        }
        for (bytes, rule) in [
            (&b"\x15\x03\x01\x00\x02\x02\x46"[..], Rule::TlsRecord),
            (b"\x16\x03\x03\x00\x40", Rule::TlsRecord),
            (b"\0\0\x12\x04\0\0\0\0\0\0\x03", Rule::Http2),
            (b"\0\0\0\x04\x01\0\0\0\0", Rule::Http2),
            (b"\0\0\x08\x07\0\0\0\0\0\0\0\0\0", Rule::Http2),
            (b"ICY 200 OK\r\n", Rule::Shoutcast),
            (b"<!doctype html>", Rule::DocumentFirst),
            (b"\xef\xbb\xbf<html>", Rule::DocumentFirst),
            (b"220 mail.test ESMTP\r\n", Rule::OtherGreeting),
            (b"+OK ready\r\n", Rule::OtherGreeting),
        ] {
            assert_eq!(in_response(bytes), Guess::Foreign(rule), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn every_proper_prefix_of_a_signature_is_undecided() {
        for (signature, _) in RESPONSES {
            let bytes: Vec<u8> = match signature {
                Text(text) => text.to_vec(),
                Ranges(ranges) => ranges.iter().map(|(least, _)| *least).collect(),
            };
            for len in 1..bytes.len() {
                assert_eq!(in_response(&bytes[..len]), Guess::Undecided, "{len}");
            }
        }
    }

    /// The parser of heads does not examine these.
    #[test]
    fn common_first_bytes_start_no_signature() {
        for byte in 0..=u8::MAX {
            let is_method = byte.is_ascii_uppercase() && byte != b'P';
            assert!(!is_method || in_request(&[byte]) == Guess::Http, "{byte}");
        }
        assert_eq!(in_response(b"H"), Guess::Http);
    }

    #[test]
    fn http_is_not_taken_for_another_protocol() {
        for bytes in
            [&b""[..], b"H", b"HTTP/1.1 200 OK", b"http/1.1", b"HTTPS", b"\r\nHTTP/1.1", b"\n"]
        {
            assert_eq!(in_response(bytes), Guess::Http, "{}", bytes.escape_ascii());
        }
        for bytes in [&b""[..], b"GET / HTTP/1.1", b"PRI /", b"SSH-2 / HTTP/1.1", b"\r\n", b"\x16A"]
        {
            assert_eq!(in_request(bytes), Guess::Http, "{}", bytes.escape_ascii());
        }
    }
}
