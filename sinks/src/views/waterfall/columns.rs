//! The widths of columns.

use std::time::Duration;

use super::super::row::{MOST_ROWS, Row};
use super::super::units::duration;
use super::name;
use super::style::Style;

/// The columns of a waterfall, which together are as wide as the terminal.
pub(super) struct Columns {
    pub(super) name: usize,
    pub(super) has_size: bool,
    pub(super) has_connection: bool,
    pub(super) has_time: bool,
    pub(super) bar: usize,
    unicode: bool,
}

/// The widths of columns, with the space before each.
const STATUS: usize = 7;
const SIZE: usize = 8;
const CONNECTION: usize = 6;
const TIME: usize = 10;

impl Columns {
    /// Returns the columns that there is room for. Names get what they need, but at most half of what the others leave.
    pub(super) fn of(rows: &[Row<'_>], origin: Option<&str>, style: Style) -> Self {
        let width = style.normalised().width;
        let (has_time, has_size, has_connection) = (width >= 48, width >= 64, width >= 90);
        let sum = |columns: [(bool, usize); 4]| -> usize {
            columns.into_iter().filter(|(is_shown, _)| *is_shown).map(|(_, width)| width).sum()
        };
        let fixed =
            sum([(true, STATUS), (has_size, SIZE), (has_connection, CONNECTION), (has_time, TIME)]);
        // A space stands before the bar.
        let rest = width - fixed - 1;
        let needed = rows.iter().take(MOST_ROWS).map(|row| name::width_of(row, origin)).max();
        let name = needed.unwrap_or(0).clamp(8, rest / 2);
        let unicode = style.unicode;
        Self { name, has_size, has_connection, has_time, bar: rest - name, unicode }
    }

    /// Returns the line above the rows, with the times at both ends and in the middle of the bars.
    pub(super) fn header(&self, time: Duration) -> String {
        let plain = |text: String| if self.unicode { text } else { text.replace('µ', "u") };
        let mut header = format!("{:<name$} status", "request", name = self.name);
        if self.has_size {
            header.push_str("    size");
        }
        if self.has_connection {
            header.push_str("  conn");
        }
        if self.has_time {
            header.push_str("      time");
        }
        let (middle, end) = (plain(duration(time / 2)), plain(duration(time)));
        let start = "0";
        let width = |text: &str| text.chars().count();
        let before_middle = (self.bar / 2).saturating_sub(width(start) + width(&middle) / 2);
        let left = width(start) + before_middle + width(&middle);
        header.push(' ');
        match self.bar.checked_sub(left + width(&end)) {
            Some(after_middle) if before_middle > 0 && after_middle > 0 => {
                let (before, after) = (" ".repeat(before_middle), " ".repeat(after_middle));
                header.push_str(&format!("{start}{before}{middle}{after}{end}"));
            }
            _ => {
                let gap = self.bar.saturating_sub(width(start) + width(&end));
                header.push_str(&format!("{start}{}{end}", " ".repeat(gap.max(1))));
            }
        }
        header
    }
}
