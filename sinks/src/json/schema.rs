//! The schema of the lines, generated from the catalogue.

use std::fmt::{self, Display, Formatter, Write};

use limpid_core::trace::{EventKind, FieldMeta, Level, Logger, Metadata, Sensitivity, Stage};

use super::{escape, fields::CAUSES};

/// The version of the format of the lines: it changes when programs that read them may have to. Additional
/// events or fields do not change it.
pub const VERSION: u64 = 1;

/// Writes the JSON Schema (draft 2020-12) of the lines of [`JsonSink`](super::JsonSink).
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
  "description": "Generated from the catalogue in core/src/trace/catalog/; do not edit by hand. A test compares this file with the catalogue and, when run with LIMPID_BLESS=1, rewrites it.",
  "type": "object",
  "properties": {{
"#
    )?;
    write_frame(out)?;
    out.write_str("  \"additionalProperties\": false,\n  \"oneOf\": [\n")?;
    let mut separator = "";
    for kind in EventKind::ALL {
        out.write_str(separator)?;
        write_event(kind.metadata(), out)?;
        separator = ",\n";
    }
    out.write_str("\n  ],\n  \"$defs\": {\n")?;
    let mut separator = "";
    for (name, definition) in DEFINITIONS {
        write!(out, "{separator}    {}: {definition}", Quoted(name))?;
        separator = ",\n";
    }
    write!(out, ",\n    \"Cause\": {{\"enum\": {}}}\n  }}\n}}\n", Array(CAUSES))
}

