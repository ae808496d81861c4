//! The heads of messages, as the application receives them.

use crate::fields::Fields;
use crate::framing::Framing;
use crate::values::{Traceparent, Version};
use crate::wire::target;

/// The head of a request.
///
/// [`Connection`](crate::http1::Connection) has an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RequestHead<'a> {
    /// The method. Methods are case-sensitive.
    pub method: &'a [u8],
    /// The target as sent (RFC 9112 section 3.2): `/path?query`, a URL, `host:port` or `*`.
    pub target: &'a [u8],
    /// The version.
    pub version: Version,
    /// The fields.
    pub fields: Fields<'a>,
}

impl<'a> RequestHead<'a> {
    /// Returns the host, and the port if there is one, that the request is for: those of the target if it is
    /// a URL or `host:port`, and otherwise the value of the Host field, `None` without one. A server must
    /// ignore the Host field in the first case (RFC 9112 section 3.2.2). IPv6 addresses are in brackets.
    ///
    /// ```
    /// use limpid_core::fields::FieldBlock;
    /// use limpid_core::http1::RequestHead;
    ///
    /// let mut fields = FieldBlock::new();
    /// fields.push(b"Host", b"proxy.example");
    /// let head = RequestHead { method: b"GET", target: b"/", fields: fields.fields(), ..RequestHead::NONE };
    /// assert_eq!(head.authority(), Some(&b"proxy.example"[..]));
    ///
    /// let head = RequestHead { target: b"http://www.example:8080/", ..head };
    /// assert_eq!(head.authority(), Some(&b"www.example:8080"[..]));
    /// ```
    #[must_use]
    pub fn authority(&self) -> Option<&'a [u8]> {
        match target::authority(self.method, self.target) {
            Some(authority) => Some(authority),
            None => self.fields.get("Host"),
        }
    }

    /// Returns the path of the target, as sent: without the query, and of a URL without its scheme and authority. It is
    /// empty for a URL without a path, and the whole target if that is `host:port` or `*`.
    ///
    /// ```
    /// use limpid_core::http1::RequestHead;
    ///
    /// let head = RequestHead { target: b"/a%20b?c=d", ..RequestHead::NONE };
    /// assert_eq!((head.path(), head.query()), (&b"/a%20b"[..], Some(&b"c=d"[..])));
    /// let head = RequestHead { target: b"http://www.example/a", ..RequestHead::NONE };
    /// assert_eq!((head.path(), head.query()), (&b"/a"[..], None));
    /// ```
    #[must_use]
    pub fn path(&self) -> &'a [u8] {
        target::path_and_query(self.target).0
    }

    /// Returns the query of the target, without the question mark; `None` for a target without a query.
    /// [`path`](Self::path) has an example.
    #[must_use]
    pub fn query(&self) -> Option<&'a [u8]> {
        target::path_and_query(self.target).1
    }

    /// Returns the position of the sender in a distributed trace: the value of the field `traceparent`, if the
    /// head has it once and it is valid.
    ///
    /// ```
    /// use limpid_core::fields::FieldBlock;
    /// use limpid_core::http1::RequestHead;
    ///
    /// let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    /// let mut fields = FieldBlock::new();
    /// fields.push(b"traceparent", text.as_bytes());
    /// let head = RequestHead { fields: fields.fields(), ..RequestHead::NONE };
    /// assert_eq!(head.traceparent().map(|sender| sender.to_string()).as_deref(), Some(text));
    /// ```
    #[must_use]
    pub fn traceparent(&self) -> Option<Traceparent> {
        let mut values = self.fields.all("traceparent");
        let value = values.next().filter(|_| values.next().is_none())?;
        Traceparent::parse(value).ok()
    }

    /// An empty head, for use as a placeholder.
    pub const NONE: Self =
        Self { method: b"", target: b"", version: Version::HTTP_11, fields: Fields::EMPTY };
}

/// The head of a response, final or informational.
///
/// [`Connection`](crate::http1::Connection) has an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ResponseHead<'a> {
    /// The version.
    pub version: Version,
    /// The status code, 100 to 999.
    pub status: u16,
    /// The reason phrase, which is often empty. Do not rely on its value.
    pub reason: &'a [u8],
    /// The fields.
    pub fields: Fields<'a>,
}

/// The information that a connection derives from a received head.
///
/// [`Connection`](crate::http1::Connection) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeadInfo {
    /// The framing of the body.
    pub framing: Framing,
    /// Whether this message allows another message on the connection.
    pub keep_alive: bool,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub expects_continue: bool,
}

/// Returns whether a response with this status is informational and not 101, which switches protocols.
pub(crate) const fn is_informational(status: u16) -> bool {
    // One comparison is enough for nearly all statuses.
    status < 200 && matches!(status, 100 | 102..)
}
