//! The parts of a template.

use super::error::TemplateProblem;
use super::field::Field;
use super::kind::Kind;
use super::value::{Constant, Conversion, Format};

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    /// A field without conversion and layout, as most are.
    Plain(Field),
    Field(Field, Format),
}

impl Part {
    pub(super) fn field(field: Field, format: Format) -> Self {
        if format == Format::default() { Self::Plain(field) } else { Self::Field(field, format) }
    }
}

/// What a name in a template stands for.
pub(super) enum Named<'a> {
    Field(Field),
    /// A value of the formatter.
    Constant(&'a Constant),
}

impl<'a> Named<'a> {
    /// Finds a field, or else one of the formatter's values. A field that Python does not have gives way to these.
    pub(super) fn find(
        name: &str,
        defaults: &'a [(Box<str>, Constant)],
    ) -> Result<Self, TemplateProblem> {
        let constant = || defaults.iter().find(|(default, _)| **default == *name);
        Field::named(name)
            .filter(|field| !field.is_own() || constant().is_none())
            .map(Self::Field)
            .or_else(|| constant().map(|(_, value)| Self::Constant(value)))
            .ok_or_else(|| TemplateProblem::UnknownField(name.into()))
    }

    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Field(field) => field.kind(),
            Self::Constant(constant) => constant.kind(),
        }
    }

    /// Returns the part of a template that shows it. The text of a constant is always the same.
    pub(super) fn part(self, format: Format) -> Part {
        match self {
            Self::Field(field) => Part::field(field, format),
            Self::Constant(constant) => {
                let mut text = String::new();
                // Writing to a string cannot fail.
                let _ = format.write(constant.value(), &mut text);
                Part::Literal(text)
            }
        }
    }
}

/// Returns the problem of a conversion, the character `found`, that does not apply to a kind of values.
pub(super) fn check(
    conversion: Conversion,
    kind: Kind,
    found: Option<char>,
) -> Result<(), TemplateProblem> {
    if conversion.accepts(kind) { Ok(()) } else { Err(TemplateProblem::Conversion(found)) }
}