/// Writes the definitions of the keys that every line has.
fn write_frame(out: &mut impl Write) -> fmt::Result {
    const NUMBERS: [(&str, &str); 6] = [
        ("mono", "Nanoseconds on the driver's clock, from an origin that the driver chooses."),
        ("exchange", "The number of the exchange; 0 if the event belongs to no exchange."),
        ("connection", "The number of the connection; 0 if the event belongs to no connection."),
        ("attempt", "The number of the attempt to connect, from 1; 0 before the first."),
        ("span", "The number of the operation that the event starts or ends; 0 for a point."),
        (
            "seq",
            "The position among the events of the exchange: a gap means that events were lost.",
        ),
    ];
    write!(
        out,
        r#"    "v": {{"const": {VERSION}, "description": "The version of this format."}},
    "time": {{"type": "string", "format": "date-time", "description": "The time of day, in UTC."}},
"#
    )?;
    for (name, description) in NUMBERS {
        let (name, description) = (Quoted(name), Quoted(description));
        writeln!(
            out,
            r#"    {name}: {{"type": "integer", "minimum": 0, "description": {description}}},"#
        )?;
    }
    writeln!(out, r#"    "level": {{"enum": {}}},"#, Array(LEVELS.map(Level::name)))?;
    writeln!(out, r#"    "logger": {{"enum": {}}},"#, Array(Logger::ALL.map(Logger::name)))?;
    writeln!(out, r#"    "name": {{"type": "string"}},"#)?;
    writeln!(out, r#"    "stage": {{"enum": {}}},"#, Array(STAGES.map(stage)))?;
    writeln!(out, r#"    "event": {{"type": "string"}},"#)?;
    writeln!(
        out,
        r#"    "phase": {{"type": "string", "description": "What the exchange was doing, in words."}},"#
    )?;
    writeln!(out, "    \"fields\": {{\"type\": \"object\"}}\n  }},")?;
    writeln!(out, "  \"required\": {},", Array(KEYS))
}

const KEYS: [&str; 15] = [
    "v",
    "time",
    "mono",
    "exchange",
    "connection",
    "attempt",
    "span",
    "seq",
    "level",
    "logger",
    "name",
    "stage",
    "event",
    "phase",
    "fields",
];

const LEVELS: [Level; 6] =
    [Level::Trace, Level::Debug, Level::Info, Level::Warning, Level::Error, Level::Critical];

const STAGES: [Stage; 4] = [Stage::Started, Stage::Complete, Stage::Failed, Stage::Point];

/// Returns the name of an event's stage.
pub(super) const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Started => "started",
        Stage::Complete => "complete",
        Stage::Failed => "failed",
        Stage::Point => "point",
    }
}

fn write_event(metadata: &Metadata, out: &mut impl Write) -> fmt::Result {
    let Metadata { variant, name, logger, level, fields, .. } = metadata;
    write!(out, "    {{\"description\": {}, \"properties\": {{", Quoted(metadata.doc.trim()))?;
    for (key, value) in [
        ("event", *variant),
        ("level", level.name()),
        ("logger", logger.name()),
        ("name", name),
        ("stage", stage(metadata.stage)),
    ] {
        write!(out, "\"{key}\": {{\"const\": {}}}, ", Quoted(value))?;
    }
    out.write_str("\"fields\": {\"properties\": {")?;
    for (index, field) in fields.iter().enumerate() {
        let separator = if index > 0 { ", " } else { "" };
        let (name, doc) = (Quoted(field.name), Quoted(field.doc.trim()));
        let definition = definition(field);
        write!(
            out,
            "{separator}{name}: {{\"$ref\": \"#/$defs/{definition}\", \"description\": {doc}}}"
        )?;
    }
    let names = Array(fields.iter().map(|field| field.name));
    write!(out, "}}, \"required\": {names}, \"additionalProperties\": false}}}}}}")
}

/// Returns the name of the definition of a field's type.
fn definition(field: &FieldMeta) -> &'static str {
    match field.sensitivity {
        Sensitivity::Payload => "Payload",
        _ => field.kind,
    }
}

/// The types of fields, by their names in the catalogue.
const DEFINITIONS: [(&str, &str); 23] = [
    ("Text", r#"{"type": "string"}"#),
    ("MaybeText", r#"{"type": ["string", "null"]}"#),
    (
        "Bytes",
        r#"{"type": "string", "description": "Each byte as the character of that number (Latin-1)."}"#,
    ),
    (
        "Payload",
        r##"{"type": "object", "properties": {"length": {"type": "integer"}, "bytes": {"$ref": "#/$defs/Bytes"}}, "required": ["length"], "additionalProperties": false}"##,
    ),
    ("Request", r#"{"type": "string", "description": "The method of the request."}"#),
    ("Flag", r#"{"type": "boolean"}"#),
    ("Count", r#"{"type": "integer", "minimum": 0}"#),
    ("MaybeCount", r#"{"type": ["integer", "null"], "minimum": 0}"#),
    ("Port", r#"{"type": "integer", "minimum": 0, "maximum": 65535}"#),
    ("Status", r#"{"type": "integer", "minimum": 0, "maximum": 65535}"#),
    ("Seconds", r#"{"type": ["number", "null"], "minimum": 0}"#),
    ("Word", r#"{"type": "string", "description": "One of a fixed set."}"#),
    ("Address", r#"{"type": "string", "description": "An address and a port."}"#),
    ("MaybeAddress", r#"{"type": ["string", "null"], "description": "An address and a port."}"#),
    ("Version", r#"{"type": "string", "pattern": "^HTTP/1\\.[0-9]$"}"#),
    (
        "SocketOptions",
        r#"{"type": ["array", "null"], "items": {"type": "array", "description": "Level, name and value.", "items": {"type": "integer"}, "minItems": 3, "maxItems": 3}}"#,
    ),
    (
        "Stream",
        r#"{"type": "object", "properties": {"connection": {"type": "integer"}, "layer": {"type": "integer", "description": "How many TLS layers it has."}}, "required": ["connection", "layer"], "additionalProperties": false}"#,
    ),
    (
        "TlsContext",
        r#"{"type": "object", "properties": {"verify": {"type": "boolean"}}, "required": ["verify"], "additionalProperties": false}"#,
    ),
    (
        "RequestHead",
        r##"{"type": "object", "properties": {"method": {"$ref": "#/$defs/Bytes"}, "target": {"$ref": "#/$defs/Bytes"}, "version": {"$ref": "#/$defs/Version"}, "fields": {"type": "array", "items": {"type": "array", "description": "Name and value.", "items": {"$ref": "#/$defs/Bytes"}, "minItems": 2, "maxItems": 2}}}, "required": ["method", "target", "version", "fields"], "additionalProperties": false}"##,
    ),
    (
        "ResponseHead",
        r##"{"type": "object", "properties": {"version": {"$ref": "#/$defs/Version"}, "status": {"$ref": "#/$defs/Status"}, "reason": {"$ref": "#/$defs/Bytes"}, "fields": {"type": "array", "items": {"type": "array", "description": "Name and value.", "items": {"$ref": "#/$defs/Bytes"}, "minItems": 2, "maxItems": 2}}}, "required": ["version", "status", "reason", "fields"], "additionalProperties": false}"##,
    ),
    (
        "Credentials",
        r##"{"type": ["object", "null"], "properties": {"user": {"$ref": "#/$defs/Bytes"}, "password": {"$ref": "#/$defs/Bytes"}}, "required": ["user", "password"], "additionalProperties": false}"##,
    ),
    (
        "Failure",
        r##"{"type": "object", "properties": {"while": {"type": "string"}, "cause": {"$ref": "#/$defs/Cause"}, "message": {"type": "string"}, "secure": {"type": "boolean"}, "evidence": {"$ref": "#/$defs/Bytes"}, "body_received": {"$ref": "#/$defs/Count"}, "body_announced": {"$ref": "#/$defs/Count"}, "rule": {"type": "string"}, "section": {"type": "string"}, "offset": {"$ref": "#/$defs/Count"}, "os_error": {"type": "integer"}}, "required": ["while", "cause", "message", "secure", "evidence", "body_received", "body_announced"], "additionalProperties": false}"##,
    ),
    (
        "Timings",
        r##"{"type": "object", "description": "Times in seconds; parts that did not happen are left out.", "properties": {"total": {"$ref": "#/$defs/Seconds"}, "pool": {"$ref": "#/$defs/Seconds"}, "resolve": {"$ref": "#/$defs/Seconds"}, "connect": {"$ref": "#/$defs/Seconds"}, "tls": {"$ref": "#/$defs/Seconds"}, "send": {"$ref": "#/$defs/Seconds"}, "wait": {"$ref": "#/$defs/Seconds"}, "receive": {"$ref": "#/$defs/Seconds"}, "redirect": {"$ref": "#/$defs/Seconds"}, "connections": {"$ref": "#/$defs/Count"}, "redirects": {"$ref": "#/$defs/Count"}, "connect_retries": {"$ref": "#/$defs/Count"}}, "required": ["total", "connections", "redirects", "connect_retries"], "additionalProperties": false}"##,
    ),
];

/// Text as a JSON string.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut json = Vec::new();
        escape::text(self.0, &mut json);
        f.write_str(&String::from_utf8_lossy(&json))
    }
}

/// Texts as an array of JSON strings.
struct Array<I>(I);

impl<'a, I: Clone + IntoIterator<Item = &'a str>> Display for Array<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut separator = "[";
        for text in self.0.clone() {
            write!(f, "{separator}{}", Quoted(text))?;
            separator = ", ";
        }
        f.write_str(if separator == "[" { "[]" } else { "]" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_catalogue_is_defined() {
        for field in EventKind::ALL.iter().flat_map(|kind| kind.metadata().fields) {
            let definition = definition(field);
            assert!(DEFINITIONS.iter().any(|(name, _)| *name == definition), "{definition}");
        }
    }
}
