//! The columns of the fields of events.

use std::borrow::Cow;
#[cfg(any(feature = "log", feature = "tracing"))]
use std::sync::LazyLock;

#[cfg(any(feature = "log", feature = "tracing"))]
use limpid_core::trace::EventKind;
use limpid_core::trace::capture::HIDDEN;
use limpid_core::trace::{Capture, FieldMeta, Sensitivity, TraceEvent, Value};

use super::column::{Column, Columns, Type, Visitor};
#[cfg(feature = "tracing")]
use super::types::BASE64;
use super::types::{Address, Bytes, Count, Flag, HttpVersion, Nanoseconds, Text};
use super::values::{
    FailureColumns, Login, Options, Payload, RequestColumns, RequestHeadColumns,
    ResponseHeadColumns, Stream, TimingsColumns, Tls,
};

/// Declares the columns of fields by their kinds in the catalogue.
///
/// An entry has the kinds, the variant of [`Value`] that fields of these kinds have, and either the type of the
/// column, with its value, or the set of columns. The name of a set's columns does not depend on that of the field.
macro_rules! kinds {
    (
        $($($kind:literal)|+: $variant:ident($value:ident) => $type:ident = $member:expr;)+
        $(sets $($set_kind:literal)|+: $set_variant:ident => $set:ident;)+
        with $writer:ident, $field:ident
    ) => {
        /// Adds the descriptions of the columns of a field.
        pub(super) fn describe(field: &FieldMeta, columns: &mut Vec<Column>) {
            let kind = match field.sensitivity {
                Sensitivity::Payload => "Payload",
                _ => field.kind,
            };
            let start = columns.len();
            match kind {
                $( $($kind)|+ => $type::describe(&name(field), field.doc, columns), )+
                $( $($set_kind)|+ => $set::describe(columns), )+
                _ => {}
            }
            if is_optional(kind) {
                columns[start..].iter_mut().for_each(|column| column.required = false);
            }
        }

        impl<'a> Writer<'a, '_> {
            /// Appends the columns of a field. Its key is passed as `,"name":`.
            #[inline]
            fn append(&mut self, $field: &FieldMeta, key: &[u8], value: Value<'a>) {
                let $writer = &mut *self;
                match value {
                    Value::Bytes(_) if $field.sensitivity == Sensitivity::Payload => {
                        $writer.append_set(value);
                    }
                    $( Value::$variant($value) => $type::append(key, $member, $writer.out), )+
                    _ => $writer.append_set(value),
                }
            }

            /// Appends the columns of a value that has several.
            #[inline(never)]
            fn append_set(&mut self, value: Value<'a>) {
                match value {
                    $( Value::$set_variant(value) => $set::append(value, self.capture, self.out), )+
                    // A field without a value is left out.
                    _ => {}
                }
            }

            /// Passes the columns of a field.
            #[cfg_attr(
                not(any(feature = "log", feature = "tracing")),
                expect(dead_code, reason = "only the bridges need values")
            )]
            fn visit(
                &mut self,
                $field: &FieldMeta,
                name: &'static str,
                value: Value<'a>,
                visitor: Visitor<'_>,
            ) {
                let $writer = &mut *self;
                match value {
                    Value::Bytes(_) if $field.sensitivity == Sensitivity::Payload => {
                        $writer.visit_set(value, visitor);
                    }
                    $( Value::$variant($value) => $type::visit(name, $member, visitor), )+
                    _ => $writer.visit_set(value, visitor),
                }
            }

            /// Passes the columns of a value that has several.
            fn visit_set(&mut self, value: Value<'a>, visitor: Visitor<'_>) {
                match value {
                    $( Value::$set_variant(value) => $set::visit(value, self.capture, visitor), )+
                    // A field without a value is left out.
                    _ => {}
                }
            }
        }
    };
}

kinds! {
    "Flag": Flag(flag) => Flag = flag;
    "Count" | "MaybeCount" | "Port" | "Status": Count(count) => Count = count;
    "Seconds": Seconds(duration) => Nanoseconds = duration;
    "Text" | "MaybeText": Text(text) => Text = &writer.text(field.sensitivity, text);
    "Word": Word(word) => Text = word;
    "Bytes": Bytes(bytes) => Bytes = &writer.bytes(field, bytes);
    "Address" | "MaybeAddress": Address(address) => Address = address;
    "Version": Version(version) => HttpVersion = version;
    sets "Payload": Bytes => Payload;
    sets "SocketOptions": SocketOptions => Options;
    sets "Stream": Stream => Stream;
    sets "TlsContext": TlsContext => Tls;
    sets "Request": Request => RequestColumns;
    sets "RequestHead": RequestHead => RequestHeadColumns;
    sets "ResponseHead": ResponseHead => ResponseHeadColumns;
    sets "Credentials": Credentials => Login;
    sets "Failure": Failure => FailureColumns;
    sets "Timings": Timings => TimingsColumns;
    with writer, field
}

