//! Fields in the syntax of `str.format`.

use super::error::TemplateProblem;
use super::field::Field;
use super::layout::{Align, Layout, read_number};
use super::part::Part;

/// Reads what follows an opening brace; returns the part of the template and what follows it.
pub(super) fn read(text: &str) -> Result<(Part, &str), TemplateProblem> {
    let (inside, rest) = text.split_once('}').ok_or(TemplateProblem::NotClosed)?;
    let (name, layout) = inside.split_once(':').unwrap_or((inside, ""));
    if name.is_empty() {
        return Err(TemplateProblem::NoName);
    }
    let field = Field::named(name)?;
    Ok((Part::Field(field, read_layout(layout, field == Field::LevelNumber)?), rest))
}

/// Reads the text between the colon and the closing brace.
fn read_layout(text: &str, is_number: bool) -> Result<Layout, TemplateProblem> {
    let (fill, align, text) = read_alignment(text, is_number);
    let (is_zero, text) = match text.strip_prefix('0') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let (width, text) = read_number(text)?;
    let (precision, text) = match text.strip_prefix('.') {
        Some(text) => match read_number(text)? {
            (None, _) => return Err(TemplateProblem::Conversion(Some('.'))),
            (precision, text) => (precision, text),
        },
        None => (None, text),
    };
    if is_number && precision.is_some() {
        return Err(TemplateProblem::NumberPrecision);
    }
    let text = text.strip_prefix(if is_number { 'd' } else { 's' }).unwrap_or(text);
    if let Some(unknown) = text.chars().next() {
        return Err(TemplateProblem::Conversion(Some(unknown)));
    }
    let align = align.unwrap_or(if is_number { Align::Right } else { Align::Left });
    let fill = fill.unwrap_or(if is_zero { '0' } else { ' ' });
    Ok(Layout::new(align, fill, width.unwrap_or(0), precision))
}

/// Reads an alignment, and the character before it that fills the width.
fn read_alignment(text: &str, is_number: bool) -> (Option<char>, Option<Align>, &str) {
    let align = |sign| match sign {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Centre),
        // `=` pads between the sign and the digits; a level has no sign.
        '=' if is_number => Some(Align::Right),
        _ => None,
    };
    let mut chars = text.chars();
    let first = chars.next();
    let after_first = chars.as_str();
    if let Some(found @ Some(_)) = chars.next().map(align) {
        return (first, found, chars.as_str());
    }
    match first.and_then(align) {
        Some(found) => (None, Some(found), after_first),
        None => (None, None, text),
    }
}
