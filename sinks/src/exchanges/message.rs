//! Heads and bodies of messages, as views show them.

use limpid_core::fields::Fields;
use limpid_core::http1::{RequestHead, ResponseHead};
use limpid_core::trace::Capture;

/// A header field or a trailer field.
///
/// [`Exchange`](super::Exchange) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, as sent.
    pub name: String,
    /// The value, with its secrets hidden.
    pub value: String,
}

/// The head of a request.
///
/// [`Exchange`](super::Exchange) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: String,
    /// The target, as sent.
    pub target: String,
    /// The version, such as `HTTP/1.1`.
    pub version: String,
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// Number of bytes of the head, to the end of the empty line. In a received head, exactly one space is assumed
    /// before a value.
    pub size: u64,
}

/// The head of a response.
///
/// [`Exchange`](super::Exchange) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The version, such as `HTTP/1.1`.
    pub version: String,
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// The fields, in order.
    pub fields: Vec<Field>,
    /// Number of bytes of the head, to the end of the empty line. In a received head, exactly one space is assumed
    /// before a value.
    pub size: u64,
}

/// The body of a message.
///
/// [`Exchange`](super::Exchange) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Body {
    /// Number of bytes, without framing and before decoding, as far as it is known.
    pub size: Option<u64>,
    /// Number of bytes after decoding, if the client has decoded it.
    pub decoded: Option<u64>,
    /// How the end of the body is found: `length`, `chunked`, `close`, `none` or `tunnel`.
    pub framing: Option<&'static str>,
    /// The bytes, without framing, if they were captured: all or the first.
    pub bytes: Option<Vec<u8>>,
    /// Whether the bytes are those after decoding, as in a file of a browser.
    pub is_decoded: bool,
    /// The trailers behind it.
    pub trailers: Vec<Field>,
}

impl Body {
    /// Returns whether the captured bytes are the whole body.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let size = if self.is_decoded { self.decoded } else { self.size };
        match (&self.bytes, size) {
            (Some(bytes), Some(size)) => bytes.len() as u64 == size,
            (bytes, _) => bytes.is_some(),
        }
    }
}

impl Request {
    pub(super) fn of(head: RequestHead<'_>, capture: Capture) -> Self {
        let line = head.method.len() + head.target.len() + " HTTP/1.1\r\n".len() + 1;
        Self {
            method: text(head.method),
            target: text(&capture.target(head.target)),
            version: head.version.to_string(),
            fields: fields(head.fields, capture),
            size: line as u64 + size(head.fields),
        }
    }

    /// Returns the first value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        get(&self.fields, name)
    }
}

impl Response {
    pub(super) fn of(head: ResponseHead<'_>, capture: Capture) -> Self {
        let line = "HTTP/1.1 200 \r\n".len() + head.reason.len();
        Self {
            version: head.version.to_string(),
            status: head.status,
            reason: text(&capture.phrase(head.reason)),
            fields: fields(head.fields, capture),
            size: line as u64 + size(head.fields),
        }
    }

    /// Returns the first value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        get(&self.fields, name)
    }
}

/// Returns the first value of a field.
pub(crate) fn get<'f>(fields: &'f [Field], name: &str) -> Option<&'f str> {
    let is_named = |field: &&Field| field.name.eq_ignore_ascii_case(name);
    fields.iter().find(is_named).map(|field| &*field.value)
}

fn fields(fields: Fields<'_>, capture: Capture) -> Vec<Field> {
    fields.iter().map(|each| field(each.name, each.value, capture)).collect()
}

/// Returns a field with its secrets hidden.
pub(crate) fn field(name: &[u8], value: &[u8], capture: Capture) -> Field {
    Field { name: text(name), value: text(&capture.field(name, value)) }
}

/// Returns the number of bytes of field lines and of the empty line after them.
fn size(fields: Fields<'_>) -> u64 {
    let lines = fields.iter().map(|field| field.name.len() + field.value.len() + ": \r\n".len());
    (lines.sum::<usize>() + "\r\n".len()) as u64
}

/// Returns bytes as text: UTF-8 or else ISO-8859-1, as browsers read field values.
pub(crate) fn text(bytes: &[u8]) -> String {
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}
