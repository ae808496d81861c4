//! What every event carries, and what is known of an event without seeing one.

use core::fmt;

use super::catalog::EventKind;
use crate::error::Phase;
use crate::time::Mono;
use crate::values::{ConnectionId, ExchangeId, SpanId};

/// The facts about an event that do not depend on its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// When it happened, on the driver's clock.
    pub at: Mono,
    /// Its place among the events told of this scope, from 0, without gaps: a jump in a reader's
    /// sequence tells how many were lost on the way.
    pub seq: u64,
    /// The connection it happened on.
    pub connection: ConnectionId,
    /// The exchange it belongs to.
    pub exchange: ExchangeId,
    /// Which attempt at connecting this is, from 1; 0 before the first.
    pub attempt: u32,
    /// The operation it starts, ends or happens in.
    pub span: SpanId,
    /// What the exchange was doing.
    pub phase: Phase,
    /// Which event it is.
    pub kind: EventKind,
}

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

/// One event, as the catalogue declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Which event this describes.
    pub kind: EventKind,
    /// The variant's name in [`TraceEvent`](super::TraceEvent).
    pub variant: &'static str,
    /// The operation's or event's name in log lines.
    pub name: &'static str,
    /// Where in the operation it stands.
    pub stage: Stage,
    /// Who tells it.
    pub logger: Logger,
    /// How much it matters.
    pub level: Level,
    /// The fields, in the order in which lines show them.
    pub fields: &'static [FieldMeta],
    /// The documentation, line by line.
    pub doc: &'static [&'static str],
}
