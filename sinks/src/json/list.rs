//! Columns that are lists of objects. An empty list is left out: readers that derive types from values cannot derive
//! that of its items.

use limpid_core::fields::Fields;
use limpid_core::trace::{Capture, SocketOption};

use super::column::{Columns, Type, Typed, Visitor, columns, object};
use super::types::{Bytes, Signed};

columns! {
    /// A field of a head.
    Field((name, value), capture): (&'v [u8], &'v [u8]) {
        /// The name.
        name: Bytes = name,
        /// The value.
        value: Bytes = &capture.field(name, value),
    }

    /// A socket option.
    Socket(option, _): &'v SocketOption {
        /// The protocol level.
        level: Signed = option.level,
        /// The option.
        name: Signed = option.name,
        /// The value.
        value: Signed = option.value,
    }
}

/// The fields of a head.
pub(super) struct FieldList;

impl Type for FieldList {
    type Value<'v> = (Fields<'v>, Capture);
    const REQUIRED: bool = false;

    fn schema() -> String {
        schema::<Field>()
    }

    #[inline]
    fn append(key: &[u8], (fields, capture): Self::Value<'_>, out: &mut Vec<u8>) {
        let fields = fields.iter().map(|field| (field.name, field.value));
        append(key, fields, out, |field, out| Field::append(field, capture, out));
    }

    fn visit(name: &'static str, fields: Self::Value<'_>, visitor: Visitor<'_>) {
        visit::<Self>(name, fields, visitor);
    }
}

/// Socket options.
pub(super) struct SocketOptionList;

impl Type for SocketOptionList {
    type Value<'v> = &'v [SocketOption];
    const REQUIRED: bool = false;

    fn schema() -> String {
        schema::<Socket>()
    }

    fn append(key: &[u8], options: &[SocketOption], out: &mut Vec<u8>) {
        append(key, options.iter(), out, |option, out| {
            Socket::append(option, Capture::default(), out);
        });
    }

    fn visit(name: &'static str, options: &[SocketOption], visitor: Visitor<'_>) {
        visit::<Self>(name, options, visitor);
    }
}

/// Passes a list as JSON text, unless it is empty: other outputs have no lists of objects.
fn visit<L: Type>(name: &'static str, list: L::Value<'_>, visitor: Visitor<'_>) {
    let mut json = Vec::new();
    L::append(b"", list, &mut json);
    if !json.is_empty() {
        visitor(name, Typed::Bytes(&json));
    }
}

/// Appends a key and an array of objects, unless it is empty.
fn append<T>(
    key: &[u8],
    items: impl Iterator<Item = T>,
    out: &mut Vec<u8>,
    append_members: impl Fn(T, &mut Vec<u8>),
) {
    let empty = out.len();
    out.extend_from_slice(key);
    let mut bracket = b'[';
    for item in items {
        out.push(bracket);
        bracket = b',';
        let start = out.len();
        append_members(item, out);
        // Instead of the comma before the first member.
        if let Some(comma) = out.get_mut(start) {
            *comma = b'{';
        }
        out.push(b'}');
    }
    if bracket == b'[' {
        out.truncate(empty);
    } else {
        out.push(b']');
    }
}

/// Returns the type of a list, as members of a JSON Schema.
fn schema<S: Columns>() -> String {
    let mut columns = Vec::new();
    S::describe(&mut columns);
    let object = object(&columns);
    format!(r#""type": "array", "minItems": 1, "items": {{"type": "object", {object}}}"#)
}
