//! Generates `docs/EVENTS.md` from the catalogue.

use core::fmt::{self, Write};

use super::catalog::{EventKind, Metadata};
use super::metadata::{Logger, Stage};

/// Writes the reference of all events as Markdown.
///
/// # Errors
/// Returns the error of `out`, if writing to it fails.
pub fn write_reference(out: &mut impl Write) -> fmt::Result {
    out.write_str(
        "# Events\n\n\
         Generated from the catalogue in `core/src/trace/catalog/`; do not edit by hand. A test\n\
         compares this page with the catalogue and, when run with `LIMPID_BLESS=1`, rewrites it.\n\n\
         A trace event is a typed record of a fact, which sinks receive ([LOGGING.md](LOGGING.md)). Every event contains its\n\
         time, sequence number, connection, exchange, hop, attempt, span, the span around it, phase and the tag of the request;\n\
         [GLOSSARY.md](GLOSSARY.md) defines these terms. An operation emits `started`, and then `complete` or `failed` once.\n\n\
         The column *event* has the name in log lines, the column *variant* the name in `TraceEvent`. A field has a name, a kind and a\n\
         sensitivity, which determines what the redaction policy hides. `core/src/trace/declare.rs` explains the kinds and\n\
         sensitivities.\n",
    )?;
    for logger in Logger::ALL {
        write!(out, "\n## {}\n\n", logger.name())?;
        out.write_str("| event | variant | level | fields | meaning |\n|---|---|---|---|---|\n")?;
        for kind in EventKind::ALL.iter().filter(|kind| kind.metadata().logger == logger) {
            write_row(kind.metadata(), out)?;
        }
    }
    Ok(())
}

fn write_row(metadata: &Metadata, out: &mut impl Write) -> fmt::Result {
    let Metadata { name, stage, variant, level, .. } = metadata;
    write!(out, "| `{name}{}` | `{variant}` | {level} | ", stage.suffix())?;
    for (index, field) in metadata.fields.iter().enumerate() {
        let separator = if index > 0 { "<br>" } else { "" };
        write!(
            out,
            "{separator}`{}`: {}, {:?};{}",
            field.name, field.kind, field.sensitivity, field.doc
        )?;
    }
    if metadata.fields.is_empty() {
        out.write_str(if metadata.stage == Stage::Point { "none" } else { " " })?;
    }
    writeln!(out, " |{} |", metadata.doc)
}
