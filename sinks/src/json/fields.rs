//! The fields of an event as JSON.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::Duration;

use limpid_core::client::Timings;
use limpid_core::error::{Cause, OsError};
use limpid_core::fields::Fields;
use limpid_core::http1::{RequestHead, ResponseHead};
use limpid_core::trace::capture::HIDDEN;
use limpid_core::trace::{
    Capture, Credentials, Failure, FieldMeta, Sensitivity, SocketOption, TraceEvent, Value,
};

use super::escape::{displayed, flag, latin_1, micros, number, text};

/// Appends the fields as an object.
pub(super) fn write(event: &TraceEvent<'_>, capture: Capture, out: &mut Vec<u8>) {
    let mut writer = Writer { capture, name: b"", out };
    let mut separator = b'{';
    event.visit(|field, value| {
        writer.out.push(separator);
        separator = b',';
        key(field.name, writer.out);
        writer.field(field, value);
    });
    if separator == b'{' {
        out.push(separator);
    }
    out.push(b'}');
}

struct Writer<'a, 'o> {
    capture: Capture,
    /// The name that the event gives to the next value.
    name: &'a [u8],
    out: &'o mut Vec<u8>,
}

impl<'a> Writer<'a, '_> {
    fn field(&mut self, field: &FieldMeta, value: Value<'a>) {
        if let ("name", Value::Bytes(name)) = (field.name, value) {
            self.name = name;
        }
        let (capture, out) = (self.capture, &mut *self.out);
        match value {
            Value::Flag(value) => flag(value, out),
            Value::Count(value) => number(value, out),
            Value::Seconds(duration) => seconds(duration, out),
            Value::Text(value) => self.text(field.sensitivity, value),
            Value::Word(word) => text(word, out),
            Value::Bytes(bytes) => self.bytes(field.sensitivity, bytes),
            Value::Address(it) => address(it, out),
            Value::Version(version) => displayed(version, out),
            Value::SocketOptions(options) => list(options, out, socket_option),
            Value::Stream(stream) => {
                open(out, "connection");
                number(stream.connection, out);
                next(out, "layer");
                number(stream.layer.into(), out);
                out.push(b'}');
            }
            Value::TlsContext(context) => {
                open(out, "verify");
                flag(context.verify, out);
                out.push(b'}');
            }
            Value::Request(method) => latin_1(method, out),
            Value::RequestHead(head) => write_request(&head, capture, out),
            Value::ResponseHead(head) => write_head(&head, capture, out),
            Value::Credentials(credentials) => write_credentials(credentials, capture, out),
            Value::Failure(failure) => write_failure(&failure, capture, out),
            Value::Timings(timings) => write_timings(timings, out),
            // Unknown kinds of values are omitted.
            _ => out.extend_from_slice(b"null"),
        }
    }

    fn text(&mut self, sensitivity: Sensitivity, value: &str) {
        let capture = self.capture;
        let shown = match sensitivity {
            Sensitivity::Public => Cow::Borrowed(value),
            Sensitivity::Url => capture.url(value),
            Sensitivity::Text => capture.text(value),
            _ if capture.shows_secrets() => Cow::Borrowed(value),
            _ => Cow::Borrowed(HIDDEN),
        };
        text(&shown, self.out);
    }

    fn bytes(&mut self, sensitivity: Sensitivity, bytes: &[u8]) {
        let capture = self.capture;
        let shown = match sensitivity {
            Sensitivity::Public => Cow::Borrowed(bytes),
            Sensitivity::Url => capture.line(bytes),
            Sensitivity::Fields => Cow::Borrowed(capture.field(self.name, bytes)),
            Sensitivity::Payload => return self.payload(bytes),
            Sensitivity::Text | Sensitivity::Secret if capture.shows_secrets() => {
                Cow::Borrowed(bytes)
            }
            Sensitivity::Text | Sensitivity::Secret => Cow::Borrowed(HIDDEN.as_bytes()),
        };
        latin_1(&shown, self.out);
    }

    /// Writes bytes on the wire: how many, and their content if it may be shown.
    fn payload(&mut self, bytes: &[u8]) {
        open(self.out, "length");
        number(bytes.len() as u64, self.out);
        if self.capture.shows_bytes() {
            next(self.out, "bytes");
            latin_1(bytes, self.out);
        }
        self.out.push(b'}');
    }
}

