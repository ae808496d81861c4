//! The width of a field.

use super::error::TemplateProblem;

/// The alignment of a field within its width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    #[default]
    Right,
    Centre,
    /// Filled between the sign of a number and its digits.
    AfterSign,
}

/// The width of a field in characters, and the character that fills it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    align: Align,
    fill: char,
    width: usize,
    precision: Option<usize>,
}

impl Default for Layout {
    fn default() -> Self {
        Self { align: Align::default(), fill: ' ', width: 0, precision: None }
    }
}

impl Layout {
    pub(super) fn new(align: Align, fill: char, width: usize, precision: Option<usize>) -> Self {
        // Without a width, alignment and fill have no effect, so equal layouts compare equal.
        match width {
            0 => Self { precision, ..Self::default() },
            width => Self { align, fill, width, precision },
        }
    }

    /// Truncates or pads the text in `line` from `start` on.
    #[inline]
    pub(super) fn apply(self, line: &mut String, start: usize) {
        if self.width > 0 || self.precision.is_some() {
            self.fit(line, start);
        }
    }

    fn fit(self, line: &mut String, start: usize) {
        if let Some(precision) = self.precision
            && let Some((end, _)) = line[start..].char_indices().nth(precision)
        {
            line.truncate(start + end);
        }
        let missing = self.width.saturating_sub(line[start..].chars().count());
        let before = match self.align {
            Align::Left => 0,
            Align::Right | Align::AfterSign => missing,
            Align::Centre => missing / 2,
        };
        let is_signed = line[start..].starts_with(['+', '-', ' ']);
        let start = start + usize::from(self.align == Align::AfterSign && is_signed);
        // Padding is rare and short, so it does not need a second buffer.
        (0..before).for_each(|_| line.insert(start, self.fill));
        (before..missing).for_each(|_| line.push(self.fill));
    }
}

/// Reads an optional number of at most four digits; returns it and what follows.
pub(super) fn read_number(text: &str) -> Result<(Option<usize>, &str), TemplateProblem> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(len);
    match digits.parse() {
        Ok(number) if len <= 4 => Ok((Some(number), rest)),
        _ if len == 0 => Ok((None, rest)),
        _ => Err(TemplateProblem::TooWide),
    }
}
