//! The message of an event: the part of a line after the name of the logger.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use limpid_core::client::Timings;
use limpid_core::fields::Field;
use limpid_core::http1::{RequestHead, ResponseHead, Version};
use limpid_core::trace::capture::HIDDEN;
use limpid_core::trace::{
    Capture, Credentials, Failure, FieldMeta, Metadata, Sensitivity, SocketOption, Stage, StreamId,
    TraceEvent, Value,
};

use super::repr::{Bool, Bytes, Float, List, NONE, Str, Tuple};
use super::{Profile, Raised, StreamClass};

/// The way in which messages are written.
///
/// ```
/// use limpid_core::trace::TraceEvent;
/// use limpid_sinks::python::Messages;
///
/// let event = TraceEvent::SendRequestHeadersStarted { request: b"GET" };
/// assert_eq!(
///     Messages::default().of(&event).to_string(),
///     "send_request_headers.started request=<Request [b'GET']>",
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    /// The release whose messages are written.
    pub profile: Profile,
    /// The class that streams are shown as.
    pub stream_class: StreamClass,
    /// How much may be shown.
    pub capture: Capture,
}

impl Messages {
    /// Returns the message of `event`, to be displayed.
    #[must_use]
    pub const fn of<'a>(self, event: &'a TraceEvent<'a>) -> Message<'a> {
        Message { messages: self, event }
    }
}

/// The message of one event. Its [`Display`] writes it, and allocates only to redact a URL or a rejected
/// line.
///
/// [`Messages`] has an example.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    messages: Messages,
    event: &'a TraceEvent<'a>,
}

impl Display for Message<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let TraceEvent::HttpRequest { method, url, version, status, reason } = *self.event {
            let capture = self.messages.capture;
            let (url, reason) = (capture.url(url), capture.phrase(reason));
            let (method, reason) = (Ascii(method), Ascii(&reason));
            return write!(f, "HTTP Request: {method} {url} \"{version} {status} {reason}\"");
        }
        let metadata = self.event.kind().metadata();
        f.write_str(metadata.name)?;
        f.write_str(metadata.stage.suffix())?;
        if let TraceEvent::LoadSslContext { verify, cert, key } = *self.event {
            return write!(f, " verify={} cert={}", Bool(verify), ClientCertificate(cert, key));
        }
        let mut result = Ok(());
        let mut fields = FieldWriter { messages: self.messages, metadata, name: b"", f };
        self.event.visit(|field, value| {
            if result.is_ok() {
                result = fields.write(field, value);
            }
        });
        result?;
        match *self.event {
            TraceEvent::SetupSocks5ConnectionStarted {
                connect_timeout,
                read_timeout,
                write_timeout,
                pool_timeout,
                ..
            } if self.messages.profile.is_httpx2() => {
                write_timeouts([connect_timeout, read_timeout, write_timeout, pool_timeout], f)
            }
            _ => Ok(()),
        }
    }
}

/// A writer of the fields of one event.
struct FieldWriter<'a, 'f, 'o> {
    messages: Messages,
    metadata: &'a Metadata,
    /// The name that the event gives to the next value.
    name: &'a [u8],
    f: &'f mut Formatter<'o>,
}

impl<'a> FieldWriter<'a, '_, '_> {
    fn write(&mut self, field: &FieldMeta, value: Value<'a>) -> fmt::Result {
        // httpcore shows one field of an end; limpid's events may have more.
        let is_httpcores = !is_limpids(self.metadata);
        let key = match self.metadata.stage {
            Stage::Started if is_httpcores && TIMEOUTS.contains(&field.name) => return Ok(()),
            Stage::Complete if is_httpcores && value == Value::None => return Ok(()),
            Stage::Complete if is_httpcores => "return_value",
            Stage::Failed if is_httpcores => "exception",
            Stage::Failed if field.kind == "Failure" => "error",
            _ => field.name,
        };
        for text in [" ", key, "="] {
            self.f.write_str(text)?;
        }
        if let ("name", Value::Bytes(name)) = (field.name, value) {
            self.name = name;
        }
        self.value(field.sensitivity, value)?;
        match value {
            Value::Failure(failure) if !is_httpcores => self.excerpt(failure),
            _ => Ok(()),
        }
    }