fn key(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Writes the beginning of an object, and its first key.
fn open(out: &mut Vec<u8>, name: &str) {
    out.push(b'{');
    key(name, out);
}

/// Writes a further key.
fn next(out: &mut Vec<u8>, name: &str) {
    out.push(b',');
    key(name, out);
}

fn list<T>(items: impl IntoIterator<Item = T>, out: &mut Vec<u8>, write: impl Fn(T, &mut Vec<u8>)) {
    out.push(b'[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

fn socket_option(option: &SocketOption, out: &mut Vec<u8>) {
    list([option.level, option.name, option.value], out, signed);
}

fn signed(value: i32, out: &mut Vec<u8>) {
    if value < 0 {
        out.push(b'-');
    }
    number(value.unsigned_abs().into(), out);
}

fn write_head(head: &ResponseHead<'_>, capture: Capture, out: &mut Vec<u8>) {
    open(out, "version");
    displayed(head.version, out);
    next(out, "status");
    number(head.status.into(), out);
    next(out, "reason");
    latin_1(head.reason, out);
    write_fields(head.fields, capture, out);
}

fn write_request(head: &RequestHead<'_>, capture: Capture, out: &mut Vec<u8>) {
    open(out, "method");
    latin_1(head.method, out);
    next(out, "target");
    latin_1(&capture.target(head.target), out);
    next(out, "version");
    displayed(head.version, out);
    write_fields(head.fields, capture, out);
}

/// Writes the fields of a head, and its end.
fn write_fields(fields: Fields<'_>, capture: Capture, out: &mut Vec<u8>) {
    next(out, "fields");
    list(fields.iter(), out, |field, out| {
        list([field.name, capture.field(field.name, field.value)], out, latin_1);
    });
    out.push(b'}');
}

fn write_credentials(credentials: Credentials<'_>, capture: Capture, out: &mut Vec<u8>) {
    let shown = |shows: bool, value| if shows { value } else { HIDDEN.as_bytes() };
    open(out, "user");
    latin_1(shown(capture != Capture::Redacted, credentials.user), out);
    next(out, "password");
    latin_1(shown(capture.shows_secrets(), credentials.password), out);
    out.push(b'}');
}

fn write_failure(failure: &Failure<'_>, capture: Capture, out: &mut Vec<u8>) {
    let Failure { phase, cause, secure, excerpt, body: (received, announced), .. } = *failure;
    open(out, "while");
    displayed(phase, out);
    next(out, "cause");
    text(cause_name(cause), out);
    next(out, "message");
    displayed(cause, out);
    next(out, "secure");
    flag(secure, out);
    next(out, "evidence");
    latin_1(&capture.excerpt(cause, excerpt), out);
    next(out, "body_received");
    number(received, out);
    next(out, "body_announced");
    number(announced, out);
    match cause {
        Cause::Peer(error) => {
            next(out, "rule");
            text(error.rule.name(), out);
            next(out, "section");
            text(error.rule.section(), out);
            next(out, "offset");
            number(error.offset, out);
        }
        Cause::Coding(error) => {
            next(out, "coding");
            text(error.coding.name(), out);
            next(out, "fault");
            text(error.fault.name(), out);
            next(out, "offset");
            number(error.offset, out);
        }
        Cause::Os(OsError { code, .. }) | Cause::Body(OsError { code, .. }) => {
            next(out, "os_error");
            signed(*code, out);
        }
        _ => {}
    }
    out.push(b'}');
}

/// Writes an address. That of IPv4, which events of most requests have, needs no formatting.
fn address(address: SocketAddr, out: &mut Vec<u8>) {
    let SocketAddr::V4(v4) = address else { return displayed(address, out) };
    let mut before = b'"';
    for octet in v4.ip().octets() {
        out.push(before);
        number(octet.into(), out);
        before = b'.';
    }
    out.push(b':');
    number(v4.port().into(), out);
    out.push(b'"');
}

fn seconds(duration: Duration, out: &mut Vec<u8>) {
    number(duration.as_secs(), out);
    out.push(b'.');
    micros(duration.subsec_micros(), out);
}

fn write_timings(timings: &Timings, out: &mut Vec<u8>) {
    open(out, "total");
    seconds(timings.total, out);
    for (name, part) in timings.parts().chain(timings.redirect.map(|time| ("redirect", time))) {
        next(out, name);
        seconds(part, out);
    }
    for (name, count) in [
        ("connections", timings.connections),
        ("redirects", timings.redirects),
        ("connect_retries", timings.connect_retries),
    ] {
        next(out, name);
        number(count.into(), out);
    }
    out.push(b'}');
}

/// The names of the kinds of causes, so that programs can distinguish them.
pub(super) const CAUSES: [&str; 19] = [
    "os",
    "timeout",
    "resolve",
    "tls",
    "peer",
    "misuse",
    "abandoned",
    "body",
    "body_consumed",
    "proxy",
    "socks",
    "bad_redirect",
    "too_many_redirects",
    "outrun",
    "coding",
    "layer",
    "answered_early",
    "peer_gone",
    "other",
];

const fn cause_name(cause: &Cause) -> &'static str {
    let index = match cause {
        Cause::Os(_) => 0,
        Cause::TimedOut(_) => 1,
        Cause::Resolve(_) => 2,
        Cause::Tls(_) => 3,
        Cause::Peer(_) => 4,
        Cause::Misuse(_) => 5,
        Cause::Cancelled => 6,
        Cause::Body(_) => 7,
        Cause::BodyConsumed => 8,
        Cause::Proxy(_) => 9,
        Cause::Socks(_) => 10,
        Cause::BadRedirect => 11,
        Cause::TooManyRedirects => 12,
        Cause::Superseded => 13,
        Cause::Coding(_) => 14,
        Cause::Layer(_) => 15,
        Cause::AnsweredEarly(_) => 16,
        Cause::PeerGone => 17,
        // A cause that is newer than this table.
        _ => 18,
    };
    CAUSES[index]
}
