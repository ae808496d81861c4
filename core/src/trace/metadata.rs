//! Static properties of events: level, logger, stage and sensitivity.

use core::fmt;

/// The level of an event. The values are those of Python's `logging`.
///
/// [`Metadata`](super::Metadata) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Raw bytes and other voluminous events; below Python's lowest named level.
    Trace = 5,
    /// Each step of an operation.
    Debug = 10,
    /// One line for each response.
    Info = 20,
    /// A problem that a person should look at.
    Warning = 30,
    /// A failure.
    Error = 40,
    /// A failure that ends all operation.
    Critical = 50,
}

impl Level {
    /// Returns the upper-case name, as log lines show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The logger of an event: the dotted name under which its lines are logged and filtered.
///
/// [`Metadata`](super::Metadata) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Logger {
    /// `httpx`: the client from the point of view of its user.
    Httpx,
    /// `httpcore.connection`: connections to an origin server or to a proxy.
    Connection,
    /// `httpcore.http11`: requests and responses.
    Http11,
    /// `httpcore.proxy`: tunnels.
    Proxy,
    /// `httpcore.socks`: SOCKS5 proxies.
    Socks,
    /// `limpid.client`: decisions of the client that httpcore does not log.
    LimpidClient,
    /// `limpid.server`: the connections of a server, and the requests on them.
    LimpidServer,
    /// `limpid.http1`: what the parser reads, and the reasons for its decisions.
    LimpidHttp1,
    /// `limpid.io`: the bytes that are sent and received.
    LimpidIo,
}

impl Logger {
    /// Every logger, parents before children.
    pub const ALL: [Self; 9] = [
        Self::Httpx,
        Self::Connection,
        Self::Http11,
        Self::Proxy,
        Self::Socks,
        Self::LimpidClient,
        Self::LimpidServer,
        Self::LimpidHttp1,
        Self::LimpidIo,
    ];

    /// Returns the dotted name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Httpx => "httpx",
            Self::Connection => "httpcore.connection",
            Self::Http11 => "httpcore.http11",
            Self::Proxy => "httpcore.proxy",
            Self::Socks => "httpcore.socks",
            Self::LimpidClient => "limpid.client",
            Self::LimpidServer => "limpid.server",
            Self::LimpidHttp1 => "limpid.http1",
            Self::LimpidIo => "limpid.io",
        }
    }

    /// Returns whether `ancestor` is this logger's name or a dotted ancestor of it. The empty name of the
    /// root logger is an ancestor of every logger.
    ///
    /// ```
    /// use limpid_core::trace::Logger;
    ///
    /// assert!(Logger::Connection.is_within("httpcore"));
    /// assert!(!Logger::Connection.is_within("httpcore.conn"));
    /// assert!(Logger::Httpx.is_within(""));
    /// ```
    #[must_use]
    pub fn is_within(self, ancestor: &str) -> bool {
        match self.name().strip_prefix(ancestor) {
            Some(rest) => rest.is_empty() || ancestor.is_empty() || rest.starts_with('.'),
            None => false,
        }
    }
}

/// The position of an event in an operation.
///
/// [`Metadata`](super::Metadata) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The operation starts.
    Started,
    /// The operation is complete.
    Complete,
    /// The operation failed.
    Failed,
    /// A single event, which is not part of an operation.
    Point,
}

impl Stage {
    /// Returns the suffix of the event's name in a log line, such as `.started`; empty for a point.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Started => ".started",
            Self::Complete => ".complete",
            Self::Failed => ".failed",
            Self::Point => "",
        }
    }
}

/// The sensitivity of a field: what [`Capture`](super::Capture) hides of its value.
///
/// [`Metadata`](super::Metadata) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sensitivity {
    /// Not sensitive: sizes, addresses, decisions.
    Public,
    /// A URL: userinfo and secret query values are hidden.
    Url,
    /// Text of the application, such as an error: what looks like a secret is hidden, or all of it.
    Text,
    /// Text of a peer: secrets of URLs in it, and JSON Web Tokens, are hidden.
    Phrase,
    /// Header fields: values are hidden by field name.
    Fields,
    /// Credentials.
    Secret,
    /// Bytes of messages, which may contain secrets.
    Payload,
}

/// One field of an event, as the catalogue declares it.
///
/// [`Metadata`](super::Metadata) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldMeta {
    /// The name of the field, as log lines show it.
    pub name: &'static str,
    /// The name of its type in the catalogue.
    pub kind: &'static str,
    /// How sensitive the value is.
    pub sensitivity: Sensitivity,
    /// One line of documentation.
    pub doc: &'static str,
}
