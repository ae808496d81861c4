//! The bar of a request.

use limpid_core::time::Mono;

use super::super::row::{Mark, Row, Rows};
use super::style::Style;
use crate::exchanges::Part;

/// The parts of a request, by columns.
pub(super) struct Bar {
    cells: Vec<Option<Part>>,
    failed: bool,
}

impl Bar {
    /// Returns the bar of a row in so many columns, which stand for the time that all rows cover.
    pub(super) fn of(row: &Row<'_>, rows: &Rows<'_>, width: usize) -> Self {
        let all = rows.time().as_nanos().max(1);
        let since = |at: Mono| at.since(rows.start).as_nanos();
        let columns = width as u128;
        // A column stands for the part that takes most of it.
        let part = |column: u128| {
            let (start, end) = (column * all / columns, (column + 1) * all / columns);
            let overlap = |from: u128, to: u128| to.min(end).saturating_sub(from.max(start));
            let slices = row
                .slices()
                .map(|slice| (overlap(since(slice.start), since(slice.end)), slice.part));
            slices.filter(|(overlap, _)| *overlap > 0).max_by_key(|(overlap, _)| *overlap)
        };
        let mut cells: Vec<_> =
            (0..columns).map(|column| part(column).map(|(_, part)| part)).collect();
        if cells.iter().all(Option::is_none) {
            let last = row.hop.parts.slices().last().map_or(Part::Wait, |slice| slice.part);
            let at = since(row.hop.started) * columns / all;
            let at = usize::try_from(at).unwrap_or(0).min(width.saturating_sub(1));
            if let Some(cell) = cells.get_mut(at) {
                *cell = Some(last);
            }
        }
        Self { cells, failed: row.hop.failed.is_some() }
    }

    /// Returns the bar as text.
    pub(super) fn shown(&self, style: Style) -> String {
        let last = self.cells.iter().rposition(Option::is_some);
        let mut shown = String::new();
        let mut rest = &self.cells[..last.map_or(0, |last| last + 1)];
        if self.failed {
            rest = &rest[..rest.len().saturating_sub(1)];
        }
        while let Some(first) = rest.first().copied() {
            let len = rest.iter().take_while(|cell| **cell == first).count();
            match first {
                None => shown.push_str(&" ".repeat(len)),
                Some(part) => {
                    let glyphs = style.glyph(part).to_string().repeat(len);
                    shown.push_str(&style.part(part, &glyphs));
                }
            }
            rest = &rest[len..];
        }
        if self.failed {
            shown.push_str(&style.marked(Mark::Bad, style.cross()));
        }
        shown
    }
}
