//! The parts of a template.

use super::error::TemplateProblem;
use super::field::Field;
use super::layout::Layout;

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Literal(String),
    Field(Field, Layout),
}

impl Field {
    /// Returns the field of this name.
    pub(super) fn named(name: &str) -> Result<Self, TemplateProblem> {
        let known = Self::NAMED.iter().find(|(known, _)| *known == name);
        known.map(|(_, field)| *field).ok_or_else(|| TemplateProblem::UnknownField(name.into()))
    }
}
