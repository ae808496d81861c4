//! Requests that a mock server has received.

use std::borrow::Cow;
use std::fmt;

use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::RequestHead;

/// A request that a mock server has received.
///
/// [`Mock`](crate::Mock) has an example.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Received {
    method: String,
    target: String,
    fields: FieldBlock,
    body: Vec<u8>,
    trailers: FieldBlock,
}

impl Received {
    pub(crate) fn new(head: &RequestHead<'_>) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (method, target) = (text(head.method), text(head.target));
        Self { method, target, fields: head.fields.into(), ..Self::default() }
    }

    pub(crate) fn add(&mut self, data: &[u8]) {
        self.body.extend_from_slice(data);
    }

    pub(crate) fn end(&mut self, trailers: Fields<'_>) {
        self.trailers = trailers.into();
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns the target: the path and the query, or the URL that a proxy receives.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns the path, as sent.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = match self.target.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => &self.target,
        };
        rest.split('?').next().unwrap_or_default()
    }

    /// Returns the pairs of the query, decoded.
    pub fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        form_urlencoded::parse(query.as_bytes())
    }

    /// Returns the fields.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        self.fields.fields()
    }

    /// Returns the value of the first field of this name, as text.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        self.fields.fields().get(name).map(String::from_utf8_lossy)
    }

    /// Returns the body, without its framing.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body as text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// Returns the trailers.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.trailers.fields()
    }
}

/// Formats the method and the target.
impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("fields", &self.fields)
            .field("body", &format_args!("\"{}\"", self.body.escape_ascii()))
            .finish_non_exhaustive()
    }
}
