//! Columns: members of the lines with a name, a type and a meaning.
//!
//! A set of columns is declared once, by [`columns`]. The declaration is what writes the members of a line, and
//! what describes them in the schema.

use std::fmt::Display;
use std::net::SocketAddr;

use limpid_core::trace::Capture;

use super::text;

/// A value of a column, for outputs that have types of their own.
#[cfg_attr(
    not(any(feature = "log", feature = "tracing")),
    expect(dead_code, reason = "only the bridges read values")
)]
pub(crate) enum Typed<'v> {
    Flag(bool),
    Count(u64),
    Signed(i32),
    Text(&'v str),
    Bytes(&'v [u8]),
    Displayed(&'v dyn Display),
    Address(SocketAddr),
}

/// What receives the columns of an event, each with its name.
pub(crate) type Visitor<'a> = &'a mut dyn FnMut(&'static str, Typed<'_>);

/// A column, as the schema describes it.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its type, as members of a JSON Schema.
    pub(super) schema: String,
    /// Whether every line of the event has it.
    pub(super) required: bool,
    pub(super) doc: &'static str,
}

/// A type of columns: its schema, and how a value is written.
pub(super) trait Type {
    type Value<'v>;

    /// Whether a column of this type always has a value.
    const REQUIRED: bool = true;

    /// Returns the type of a value, as members of a JSON Schema.
    fn schema() -> String;

    /// Appends the key, which is passed as `,"name":`, and the value.
    fn append(key: &[u8], value: Self::Value<'_>, out: &mut Vec<u8>);

    /// Passes the value, if there is one.
    fn visit(name: &'static str, value: Self::Value<'_>, visitor: Visitor<'_>);

    /// Adds the descriptions of the members to which a column of this type can lead.
    fn describe(name: &str, doc: &'static str, columns: &mut Vec<Column>) {
        columns.push(Column {
            name: name.to_owned(),
            schema: Self::schema(),
            required: Self::REQUIRED,
            doc,
        });
    }
}

/// A set of columns, which all belong to one value.
pub(super) trait Columns {
    type Value<'v>;

    /// Adds the descriptions of the columns.
    fn describe(columns: &mut Vec<Column>);

    /// Appends the members, each after a comma.
    fn append(value: Self::Value<'_>, capture: Capture, out: &mut Vec<u8>);

    /// Passes the values of the columns that have one.
    fn visit(value: Self::Value<'_>, capture: Capture, visitor: Visitor<'_>);
}

/// Declares sets of columns.
///
/// A set is written `Set(pattern: Value) { name: Type = expression, ... }`, where each column has a doc comment, and
/// its expression is a value of its type. The type is an identifier, or `Maybe<...>` for a column that is left out
/// if it has no value.
macro_rules! columns {
    ($(
        $(#[doc = $set_doc:literal])+
        $set:ident($value:pat, $capture:pat): $of:ty {
            $( #[doc = $doc:literal] $name:ident: $type:ty = $member:expr, )+
        }
    )+) => {$(
        $(#[doc = $set_doc])+
        pub(super) struct $set;

        impl $crate::json::column::Columns for $set {
            type Value<'v> = $of;

            fn describe(columns: &mut Vec<$crate::json::column::Column>) {
                use $crate::json::column::Type;
                $( <$type as Type>::describe(stringify!($name), $doc, columns); )+
            }

            #[inline]
            fn append($value: Self::Value<'_>, $capture: limpid_core::trace::Capture, out: &mut Vec<u8>) {
                use $crate::json::column::Type;
                $(
                    let key = concat!(",\"", stringify!($name), "\":").as_bytes();
                    <$type as Type>::append(key, $member, out);
                )+
            }

            fn visit(
                $value: Self::Value<'_>,
                $capture: limpid_core::trace::Capture,
                visitor: $crate::json::column::Visitor<'_>,
            ) {
                use $crate::json::column::Type;
                $( <$type as Type>::visit(stringify!($name), $member, visitor); )+
            }
        }
    )+};
}

pub(super) use columns;

/// Returns the type of an object with these members, as members of a JSON Schema.
pub(super) fn object(columns: &[Column]) -> String {
    let properties: Vec<_> =
        columns.iter().map(|column| format!("{}: {}", column.key(), column.definition())).collect();
    let required: Vec<_> =
        columns.iter().filter(|column| column.required).map(Column::key).collect();
    format!(
        r#""properties": {{{}}}, "required": [{}], "additionalProperties": false"#,
        properties.join(", "),
        required.join(", "),
    )
}

impl Column {
    /// Returns the name as a JSON string.
    pub(super) fn key(&self) -> String {
        quoted(&self.name)
    }

    /// Returns the JSON Schema of the value.
    pub(super) fn definition(&self) -> String {
        format!(r#"{{{}, "description": {}}}"#, self.schema, quoted(self.doc.trim()))
    }
}

/// Returns text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    let mut json = Vec::new();
    text::text(text, &mut json);
    String::from_utf8_lossy(&json).into_owned()
}