    /// Writes the bytes that a failure refers to, if there are any. Python's exceptions contain them.
    fn excerpt(&mut self, failure: Failure<'_>) -> fmt::Result {
        if failure.excerpt.is_empty() {
            return Ok(());
        }
        self.f.write_str(" excerpt=")?;
        Bytes(&self.messages.capture.excerpt(failure.cause, failure.excerpt)).fmt(self.f)
    }

    fn value(&mut self, sensitivity: Sensitivity, value: Value<'_>) -> fmt::Result {
        let Messages { profile, stream_class, capture } = self.messages;
        let f = &mut *self.f;
        match value {
            Value::None => f.write_str(NONE),
            Value::Flag(flag) => Bool(flag).fmt(f),
            Value::Count(number) => number.fmt(f),
            Value::Seconds(duration) => Float(seconds(duration)).fmt(f),
            Value::Text(text) => self.text(sensitivity, text),
            Value::Word(word) => Str(word).fmt(f),
            Value::Bytes(bytes) => self.bytes(sensitivity, bytes),
            Value::Address(address) => Str(address).fmt(f),
            Value::Version(version) => VersionRepr(version).fmt(f),
            Value::SocketOptions(options) => List(options.iter().map(socket_option)).fmt(f),
            Value::Stream(id) => write_stream(id, stream_class.name(profile, id.layer), f),
            Value::TlsContext(tls) => write!(f, "SSLContext(verify={})", Bool(tls.verify)),
            Value::Request(method) => {
                f.write_str("<Request [")?;
                Bytes(method).fmt(f)?;
                f.write_str("]>")
            }
            Value::RequestHead(head) => write_request(&head, capture, f),
            Value::ResponseHead(head) => write_head(&head, capture, f),
            Value::Credentials(credentials) => write_credentials(credentials, capture, f),
            Value::Failure(failure) if is_limpids(self.metadata) => Str(failure).fmt(f),
            Value::Failure(failure) => Raised { failure, capture, profile }.fmt(f),
            Value::Timings(timings) => write_timings(timings, f),
            // Unknown kinds of values are shown as Python's repr of `...`.
            _ => f.write_str("..."),
        }
    }

    fn text(&mut self, sensitivity: Sensitivity, text: &str) -> fmt::Result {
        match self.messages.capture.string(sensitivity, text) {
            Some(shown) => Str(shown).fmt(self.f),
            None => self.count(text.len()),
        }
    }

    fn bytes(&mut self, sensitivity: Sensitivity, bytes: &[u8]) -> fmt::Result {
        match self.messages.capture.bytes(sensitivity, self.name, bytes) {
            Some(shown) => Bytes(&shown).fmt(self.f),
            None => self.count(bytes.len()),
        }
    }

    fn count(&mut self, len: usize) -> fmt::Result {
        write!(self.f, "<{len} bytes>")
    }
}

/// Returns whether an event has no equivalent in Python, so that its message is in limpid's words.
fn is_limpids(event: &Metadata) -> bool {
    event.logger.is_within("limpid")
}

/// The time limits of a request, which httpx2 shows as one dictionary and httpx does not show.
const TIMEOUTS: [&str; 4] = ["connect_timeout", "read_timeout", "write_timeout", "pool_timeout"];

fn write_timeouts(timeouts: [Option<Duration>; 4], f: &mut Formatter<'_>) -> fmt::Result {
    let mut separator = " timeouts={";
    for (name, timeout) in TIMEOUTS.iter().zip(timeouts) {
        write!(f, "{separator}'{}': ", name.trim_end_matches("_timeout"))?;
        match timeout {
            Some(timeout) => Float(seconds(timeout)).fmt(f)?,
            None => f.write_str(NONE)?,
        }
        separator = ", ";
    }
    f.write_str("}")
}

/// Returns seconds as the nearest float, so that 1.1 s is `1.1` and not the sum of 1 and 0.1.
fn seconds(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e9
}

fn socket_option(option: &SocketOption) -> Tuple<(i32, i32, i32)> {
    Tuple((option.level, option.name, option.value))
}

/// A client's certificate as an argument of httpx: one file, or a pair with the file of the key.
struct ClientCertificate<'a>(Option<&'a str>, Option<&'a str>);

impl Display for ClientCertificate<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match (self.0, self.1) {
            (Some(cert), Some(key)) => Tuple((Str(cert), Str(key))).fmt(f),
            (Some(cert), None) => Str(cert).fmt(f),
            (None, _) => f.write_str(NONE),
        }
    }
}

