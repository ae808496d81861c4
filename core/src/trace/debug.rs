//! `Debug` of what may contain secrets: it shows what [`Capture::Default`] shows, because what is formatted
//! with `{:?}` usually goes to a log.

use alloc::string::String;
use core::fmt;

use super::capture::{Capture, HIDDEN};
use super::catalog::{OwnedTraceEvent, TraceEvent};
use super::metadata::FieldMeta;
use super::owned::{OwnedCredentials, OwnedFailure, OwnedRequestHead, OwnedResponseHead};
use super::value::{Credentials, Failure, Value};
use crate::fields::Field;
use crate::head::{RequestHead, ResponseHead};

/// Formats the target of a request as text, with its secrets hidden.
pub(crate) struct ShownTarget<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for ShownTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*Capture::Default.url(&String::from_utf8_lossy(self.0)), f)
    }
}

/// Formats bytes as text.
pub(crate) struct ShownBytes<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for ShownBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = Capture::Default.field(self.name, self.value);
        write!(f, "{}: {}", self.name.escape_ascii(), value.escape_ascii())
    }
}

impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", &ShownBytes(self.method))
            .field("target", &ShownTarget(self.target))
            .field("version", &self.version)
            .field("fields", &self.fields)
            .finish()
    }
}

impl fmt::Debug for OwnedRequestHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}

impl fmt::Debug for ResponseHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("version", &self.version)
            .field("status", &self.status)
            .field("reason", &ShownBytes(&Capture::Default.phrase(self.reason)))
            .field("fields", &self.fields)
            .finish()
    }
}

impl fmt::Debug for OwnedResponseHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &ShownBytes(self.user))
            .field("password", &ShownBytes(HIDDEN.as_bytes()))
            .finish()
    }
}

impl fmt::Debug for OwnedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}

impl fmt::Debug for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("phase", &self.phase)
            .field("cause", self.cause)
            .field("secure", &self.secure)
            .field("excerpt", &ShownBytes(&Capture::Default.excerpt(self.cause, self.excerpt)))
            .field("body", &self.body)
            .finish()
    }
}

impl fmt::Debug for OwnedFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}

impl fmt::Debug for TraceEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(self.kind().metadata().variant);
        let mut name: &[u8] = b"";
        self.visit(|field, value| {
            if let ("name", Value::Bytes(own)) = (field.name, value) {
                name = own;
            }
            shown.field(field.name, &ShownValue { field, name, value });
        });
        shown.finish()
    }
}

impl fmt::Debug for OwnedTraceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}

/// The value of a field of an event.
struct ShownValue<'a> {
    field: &'static FieldMeta,
    /// The name that the event gives to the value.
    name: &'a [u8],
    value: Value<'a>,
}

impl fmt::Debug for ShownValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (capture, sensitivity) = (Capture::Default, self.field.sensitivity);
        match self.value {
            Value::Text(text) => match capture.string(sensitivity, text) {
                Some(shown) => fmt::Debug::fmt(&*shown, f),
                None => write!(f, "<{} bytes>", text.len()),
            },
            Value::Bytes(bytes) => match capture.bytes(sensitivity, self.name, bytes) {
                Some(shown) => ShownBytes(&shown).fmt(f),
                None => write!(f, "<{} bytes>", bytes.len()),
            },
            Value::Request(method) => ShownBytes(method).fmt(f),
            Value::None => f.write_str("None"),
            Value::Flag(flag) => flag.fmt(f),
            Value::Count(count) => count.fmt(f),
            Value::Word(word) => word.fmt(f),
            Value::Address(address) => address.fmt(f),
            Value::Seconds(duration) => duration.fmt(f),
            Value::RequestHead(head) => head.fmt(f),
            Value::ResponseHead(head) => head.fmt(f),
            Value::Credentials(credentials) => credentials.fmt(f),
            Value::Failure(failure) => failure.fmt(f),
            Value::Version(version) => version.fmt(f),
            Value::SocketOptions(options) => options.fmt(f),
            Value::Stream(stream) => stream.fmt(f),
            Value::TlsContext(context) => context.fmt(f),
            Value::Timings(timings) => timings.fmt(f),
        }
    }
}
