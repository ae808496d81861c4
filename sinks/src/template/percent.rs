//! Fields in the syntax of the operator `%`.

use super::error::TemplateProblem;
use super::layout::{Align, Layout, read_number};
use super::part::{Named, Part, check};
use super::value::{Constant, Conversion, Format};

/// Reads what follows a percent sign; returns the part of the template and what follows it.
pub(super) fn read<'t>(
    text: &'t str,
    defaults: &[(Box<str>, Constant)],
) -> Result<(Part, &'t str), TemplateProblem> {
    let text = text.strip_prefix('(').ok_or(TemplateProblem::NoName)?;
    let (name, text) = text.split_once(')').ok_or(TemplateProblem::NotClosed)?;
    let named = Named::find(name, defaults)?;
    let flags = text.len() - text.trim_start_matches(['-', '0', '+', ' ', '#']).len();
    let (flags, text) = text.split_at(flags);
    let (width, text) = read_number(text)?;
    let (precision, text) = match text.strip_prefix('.') {
        // As in Python, a dot alone means zero.
        Some(text) => read_number(text).map(|(number, text)| (Some(number.unwrap_or(0)), text))?,
        None => (None, text),
    };
    let mut after = text.chars();
    let found = after.next();
    let decimals = precision.unwrap_or(Conversion::DECIMALS);
    let conversion = match found {
        Some('s') => Conversion::Text,
        Some('r' | 'a') => Conversion::Repr,
        Some('d' | 'i' | 'u') => Conversion::Decimal,
        Some('x') => Conversion::Hex,
        Some('X') => Conversion::UpperHex,
        Some('o') => Conversion::Octal,
        Some('f' | 'F') => Conversion::Fixed(decimals),
        Some('e') => Conversion::Exponent(decimals),
        _ => return Err(TemplateProblem::Conversion(found)),
    };
    check(conversion, named.kind(), found)?;
    let is_float = matches!(conversion, Conversion::Fixed(_) | Conversion::Exponent(_));
    let is_number = conversion.is_numeric();
    if is_number && !is_float && precision.is_some() {
        return Err(TemplateProblem::NumberPrecision);
    }
    let (align, fill) = match (flags.contains('-'), is_number && flags.contains('0')) {
        (true, _) => (Align::Left, ' '),
        (false, true) => (Align::AfterSign, '0'),
        (false, false) => (Align::Right, ' '),
    };
    let sign = ['+', ' '].into_iter().find(|sign| is_number && flags.contains(*sign));
    let precision = precision.filter(|_| !is_number);
    let layout = Layout::new(align, fill, width.unwrap_or(0), precision);
    Ok((named.part(Format { conversion, sign, layout }), after.as_str()))
}