/// A version as `bytes`.
struct VersionRepr(Version);

impl Display for VersionRepr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "b'{}'", self.0)
    }
}

/// Writes a stream as Python shows an object: its class and an address. The address is derived from the
/// number of the stream and unique to it.
fn write_stream(id: StreamId, class: &str, f: &mut Formatter<'_>) -> fmt::Result {
    const FIRST: u64 = 0x7f00_0000_0000;
    let of_connection = FIRST.wrapping_add(id.connection.wrapping_mul(0x1000));
    let address = of_connection.wrapping_add(u64::from(id.layer) * 0x10);
    write!(f, "<{class} object at {address:#x}>")
}

/// Writes the head of a request as [`write_head`] does that of a response: what it asks for, and then the
/// fields.
fn write_request(head: &RequestHead<'_>, capture: Capture, f: &mut Formatter<'_>) -> fmt::Result {
    let target = capture.target(head.target);
    let pairs = (0..head.fields.len())
        .filter_map(|index| head.fields.nth(index))
        .map(|field| FieldPair(field.name, capture.field(field.name, field.value)));
    Tuple((Bytes(head.method), Bytes(&target), VersionRepr(head.version), List(pairs))).fmt(f)
}

fn write_head(head: &ResponseHead<'_>, capture: Capture, f: &mut Formatter<'_>) -> fmt::Result {
    let fields = head.fields;
    let has_length = |field: &Field<'_>| field.is("Content-Length");
    let first_length = fields.iter().position(|field| has_length(&field));
    let pairs = (0..fields.len())
        .filter_map(|index| Some((index, fields.nth(index)?)))
        // h11 keeps one of several equal lengths.
        .filter(|(index, field)| !has_length(field) || Some(*index) == first_length)
        .map(|(_, field)| FieldPair(field.name, shown(&field, capture)));
    let reason = capture.phrase(head.reason);
    Tuple((VersionRepr(head.version), head.status, Bytes(&reason), List(pairs))).fmt(f)
}

/// A field as a tuple of its name and its value.
struct FieldPair<'a>(&'a [u8], Cow<'a, [u8]>);

impl Display for FieldPair<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Tuple((Bytes(self.0), Bytes(&self.1))).fmt(f)
    }
}

/// Returns the value of a field as h11 normalises it, as far as it may be shown.
fn shown<'a>(field: &Field<'a>, capture: Capture) -> Cow<'a, [u8]> {
    if field.is("Content-Length") {
        return Cow::Borrowed(field.elements().next().unwrap_or_default());
    }
    if field.is("Transfer-Encoding") && field.value.eq_ignore_ascii_case(b"chunked") {
        return Cow::Borrowed(b"chunked");
    }
    capture.field(field.name, field.value)
}

fn write_credentials(
    credentials: Credentials<'_>,
    capture: Capture,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    let hidden = HIDDEN.as_bytes();
    let Credentials { user, password } = credentials;
    let user = if capture == Capture::Redacted { hidden } else { user };
    let password = if capture.shows_secrets() { password } else { hidden };
    Tuple((Bytes(user), Bytes(password))).fmt(f)
}

/// Writes timings as Python shows a dictionary, in seconds.
fn write_timings(timings: &Timings, f: &mut Formatter<'_>) -> fmt::Result {
    let Timings { total, redirect, connections, redirects, connect_retries, retries, .. } =
        *timings;
    write!(f, "{{'total': {}", Float(seconds(total)))?;
    for (name, part) in timings.parts().chain(redirect.map(|time| ("redirect", time))) {
        write!(f, ", '{name}': {}", Float(seconds(part)))?;
    }
    let counts = [
        ("connections", connections),
        ("redirects", redirects),
        ("connect_retries", connect_retries),
        ("retries", retries),
    ];
    for (name, count) in counts {
        write!(f, ", '{name}': {count}")?;
    }
    f.write_str("}")
}

/// Bytes as text, without those that are not ASCII.
struct Ascii<'a>(&'a [u8]);

impl Display for Ascii<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0
            .split(|byte| !byte.is_ascii())
            .try_for_each(|text| f.write_str(std::str::from_utf8(text).unwrap_or_default()))
    }
}
