//! Fields in the syntax of `string.Template`.

use super::error::TemplateProblem;
use super::part::{Named, Part};
use super::value::{Constant, Format};

/// Reads what follows a dollar sign; returns the part of the template and what follows it.
pub(super) fn read<'t>(
    text: &'t str,
    defaults: &[(Box<str>, Constant)],
) -> Result<(Part, &'t str), TemplateProblem> {
    let (name, rest) = match text.strip_prefix('{') {
        Some(text) => text.split_once('}').ok_or(TemplateProblem::NotClosed)?,
        None => {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            text.split_at(text.len() - text.trim_start_matches(is_name).len())
        }
    };
    if name.is_empty() {
        return Err(TemplateProblem::NoName);
    }
    Ok((Named::find(name, defaults)?.part(Format::default()), rest))
}
