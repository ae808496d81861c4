//! What a mock server answers.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::fields::{FieldBlock, Fields};

/// A response of a mock server, or what it does instead of one.
///
/// ```
/// use std::time::Duration;
///
/// use limpid_test::Reply;
///
/// let found = Reply::json(r#"{"id": 7}"#).field("ETag", "\"a\"");
/// let busy = Reply::new(503).field("Retry-After", "1").delay(Duration::from_secs(2));
/// let cut = Reply::new(200).body(vec![0; 1000]).cut_after(10);
/// assert_eq!((found.status(), busy.status()), (200, 503));
/// # drop(cut);
/// ```
///
/// [`Reply::std_response`] and [`Reply::tokio_response`] make it a response of a driver, for unit tests of functions that
/// take one.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    reason: Option<String>,
    fields: FieldBlock,
    body: Bytes,
    trailers: FieldBlock,
    is_chunked: bool,
    length: Option<u64>,
    delay: Duration,
    /// The size of a piece of the body, and the pause before each.
    pace: Option<(usize, Duration)>,
    fault: Option<Fault>,
}

/// What a mock server does instead of sending a whole response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Closes the connection without a response.
    Close,
    /// Resets the connection without a response.
    Reset,
    /// Sends these bytes, and closes.
    Raw(Bytes),
    /// Closes after so many bytes of the body.
    Cut(usize),
}

impl Reply {
    /// Returns a response with this status, without fields or a body.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self {
            status,
            reason: None,
            fields: FieldBlock::new(),
            body: Bytes::new(),
            trailers: FieldBlock::new(),
            is_chunked: false,
            length: None,
            delay: Duration::ZERO,
            pace: None,
            fault: None,
        }
    }

    /// Returns a response with status 200 and this document.
    #[must_use]
    pub fn json(document: impl Into<Bytes>) -> Self {
        Self::new(200).field("Content-Type", "application/json").body(document)
    }

    /// Returns a response with status 200 and this text.
    #[must_use]
    pub fn text(text: impl Into<Bytes>) -> Self {
        Self::new(200).field("Content-Type", "text/plain; charset=utf-8").body(text)
    }

    /// Returns bytes that are sent instead of a response, such as an invalid one. Then the connection is closed.
    #[must_use]
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self { fault: Some(Fault::Raw(bytes.into())), ..Self::new(200) }
    }

    /// Returns the end of the connection instead of a response.
    #[must_use]
    pub fn close() -> Self {
        Self { fault: Some(Fault::Close), ..Self::new(200) }
    }

    /// Returns a reset of the connection instead of a response.
    #[must_use]
    pub fn reset() -> Self {
        Self { fault: Some(Fault::Reset), ..Self::new(200) }
    }

    /// Sets the status.
    #[must_use]
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds a field. The server adds the Content-Length or the Transfer-Encoding.
    #[must_use]
    pub fn field(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.fields.push(name.as_ref(), value.as_ref());
        self
    }

    /// Sets the reason phrase instead of the usual one.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the body in chunks, without its length.
    #[must_use]
    pub const fn chunked(mut self) -> Self {
        self.is_chunked = true;
        self
    }

    /// Adds a trailer, and sends the body in chunks.
    #[must_use]
    pub fn trailer(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.trailers.push(name.as_ref(), value.as_ref());
        self.chunked()
    }

    /// Sets the length that a response without a body has: to HEAD, or 304.
    #[must_use]
    pub const fn length(mut self, length: u64) -> Self {
        self.length = Some(length);
        self
    }

    /// Waits before the response. In memory and for asynchronous clients, the time is that of tokio, which a test can pause.
    #[must_use]
    pub const fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sends the body in pieces of this size, with a pause before each.
    #[must_use]
    pub fn slowly(mut self, size: usize, pause: Duration) -> Self {
        self.pace = Some((size.max(1), pause));
        self
    }

    /// Closes the connection after so many bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.fault = Some(Fault::Cut(bytes));
        self
    }

    /// Returns the status code.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Returns the reason phrase, unless it is the usual one.
    #[must_use]
    pub fn custom_reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Returns the fields, without those that the server adds.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        self.fields.fields()
    }

    /// Returns the body.
    #[must_use]
    pub const fn content(&self) -> &Bytes {
        &self.body
    }

    /// Returns the trailers.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.trailers.fields()
    }

    /// Returns whether the body is sent in chunks.
    #[must_use]
    pub const fn is_chunked(&self) -> bool {
        self.is_chunked
    }

    /// Returns the length that a response without a body has, if it is known.
    #[must_use]
    pub const fn head_length(&self) -> Option<u64> {
        self.length
    }

    pub(crate) const fn delayed(&self) -> Duration {
        self.delay
    }

    pub(crate) const fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// Returns the pieces of the body that are sent, with the pause before each.
    pub(crate) fn pieces(&self) -> (Duration, impl Iterator<Item = Bytes>) {
        let end = match self.fault {
            Some(Fault::Cut(bytes)) => bytes.min(self.body.len()),
            _ => self.body.len(),
        };
        let (size, pause) = self.pace.unwrap_or((self.body.len().max(1), Duration::ZERO));
        let body = self.body.slice(..end);
        let pieces = (0..end).step_by(size).map(move |at| body.slice(at..end.min(at + size)));
        (pause, pieces)
    }

    /// Returns the error for a reply that cannot be sent.
    pub(crate) fn invalid(&self, error: impl std::fmt::Display) -> io::Error {
        io::Error::other(format!("the reply with status {} cannot be sent: {error}", self.status))
    }
}
