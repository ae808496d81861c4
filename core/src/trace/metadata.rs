//! What is known of an event without seeing one.

use core::fmt;

/// How much an event matters, with Python's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Raw bytes and other floods; below Python's lowest named level.
    Trace = 5,
    /// Every step.
    Debug = 10,
    /// One line per response.
    Info = 20,
    /// Something a person should look at.
    Warning = 30,
    /// Something failed.
    Error = 40,
    /// Nothing works any more.
    Critical = 50,
}

impl Level {
    /// The upper-case name that a log line shows.
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

/// Who tells an event: the dotted name under which its lines are logged and filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Logger {
    /// `httpx`: the client as its user sees it.
    Httpx,
    /// `httpcore.connection`: connections to an origin server or to a proxy.
    Connection,
    /// `httpcore.http11`: requests and responses.
    Http11,
    /// `httpcore.proxy`: tunnels.
    Proxy,
    /// `httpcore.socks`: SOCKS5 proxies.
    Socks,
    /// `limpid.client`: decisions of the client beyond what httpcore tells.
    LimpidClient,
    /// `limpid.server`: connections that are served, and the requests on them.
    LimpidServer,
    /// `limpid.http1`: what the parser reads, and why it decides as it does.
    LimpidHttp1,
    /// `limpid.io`: bytes on the wire.
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

    /// The dotted name.
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

    /// Whether `ancestor` is this logger's name or a dotted ancestor of it; the root logger's name
    /// is empty and is everybody's ancestor.
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

/// Where in an operation an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The operation begins.
    Started,
    /// The operation came to its end.
    Complete,
    /// The operation was given up.
    Failed,
    /// A fact of its own, with no operation around it.
    Point,
}

impl Stage {
    /// The suffix of the event's name in a log line: `.started`, or nothing.
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

/// What a value may give away; [`Capture`](super::Capture) decides by it what an output may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sensitivity {
    /// Nothing: sizes, addresses, decisions.
    Public,
    /// A URL: userinfo and secret query values are hidden.
    Url,
    /// Fields: values are hidden by name.
    Fields,
    /// Credentials as such.
    Secret,
    /// Bytes of messages, secrets among them.
    Payload,
}

/// One field of an event, as the catalogue declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldMeta {
    /// Its name, as log lines show it.
    pub name: &'static str,
    /// The name of its type in the catalogue.
    pub kind: &'static str,
    /// What it may give away.
    pub sensitivity: Sensitivity,
    /// One line of documentation.
    pub doc: &'static str,
}
