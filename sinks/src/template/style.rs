//! The three styles of templates.

use std::fmt::{self, Display, Formatter};

/// The syntax of fields in a template: the `style` of Python's `logging.Formatter`.
///
/// [`Template`](super::Template) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// `%(message)s`, for the operator `%`.
    #[default]
    Percent,
    /// `{message}`, for `str.format`.
    Braces,
    /// `$message` or `${message}`, for `string.Template`.
    Dollar,
}

impl Style {
    /// Every style.
    pub const ALL: [Self; 3] = [Self::Percent, Self::Braces, Self::Dollar];

    /// Returns the character that starts a field and names the style in configurations.
    #[must_use]
    pub const fn sign(self) -> char {
        match self {
            Self::Percent => '%',
            Self::Braces => '{',
            Self::Dollar => '$',
        }
    }

    /// Returns the field `message` in this style.
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
