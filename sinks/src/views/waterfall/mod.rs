//! A waterfall for a terminal: a line for each request, with its parts as a bar.

mod bar;
mod columns;
mod name;
mod style;

use std::io::{self, Write};

use limpid_core::http1::Role;

pub use self::style::Style;

use self::bar::Bar;
use self::columns::Columns;
use super::row::{MOST_ROWS, Mark, Row, Rows};
use super::units::{duration, size};
use crate::exchanges::{Model, Part};

/// Writes a waterfall.
pub(super) fn write(model: &Model, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let rows = Rows::of(model);
    let count = rows.all.len();
    if count == 0 {
        return writeln!(out, "no requests");
    }
    let origin = name::common_origin(&rows.all);
    let columns = Columns::of(&rows.all, origin, style);
    let requests = if count == 1 { "request" } else { "requests" };
    let origin_note =
        origin.map_or_else(String::new, |origin| format!("  {}", name::visible(origin)));
    let title = format!("{count} {requests}, {}{origin_note}", duration(rows.time()));
    let title = name::cut(&title, style.width, style);
    writeln!(out, "{}", style.bold(&title).trim_end())?;
    writeln!(out, "{}", style.dim(&columns.header(rows.time())).trim_end())?;
    for row in rows.all.iter().take(MOST_ROWS) {
        line(row, &rows, origin, &columns, style, out)?;
    }
    if count > MOST_ROWS {
        writeln!(out, "and {} more requests", count - MOST_ROWS)?;
    }
    if model.left_out > 0 {
        writeln!(out, "{} exchanges are left out", model.left_out)?;
    }
    legend(&rows, style, out)
}

fn line(
    row: &Row<'_>,
    rows: &Rows<'_>,
    origin: Option<&str>,
    columns: &Columns,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mark = row.mark();
    let name = name::of(row, origin, columns.name, style);
    write!(out, "{}", name::pad(&name, columns.name))?;
    write!(out, " {}", style.marked(mark, &format!("{:>6}", row.status())))?;
    if columns.has_size {
        let size = row.size().map_or_else(|| "-".to_owned(), size);
        write!(out, " {size:>7}")?;
    }
    if columns.has_connection {
        let connection = row.hop.connection.map_or(String::new(), |id| id.0.to_string());
        let reused = match (row.hop.reuse, style.unicode) {
            (None, _) => " ",
            (Some(_), true) => "↻",
            (Some(_), false) => "*",
        };
        write!(out, " {}{reused}", name::pad_left(&connection, 4))?;
    }
    if columns.has_time {
        write!(out, " {}", name::pad_left(&style.plain(&duration(row.time())), 9))?;
    }
    let bar = Bar::of(row, rows, columns.bar);
    writeln!(out, " {}", bar.shown(style).trim_end())
}

/// Writes the parts that occur, and what the marks mean.
fn legend(rows: &Rows<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let occurs =
        |part: &Part| rows.all.iter().any(|row| row.slices().any(|slice| slice.part == *part));
    let mut notes: Vec<_> = Part::ALL
        .into_iter()
        .filter(occurs)
        .map(|part| (style.part(part, &style.glyph(part).to_string()), format!(" {}", part.name())))
        .collect();
    if rows.all.iter().any(|row| row.hop.failed.is_some()) {
        notes.push((style.marked(Mark::Bad, style.cross()), " failed".to_owned()));
    }
    if rows.all.iter().any(|row| row.hop.reuse.is_some()) {
        let sign = if style.unicode { "↻" } else { "*" };
        notes.push((sign.to_owned(), " reused connection".to_owned()));
    }
    if rows.all.iter().any(|row| row.exchange.role == Role::Server) {
        notes.push((String::new(), "(of a server: wait is until the response starts)".to_owned()));
    }
    // Colours take no room.
    let mut width = 0;
    for (index, (sign, text)) in notes.iter().enumerate() {
        let len = text.chars().count() + usize::from(!sign.is_empty());
        if index > 0 && width + 2 + len > style.width {
            writeln!(out)?;
            width = 0;
        } else if index > 0 {
            write!(out, "  ")?;
            width += 2;
        }
        write!(out, "{sign}{text}")?;
        width += len;
    }
    writeln!(out)
}
