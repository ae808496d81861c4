//! The schema of the lines, generated from the catalogue and from the declarations of columns.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use limpid_core::trace::{EventKind, Metadata};

use super::column::{Column, quoted};
use super::fields;
use super::frame::{self, VERSION};
use super::types::stage_name;

/// Writes the JSON Schema (draft 2020-12) of the lines of [`JsonSink`](super::JsonSink).
///
/// Its `properties` are all columns with their types; its `oneOf` has the columns of each event.
///
/// # Errors
/// The errors of `out`.
pub fn write_schema(out: &mut impl Write) -> fmt::Result {
    write!(
        out,
        r#"{{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:limpid:events:{VERSION}",
  "title": "A line of limpid's JSON output",
  "description": "Generated from the catalogue in core/src/trace/catalog/ and the columns in sinks/src/json/; do not edit by hand. A test compares this file with them and, when run with LIMPID_BLESS=1, rewrites it.",
  "type": "object",
  "properties": {{
"#
    )?;
    let frame = frame();
    let mut separator = "";
    for column in &frame {
        write!(out, "{separator}    {}: {}", column.key(), column.definition())?;
        separator = ",\n";
    }
    for (name, schema) in columns() {
        write!(out, "{separator}    {}: {{{schema}}}", quoted(&name))?;
    }
    let required = frame.iter().filter(|column| column.required).map(Column::key);
    let required: Vec<_> = required.collect();
    write!(out, "\n  }},\n  \"required\": [{}],\n  \"oneOf\": [\n", required.join(", "))?;
    let mut separator = "";
    for kind in EventKind::ALL {
        out.write_str(separator)?;
        write_event(kind.metadata(), &frame, out)?;
        separator = ",\n";
    }
    out.write_str("\n  ]\n}\n")
}

/// Returns the columns that do not depend on the event.
fn frame() -> Vec<Column> {
    let mut columns = vec![Column {
        name: "v".to_owned(),
        schema: format!("\"type\": \"integer\", \"const\": {VERSION}"),
        required: true,
        doc: "The version of this format.",
    }];
    frame::describe(&mut columns);
    columns
}

/// Returns the columns of an event's fields.
fn of_event(metadata: &Metadata) -> Vec<Column> {
    let mut columns = Vec::new();
    metadata.fields.iter().for_each(|field| fields::describe(field, &mut columns));
    columns
}

/// Returns the types of all columns of fields, by name.
fn columns() -> BTreeMap<String, String> {
    let events = EventKind::ALL.iter().flat_map(|kind| of_event(kind.metadata()));
    events.map(|column| (column.name, column.schema)).collect()
}

/// Writes the part of the schema for the lines of one event. The types of columns are in that for all lines.
fn write_event(metadata: &Metadata, frame: &[Column], out: &mut impl Write) -> fmt::Result {
    write!(out, "    {{\"description\": {}, \"properties\": {{", quoted(metadata.doc.trim()))?;
    let known = [
        ("level", metadata.level.name()),
        ("logger", metadata.logger.name()),
        ("name", metadata.name),
        ("stage", stage_name(metadata.stage)),
        ("event", metadata.variant),
    ];
    let mut separator = "";
    for column in frame {
        match known.iter().find(|(name, _)| *name == column.name) {
            Some((_, value)) => {
                write!(out, "{separator}{}: {{\"const\": {}}}", column.key(), quoted(value))?;
            }
            None => write!(out, "{separator}{}: true", column.key())?,
        }
        separator = ", ";
    }
    let columns = of_event(metadata);
    for column in &columns {
        write!(out, ", {}: {{\"description\": {}}}", column.key(), quoted(column.doc.trim()))?;
    }
    let required = columns.iter().filter(|column| column.required).map(Column::key);
    let required: Vec<_> = required.collect();
    write!(out, "}}, \"required\": [{}], \"additionalProperties\": false}}", required.join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_kind_of_field_has_columns() {
        for field in EventKind::ALL.iter().flat_map(|kind| kind.metadata().fields) {
            let mut columns = Vec::new();
            fields::describe(field, &mut columns);
            assert!(!columns.is_empty(), "{}", field.kind);
        }
    }

    #[test]
    fn column_has_the_same_type_in_all_events() {
        let mut types: HashMap<String, String> = HashMap::new();
        for kind in EventKind::ALL {
            for column in of_event(kind.metadata()) {
                let Column { name, schema, .. } = column;
                let known = types.entry(name.clone()).or_insert_with(|| schema.clone());
                assert_eq!(*known, schema, "{name} of {kind:?}");
            }
        }
    }

    #[test]
    fn line_has_each_column_once() {
        for kind in EventKind::ALL {
            let columns = frame().into_iter().chain(of_event(kind.metadata()));
            // Names of columns in SQL do not distinguish cases.
            let mut names: Vec<_> = columns.map(|column| column.name.to_lowercase()).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{kind:?}");
        }
    }

    #[test]
    fn column_is_no_reserved_word_of_sql() {
        const RESERVED: &str = "all analyse analyze and anti any array as asc asof asymmetric at both by case cast \
            check collate column constraint create cross default deferrable desc describe distinct do else end \
            except false fetch for foreign from full glob group having ilike in initially inner intersect into is \
            isnull join lambda lateral leading left like limit natural not notnull null offset on only or order \
            outer overlaps pivot placing positional primary qualify references returning right select semi show \
            similar some summarize symmetric table tablesample then to trailing true try_cast union unique unpivot \
            user using variadic verbose when where window with";
        for column in frame().into_iter().map(|column| column.name).chain(columns().into_keys()) {
            assert!(!RESERVED.split_whitespace().any(|word| word == column), "{column}");
        }
    }

    /// `DuckDB` reads objects as maps, and not as columns, if their members occur in less than a tenth of them on
    /// average.
    #[test]
    fn columns_of_every_line_are_more_than_a_tenth_of_all() {
        let (frame, columns) = (frame().len(), columns().len());
        assert!(10 * frame > frame + columns, "{frame} of {}", frame + columns);
    }
}
