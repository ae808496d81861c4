//! The data of events as pairs of keys and typed values.

use std::fmt::{self, Display, Formatter, Write};
use std::net::SocketAddr;

use limpid_core::trace::{Capture, Meta, TraceEvent};

use crate::json::{self, Typed};
use crate::terminal::Visible;

/// A value that is displayed without its control characters.
#[derive(Debug)]
pub(super) struct Safe<D>(pub(super) D);

impl<D: Display> Display for Safe<D> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(Visible(f), "{}", self.0)
    }
}

/// A value, which is safe to show on any output.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    Flag(bool),
    /// Many subscribers have no unsigned integers.
    Integer(i64),
    /// A number that is no `i64`.
    Large(u64),
    Text(String),
    Address(SocketAddr),
}

impl Shown {
    pub(super) fn count(count: impl Into<u64>) -> Self {
        let count = count.into();
        i64::try_from(count).map_or(Self::Large(count), Self::Integer)
    }

    pub(super) fn text(text: impl Display) -> Self {
        Self::Text(Safe(text).to_string())
    }
}

impl From<Typed<'_>> for Shown {
    fn from(value: Typed<'_>) -> Self {
        match value {
            Typed::Flag(flag) => Self::Flag(flag),
            Typed::Count(count) => Self::count(count),
            Typed::Signed(number) => Self::Integer(number.into()),
            Typed::Text(text) => Self::text(text),
            Typed::Bytes(bytes) => Self::text(String::from_utf8_lossy(bytes)),
            Typed::Displayed(value) => Self::text(value),
            Typed::Address(address) => Self::Address(address),
        }
    }
}

/// Values with their keys.
pub(super) type Pairs = Vec<(&'static str, Shown)>;

/// Returns the columns of an event's fields that have a value, under their names in JSON lines.
pub(super) fn columns(event: &TraceEvent<'_>, capture: Capture) -> Pairs {
    let mut columns = Pairs::new();
    json::visit(event, capture, &mut |name, value| columns.push((name, value.into())));
    columns
}

/// The keys of [`numbers`].
#[cfg(feature = "tracing")]
pub(super) const NUMBERS: [&str; 8] =
    ["exchange", "hop", "connection", "attempt", "operation", "parent_operation", "seq", "tag"];

/// Returns the numbers of an event, without those that are 0 because there is no such thing, and its tag.
pub(super) fn numbers(meta: &Meta) -> Pairs {
    let numbers = [
        ("exchange", meta.exchange.0),
        ("hop", meta.hop.into()),
        ("connection", meta.connection.0),
        ("attempt", meta.attempt.into()),
        ("operation", meta.span().0),
        ("parent_operation", meta.parent().0),
    ];
    let numbers = numbers.into_iter().filter(|(_, number)| *number > 0);
    let mut pairs: Pairs = numbers.map(|(key, number)| (key, Shown::count(number))).collect();
    pairs.push(("seq", Shown::count(meta.seq)));
    pairs.extend(meta.tag.as_ref().map(|tag| ("tag", Shown::text(tag))));
    pairs
}

/// Returns the key of a column. It is the name, unless loggers and subscribers have a key of this name themselves.
pub(super) fn key(column: &'static str) -> &'static str {
    match column {
        "fields" => "head_fields",
        "line" => "start_line",
        // Of the client's operation, not of the server's own.
        "parent_id" => "remote_parent_id",
        "trace_id" => "remote_trace_id",
        "target" => "request_target",
        name => name,
    }
}
