//! Errors of templates.

use std::fmt::{self, Display, Formatter};

use super::field::Field;
use super::style::Style;
use crate::list::List;

/// An invalid template.
///
/// [`Template`](super::Template) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The style in which it was read.
    pub style: Style,
    /// The offset of the invalid field, in bytes from the start of the template.
    pub offset: usize,
    /// The kind of error.
    pub problem: TemplateProblem,
}

/// The kinds of errors in a template.
///
/// [`Template`](super::Template) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateProblem {
    /// There is no field, so that every line would be the same.
    NoField,
    /// The sign that starts a field is followed by neither a name nor the same sign.
    NoName,
    /// The name or the layout of a field is not closed.
    NotClosed,
    /// A closing brace has no opening one.
    NotOpened,
    /// There is no field of this name.
    UnknownField(Box<str>),
    /// A width or precision is more than 9999.
    TooWide,
    /// A number has a precision.
    NumberPrecision,
    /// This character, or the end of the field, is not valid in the layout of a field.
    Conversion(Option<char>),
}

impl Display for TemplateError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { style, offset, ref problem } = *self;
        let (sign, message) = (style.sign(), style.message());
        write!(f, "at byte {offset}: ")?;
        match problem {
            TemplateProblem::NoField => {
                write!(f, "the template has no field; add one, such as {message}")
            }
            TemplateProblem::NoName => {
                write!(f, "{sign} starts a field, such as {message}; write {sign}{sign} for one")
            }
            TemplateProblem::NotClosed => {
                write!(f, "the field is not closed; write it as {message}")
            }
            TemplateProblem::NotOpened => {
                write!(f, "there is no field to close here; write }}}} for a brace")
            }
            TemplateProblem::UnknownField(name) => write!(
                f,
                "there is no field {name:?}; the fields are {}",
                List(Field::NAMED.iter().map(|(name, _)| name))
            ),
            TemplateProblem::TooWide => f.write_str("the width or the precision exceeds 9999"),
            TemplateProblem::NumberPrecision => {
                f.write_str("a number cannot have a precision; write only a width")
            }
            TemplateProblem::Conversion(found) => write_conversion(style, *found, f),
        }
    }
}

/// Describes the syntax of the layout of a field.
fn write_conversion(style: Style, found: Option<char>, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str(match (style, found) {
        (Style::Percent, None) => "a field must end in s, as in %(name)s",
        (Style::Percent, Some(_)) => {
            "a field must end in s or r, or a number in d, x, o, f or e, after an optional width and \
             precision, as in %(name)-20.20s"
        }
        (Style::Braces | Style::Dollar, _) => {
            "expected a fill character and one of <, > and ^, a width, a precision and, for a number, \
             d, x, o, f or e after the colon, as in {name:<20.20} and {msecs:03.0f}"
        }
    })?;
    match found {
        Some(found) => write!(f, "; found {found:?}"),
        None => Ok(()),
    }
}

impl std::error::Error for TemplateError {}
