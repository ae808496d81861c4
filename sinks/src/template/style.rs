//! The three ways of writing a template.

use std::fmt::{self, Display, Formatter};

/// How fields are written in a template: the `style` of Python's `logging.Formatter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// `%(message)s`, as the operator `%` has it.
    #[default]
    Percent,
    /// `{message}`, as `str.format` has it.
    Braces,
    /// `$message` or `${message}`, as `string.Template` has it.
    Dollar,
}

impl Style {
    /// Every style.
    pub const ALL: [Self; 3] = [Self::Percent, Self::Braces, Self::Dollar];

    /// The character that starts a field, and that configurations name the style by.
    #[must_use]
    pub const fn sign(self) -> char {
        match self {
            Self::Percent => '%',
            Self::Braces => '{',
            Self::Dollar => '$',
        }
    }

    /// The field `message` in this style.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Percent => "%(message)s",
            Self::Braces => "{message}",
            Self::Dollar => "${message}",
        }
    }
}

impl Display for Style {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.sign())
    }
}
