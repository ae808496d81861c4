//! The bar of a request, as SVG.

use std::fmt::{self, Display, Formatter};

use limpid_core::time::Mono;

use super::super::row::{Row, Rows};
use super::super::units::duration;
use crate::exchanges::Part;

/// The bar of a row. Positions are attributes of shapes, since the page permits no inline styles.
pub(super) struct Bar<'m, 'r> {
    pub(super) row: &'r Row<'m>,
    pub(super) rows: &'r Rows<'m>,
}

/// The width of the picture, which stands for the time that all rows cover.
const WIDTH: u128 = 10_000;

/// The least width of a shape, so that it can be seen.
const LEAST: u128 = 16;

impl Bar<'_, '_> {
    fn place(&self, at: Mono) -> u128 {
        at.since(self.rows.start).as_nanos() * WIDTH / self.rows.time().as_nanos().max(1)
    }

    /// Returns where something begins that ends at `end`, and its width.
    fn span(&self, start: Mono, end: Mono) -> (u128, u128) {
        let (start, end) = (self.place(start), self.place(end));
        let width = (end - start.min(end)).max(LEAST);
        (start.min(WIDTH - width), width)
    }
}

impl Display for Bar<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<svg class=\"track\" viewBox=\"0 0 {WIDTH} 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">"
        )?;
        for slice in self.row.slices() {
            let (x, width) = self.span(slice.start, slice.end);
            // Waiting is drawn thin: nothing happens meanwhile.
            let (y, height) = match slice.part {
                Part::Pool => (9, 2),
                Part::Wait => (7, 6),
                _ => (4, 12),
            };
            let name = slice.part.name();
            write!(
                f,
                "<rect class=\"{name}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"><title>{name}: {}</title></rect>",
                duration(slice.time())
            )?;
        }
        if self.row.slices().next().is_none() {
            let (x, width) = self.span(self.row.hop.started, self.row.end());
            write!(f, "<rect class=\"pool\" x=\"{x}\" y=\"4\" width=\"{width}\" height=\"12\"/>")?;
        }
        if self.row.hop.failed.is_some() {
            let x = self.place(self.row.end()).min(WIDTH - 4 * LEAST);
            let width = 4 * LEAST;
            write!(
                f,
                "<rect class=\"failed\" x=\"{x}\" y=\"1\" width=\"{width}\" height=\"18\"><title>failed</title></rect>"
            )?;
        }
        f.write_str("</svg>")
    }
}

/// Returns a square in the colour of a part.
pub(super) fn swatch(class: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 1 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"1\" height=\"1\"/></svg>"
    )
}
