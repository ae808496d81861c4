//! The types of columns.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::http1::Version;
use limpid_core::trace::{Level, Logger, Stage};

use super::column::{Column, Type, Typed, Visitor};
use super::text::{base64, displayed, is_plain, number, signed, text};

/// A column that is left out if it has no value: readers that derive types from values cannot derive one from
/// `null`.
pub(super) struct Maybe<T>(T);

impl<T: Type> Type for Maybe<T> {
    type Value<'v> = Option<T::Value<'v>>;
    const REQUIRED: bool = false;

    fn schema() -> String {
        T::schema()
    }

    #[inline]
    fn append(key: &[u8], value: Self::Value<'_>, out: &mut Vec<u8>) {
        if let Some(value) = value {
            T::append(key, value, out);
        }
    }

    fn visit(name: &'static str, value: Self::Value<'_>, visitor: Visitor<'_>) {
        if let Some(value) = value {
            T::visit(name, value, visitor);
        }
    }

    fn describe(name: &str, doc: &'static str, columns: &mut Vec<Column>) {
        let start = columns.len();
        T::describe(name, doc, columns);
        columns[start..].iter_mut().for_each(|column| column.required = false);
    }
}

/// Declares types with a value that is written by a function. What outputs with types receive follows in brackets.
macro_rules! types {
    ($(
        #[doc = $doc:literal]
        $type:ident($value:pat, $of:ty, $out:ident) $schema:expr => $write:expr, [$typed:expr];
    )+) => {$(
        #[doc = $doc]
        pub(super) struct $type;

        impl Type for $type {
            type Value<'v> = $of;

            fn schema() -> String {
                $schema.into()
            }

            #[inline]
            fn append(key: &[u8], $value: Self::Value<'_>, $out: &mut Vec<u8>) {
                $out.extend_from_slice(key);
                $write
            }

            fn visit(name: &'static str, $value: Self::Value<'_>, visitor: Visitor<'_>) {
                visitor(name, $typed);
            }
        }
    )+};
}

types! {
    /// True or false.
    Flag(flag, bool, out) r#""type": "boolean""#
        => if flag { out.extend_from_slice(b"true") } else { out.extend_from_slice(b"false") },
        [Typed::Flag(flag)];
    /// A number of something.
    Count(count, u64, out) r#""type": "integer", "minimum": 0"# => number(count, out),
        [Typed::Count(count)];
    /// A number that may be negative.
    Signed(value, i32, out) r#""type": "integer""# => signed(value, out), [Typed::Signed(value)];
    /// A duration in nanoseconds.
    Nanoseconds(duration, Duration, out) r#""type": "integer", "minimum": 0"#
        => number(nanoseconds(duration), out), [Typed::Count(nanoseconds(duration))];
    /// Text.
    Text(value, &'v str, out) r#""type": "string""# => text(value, out), [Typed::Text(value)];
    /// The displayed text of a value.
    Displayed(value, &'v dyn Display, out) r#""type": "string""# => displayed(value, out),
        [Typed::Displayed(value)];
    /// An IP address and a port.
    Address(address, SocketAddr, out) r#""type": "string""# => write_address(address, out),
        [Typed::Address(address)];
    /// A version of HTTP.
    HttpVersion(version, Version, out) r#""type": "string", "pattern": "^HTTP/1\\.[0-9]$""# => {
        out.extend_from_slice(b"\"HTTP/1.");
        number(version.minor().into(), out);
        out.push(b'"');
    }, [Typed::Displayed(&version)];
    /// A time of day: the date and the second, and the microsecond.
    Time((second, micros), (&'v str, u32), out) r#""type": "string", "format": "date-time""# => {
        out.push(b'"');
        out.extend_from_slice(second.as_bytes());
        out.push(b'.');
        // The digit before makes zeros of those that follow.
        out.extend_from_slice(&itoa::Buffer::new().format(1_000_000 + micros).as_bytes()[1..]);
        out.extend_from_slice(b"Z\"");
    }, [Typed::Displayed(&format_args!("{second}.{micros:06}Z"))];
    /// The name of a level.
    LevelName(level, Level, out) names(LEVELS.map(Level::name)) => text(level.name(), out),
        [Typed::Text(level.name())];
    /// The name of a logger.
    LoggerName(logger, Logger, out) names(Logger::ALL.map(Logger::name)) => text(logger.name(), out),
        [Typed::Text(logger.name())];
    /// The position of an event in an operation.
    StageName(stage, Stage, out) names(STAGES.map(stage_name)) => text(stage_name(stage), out),
        [Typed::Text(stage_name(stage))];
    /// The name of a cause.
    CauseName(cause, &'v Cause, out) names(Cause::NAMES.iter().copied()) => text(cause.name(), out),
        [Typed::Text(cause.name())];
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

const LEVELS: [Level; 6] =
    [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical];

const STAGES: [Stage; 4] = [Stage::Started, Stage::Complete, Stage::Failed, Stage::Point];

/// Returns the name of an event's stage.
pub(super) const fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Started => "started",
        Stage::Complete => "complete",
        Stage::Failed => "failed",
        Stage::Point => "point",
    }
}

/// Returns the type of one of these texts, as members of a JSON Schema.
pub(super) fn names(names: impl IntoIterator<Item = &'static str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("{name:?}")).collect();
    format!("\"type\": \"string\", \"enum\": [{}]", names.join(", "))
}

fn write_address(address: SocketAddr, out: &mut Vec<u8>) {
    let SocketAddr::V4(v4) = address else { return displayed(address, out) };
    let mut before = b'"';
    for octet in v4.ip().octets() {
        out.push(before);
        number(octet.into(), out);
        before = b'.';
    }
    out.push(b':');
    number(v4.port().into(), out);
    out.push(b'"');
}

/// What is added to the name of a column whose bytes are not text.
pub(super) const BASE64: &str = "_base64";

/// Bytes of a peer or of the application: text if they are UTF-8, and otherwise base64 in a column of its own, whose
/// name ends in `_base64`.
pub(super) struct Bytes;

impl Type for Bytes {
    type Value<'v> = &'v [u8];

    fn schema() -> String {
        Text::schema()
    }

    #[inline]
    fn append(key: &[u8], bytes: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(key);
        append_bytes(bytes, out);
    }

    fn visit(name: &'static str, bytes: &[u8], visitor: Visitor<'_>) {
        visitor(name, Typed::Bytes(bytes));
    }

    fn describe(name: &str, doc: &'static str, columns: &mut Vec<Column>) {
        let column = |name: String, schema| Column { name, schema, required: false, doc };
        columns.push(column(name.to_owned(), Self::schema()));
        columns.push(column(
            format!("{name}{BASE64}"),
            r#""type": "string", "contentEncoding": "base64""#.to_owned(),
        ));
    }
}

/// Appends bytes after their key.
#[inline(never)]
fn append_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    if is_plain(bytes) {
        out.push(b'"');
        out.extend_from_slice(bytes);
        out.push(b'"');
    } else {
        unusual(bytes, out);
    }
}

/// Appends bytes that are not plain after their key.
#[cold]
fn unusual(bytes: &[u8], out: &mut Vec<u8>) {
    match std::str::from_utf8(bytes) {
        Ok(value) => text(value, out),
        Err(_) => {
            // The end of the key is `":`.
            out.truncate(out.len() - 2);
            out.extend_from_slice(BASE64.as_bytes());
            out.extend_from_slice(b"\":");
            base64(bytes, out);
        }
    }
}