/// Returns whether fields of this kind may have no value.
fn is_optional(kind: &str) -> bool {
    kind.starts_with("Maybe") || matches!(kind, "Seconds" | "SocketOptions" | "Credentials")
}

/// Returns the name of the column of a field: that of the field, with the unit of a duration, unless another column
/// has this name.
pub(super) fn name(field: &FieldMeta) -> Cow<'static, str> {
    match (field.name, field.kind) {
        // Of a field of a head; that of an event is a column of each line.
        ("name", "Bytes") => "field".into(),
        // Of TLS; that of HTTP has a column of its own.
        ("version", "MaybeText") => "tls_version".into(),
        // The rest are reserved words of SQL.
        ("limit", "Word") => "limit_name".into(),
        ("limit", _) => "connection_limit".into(),
        ("offset", _) => "byte_offset".into(),
        ("by", _) => "switch_by".into(),
        (name, "Seconds") => format!("{name}_ns").into(),
        (name, _) => name.into(),
    }
}

/// Appends the columns of an event's fields, with keys as `,"name":` for each.
#[inline]
pub(super) fn append(
    event: &TraceEvent<'_>,
    keys: &[Box<[u8]>],
    capture: Capture,
    out: &mut Vec<u8>,
) {
    let mut writer = Writer { capture, name: b"", out };
    let mut keys = keys.iter();
    event.visit(|field, value| {
        writer.append(field, keys.next().map_or(b"", |key| key), value);
    });
}

/// The names of the columns of fields, by kind of event.
#[cfg(any(feature = "log", feature = "tracing"))]
static NAMES: LazyLock<Vec<Vec<Cow<'static, str>>>> = LazyLock::new(|| {
    EventKind::ALL.iter().map(|kind| kind.metadata().fields.iter().map(name).collect()).collect()
});

/// Passes the columns of an event's fields that have a value, for outputs with types of their own.
#[cfg(any(feature = "log", feature = "tracing"))]
pub(crate) fn visit(event: &TraceEvent<'_>, capture: Capture, visitor: Visitor<'_>) {
    // Nothing is written.
    let mut writer = Writer { capture, name: b"", out: &mut Vec::new() };
    let names: &'static [Cow<'static, str>] = &NAMES[event.kind() as usize];
    let mut names = names.iter();
    event.visit(|field, value| {
        if let Some(name) = names.next() {
            writer.visit(field, name, value, visitor);
        }
    });
}

/// Returns the names that [`visit`] can pass for events of a kind.
#[cfg(feature = "tracing")]
pub(crate) fn names(kind: EventKind) -> Vec<String> {
    let mut columns = Vec::new();
    kind.metadata().fields.iter().for_each(|field| describe(field, &mut columns));
    let names = columns.into_iter().map(|column| column.name);
    names.filter(|name| !name.ends_with(BASE64)).collect()
}

struct Writer<'a, 'o> {
    capture: Capture,
    /// The name of the field of a head whose value comes next.
    name: &'a [u8],
    out: &'o mut Vec<u8>,
}

impl<'a> Writer<'a, '_> {
    fn text<'v>(&self, sensitivity: Sensitivity, text: &'v str) -> Cow<'v, str> {
        self.capture.string(sensitivity, text).unwrap_or(Cow::Borrowed(HIDDEN))
    }

    #[inline]
    fn bytes(&mut self, field: &FieldMeta, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        match field.sensitivity {
            Sensitivity::Public => {
                if field.name == "name" {
                    self.name = bytes;
                }
                Cow::Borrowed(bytes)
            }
            Sensitivity::Fields => self.capture.field(self.name, bytes),
            _ => self.hidden(field, bytes),
        }
    }

    #[inline(never)]
    fn hidden(&self, field: &FieldMeta, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let shown = self.capture.bytes(field.sensitivity, self.name, bytes);
        shown.unwrap_or(Cow::Borrowed(HIDDEN.as_bytes()))
    }
}
