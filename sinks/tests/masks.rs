//! Masks of received bytes: a secret is planted in each place of a head, a trailer section and a URL, and searched for
//! in the masked bytes.

#![cfg(test)]

mod common;
mod planted;

use limpid_core::client::Url;
use limpid_core::error::Cause;
use limpid_core::fields::Fields;
use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Setup, Transcript};
use limpid_core::limits::{Config, Lenient};
use limpid_core::trace::{Capture, TraceEvent};
use planted::places;

/// The secret. No place contains this word otherwise.
const SECRET: &[u8] = b"tiger";

/// Bytes of a peer, and how they are masked.
enum Received {
    Head(Vec<u8>, Role),
    Incomplete(Vec<u8>),
    Trailers(Vec<u8>),
    Url(Vec<u8>),
}

fn head(start: &[&[u8]], fields: Fields<'_>) -> Vec<u8> {
    [&start.concat(), &b"\r\n"[..], &lines(fields), b"\r\n"].concat()
}

fn lines(fields: Fields<'_>) -> Vec<u8> {
    fields.iter().flat_map(|field| [field.name, b": ", field.value, b"\r\n"].concat()).collect()
}

/// Returns the bytes from which an event was made, if it was made from received bytes.
fn received(event: &TraceEvent<'_>) -> Option<Received> {
    Some(match event {
        TraceEvent::RequestRead { head: it } => Received::Head(
            head(&[it.method, b" ", it.target, b" HTTP/1.1\r\nHost: h"], it.fields),
            Role::Server,
        ),
        TraceEvent::ReceiveResponseHeadersComplete { head: it } => {
            Received::Head(head(&[b"HTTP/1.1 200 ", it.reason], it.fields), Role::Client)
        }
        TraceEvent::TrailerRead { name, value, .. } => {
            Received::Trailers([name, &b": "[..], value, b"\r\n\r\n"].concat())
        }
        TraceEvent::ReceiveResponseHeadersFailed { failure }
            if matches!(failure.cause, Cause::Peer(_)) =>
        {
            Received::Incomplete([b"HTTP/1.1 200 OK\r\n", failure.excerpt].concat())
        }
        TraceEvent::ExchangeStarted { url, .. } => {
            Received::Url(url.parse::<Url>().ok()?.as_str().into())
        }
        _ => return None,
    })
}

/// Returns the names of the fields of a message and the lengths of everything.
fn structure(bytes: &[u8], role: Role) -> String {
    let config = Config::with(|config| config.lenient = Lenient::ALL);
    let setup = Setup { role, method: b"GET", config, eof: true };
    let (transcript, outcome) = Transcript::read(&setup, [bytes]).unwrap();
    let shape = transcript.messages.iter().map(|message| {
        let fields = message.fields.fields();
        let names = fields.iter().map(|field| (field.name.to_vec(), field.value.len()));
        (message.framing, names.collect::<Vec<_>>())
    });
    format!("{:?} {outcome:?}", shape.collect::<Vec<_>>())
}

#[test]
fn masks_hide_what_outputs_hide_and_keep_the_structure() {
    let mut count = 0;
    for place in places() {
        for capture in [Capture::Redacted, Capture::Default] {
            let Some(bytes) = received(&place.event.borrow()) else { continue };
            let (original, masked) = match bytes {
                Received::Head(head, role) => {
                    let mut masked = head.clone();
                    capture.mask_head(&mut masked);
                    assert_eq!(structure(&masked, role), structure(&head, role), "{}", place.name);
                    (head, masked)
                }
                Received::Incomplete(head) => {
                    let mut masked = head.clone();
                    capture.mask_head(&mut masked);
                    (head, masked)
                }
                Received::Trailers(section) => {
                    let mut masked = section.clone();
                    capture.mask_trailers(&mut masked);
                    (section, masked)
                }
                Received::Url(url) => {
                    let mut masked = url.clone();
                    capture.mask_url(&mut masked);
                    let again: Url = String::from_utf8(masked.clone()).unwrap().parse().unwrap();
                    assert_eq!(again.as_str().as_bytes(), masked);
                    (url, masked)
                }
            };
            count += 1;
            let text = masked.escape_ascii();
            assert_eq!(masked.len(), original.len(), "{text}");
            let shows = masked.windows(SECRET.len()).any(|part| part == SECRET);
            assert!(!shows || capture >= place.shown_from, "{capture:?} {}: {text}", place.name);
        }
    }
    assert!(count > 1000, "{count} places");
}

#[test]
fn modes_that_show_secrets_mask_nothing() {
    let original = b"GET /?token=tiger HTTP/1.1\r\nCookie: tiger\r\n\r\n";
    for capture in [Capture::Private, Capture::Everything] {
        let mut bytes = *original;
        capture.mask_head(&mut bytes);
        assert_eq!(&bytes, original);
    }
}

#[test]
fn rest_of_a_head_is_masked_line_by_line() {
    for (rest, masked) in [
        ("GET /a?tok", "GET /*?***"),
        ("GET /a?token=tiger", "GET /*?***********"),
        ("POST", "POST"),
        ("GET / HTTP/1.1\r\nCookie: tig", "GET / HTTP/1.1\r\nCookie: ***"),
        ("GET / HTTP/1.1\r\nX-Any: eyJhbGci", "GET / HTTP/1.1\r\nX-Any: ********"),
        ("GET / HTTP/1.1\r\nContent-Length: 1", "GET / HTTP/1.1\r\nContent-Length: 1"),
        ("GET / HTTP/1.1\r\nCookie: a\r\n b\r\n c", "GET / HTTP/1.1\r\nCookie: *\r\n *\r\n *"),
        ("HTTP/1.1 200 OK\r\nSet-Co", "HTTP/1.1 200 OK\r\nSet-Co"),
    ] {
        let mut bytes = rest.as_bytes().to_vec();
        Capture::Default.mask_head(&mut bytes);
        assert_eq!(String::from_utf8_lossy(&bytes), masked, "{rest}");
    }
}

#[test]
fn redirect_leads_to_the_same_place_with_as_long_a_secret() {
    for (location, masked) in [
        ("https://me:p%20w@h:81/a?code=x%20y&b=2", "https://me:*%2A*@h:81/a?code=*%2A*&b=2"),
        ("/a?token=\"a b\"", "/a?token=\"* *\""),
        ("//h/#access_token=x", "//h/#access_token=*"),
    ] {
        let mut value = location.as_bytes().to_vec();
        Capture::Default.mask_field(b"Location", &mut value);
        assert_eq!(String::from_utf8_lossy(&value), masked);
        let base: Url = "http://base.test/".parse().unwrap();
        let url = |text: &str| base.join(text).unwrap();
        let (before, after) = (url(location), url(masked));
        assert_eq!(before.as_str().len(), after.as_str().len());
        let lengths = |url: &Url| url.credentials().map(|(user, word)| (user.len(), word.len()));
        assert_eq!(lengths(&before), lengths(&after));
    }
}
