//! Fields in the syntax of `str.format`.

use super::error::TemplateProblem;
use super::kind::Kind;
use super::layout::{Align, Layout, read_number};
use super::part::{Named, Part, check};
use super::value::{Constant, Conversion, Format};

/// Reads what follows an opening brace; returns the part of the template and what follows it.
pub(super) fn read<'t>(
    text: &'t str,
    defaults: &[(Box<str>, Constant)],
) -> Result<(Part, &'t str), TemplateProblem> {
    let (inside, rest) = text.split_once('}').ok_or(TemplateProblem::NotClosed)?;
    let (name, format) = inside.split_once(':').unwrap_or((inside, ""));
    let (name, conversion) = match name.split_once('!') {
        Some((name, conversion)) => (name, Some(conversion)),
        None => (name, None),
    };
    if name.is_empty() {
        return Err(TemplateProblem::NoName);
    }
    let named = Named::find(name, defaults)?;
    let (kind, repr) = match conversion {
        None => (named.kind(), false),
        Some("s") => (Kind::Text, false),
        Some("r" | "a") => (Kind::Text, true),
        Some(other) => return Err(TemplateProblem::Conversion(other.chars().next())),
    };
    let mut format = read_format(format, kind)?;
    if repr {
        format.conversion = Conversion::Repr;
    }
    Ok((named.part(format), rest))
}

/// Reads the text between the colon and the closing brace.
fn read_format(text: &str, kind: Kind) -> Result<Format, TemplateProblem> {
    let is_number = kind != Kind::Text;
    let (fill, align, text) = read_alignment(text, is_number);
    let (sign, text) = match text.strip_prefix(['+', '-', ' ']) {
        Some(rest) if is_number => (text.chars().next().filter(|sign| *sign != '-'), rest),
        _ => (None, text),
    };
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
    let mut rest = text.chars();
    let found = rest.next();
    let conversion = read_type(found, kind, precision)?;
    check(conversion, kind, found)?;
    if let Some(unknown) = rest.next() {
        return Err(TemplateProblem::Conversion(Some(unknown)));
    }
    let is_float = matches!(conversion, Conversion::Fixed(_) | Conversion::Exponent(_));
    if is_number && !is_float && precision.is_some() {
        return Err(TemplateProblem::NumberPrecision);
    }
    let align = align.unwrap_or(match (is_number, is_zero) {
        (true, true) => Align::AfterSign,
        (true, false) => Align::Right,
        (false, _) => Align::Left,
    });
    let fill = fill.unwrap_or(if is_zero { '0' } else { ' ' });
    let layout = Layout::new(align, fill, width.unwrap_or(0), precision.filter(|_| !is_number));
    Ok(Format { conversion, sign, layout })
}

/// Reads the type of a field.
fn read_type(
    found: Option<char>,
    kind: Kind,
    precision: Option<usize>,
) -> Result<Conversion, TemplateProblem> {
    let decimals = precision.unwrap_or(Conversion::DECIMALS);
    match (found, kind) {
        (None, _) | (Some('s'), Kind::Text) => Ok(Conversion::Text),
        (Some('d'), Kind::Integer) => Ok(Conversion::Decimal),
        (Some('x'), _) => Ok(Conversion::Hex),
        (Some('X'), _) => Ok(Conversion::UpperHex),
        (Some('o'), _) => Ok(Conversion::Octal),
        (Some('f' | 'F'), _) => Ok(Conversion::Fixed(decimals)),
        (Some('e'), _) => Ok(Conversion::Exponent(decimals)),
        (found, _) => Err(TemplateProblem::Conversion(found)),
    }
}

/// Reads an alignment, and the character before it that fills the width.
fn read_alignment(text: &str, is_number: bool) -> (Option<char>, Option<Align>, &str) {
    let align = |sign| match sign {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Centre),
        '=' if is_number => Some(Align::AfterSign),
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
