//! Fields in the syntax of the operator `%`.

use super::error::TemplateProblem;
use super::field::Field;
use super::layout::{Align, Layout, read_number};
use super::part::Part;

/// Reads what follows a percent sign; returns the part of the template and what follows it.
pub(super) fn read(text: &str) -> Result<(Part, &str), TemplateProblem> {
    let text = text.strip_prefix('(').ok_or(TemplateProblem::NoName)?;
    let (name, text) = text.split_once(')').ok_or(TemplateProblem::NotClosed)?;
    let field = Field::named(name)?;
    let flags = text.len() - text.trim_start_matches(['-', '0']).len();
    let (flags, text) = text.split_at(flags);
    let (width, text) = read_number(text)?;
    let (precision, text) = match text.strip_prefix('.') {
        // As in Python, a dot alone means zero.
        Some(text) => read_number(text).map(|(number, text)| (Some(number.unwrap_or(0)), text))?,
        None => (None, text),
    };
    let mut after = text.chars();
    let is_number = match (after.next(), field) {
        (Some('s'), _) => false,
        (Some('d'), Field::LevelNumber) => true,
        (conversion, _) => return Err(TemplateProblem::Conversion(conversion)),
    };
    if is_number && precision.is_some() {
        return Err(TemplateProblem::NumberPrecision);
    }
    let pads_right = flags.contains('-');
    let align = if pads_right { Align::Left } else { Align::Right };
    let fill = if is_number && !pads_right && flags.contains('0') { '0' } else { ' ' };
    let layout = Layout::new(align, fill, width.unwrap_or(0), precision);
    Ok((Part::Field(field, layout), after.as_str()))
}
