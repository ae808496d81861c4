//! What is safe to show wherever it is shown.

use std::fmt::{self, Display, Formatter, Write};

use crate::terminal::Visible;

/// Displays without control characters.
#[derive(Debug)]
pub(super) struct Safe<D>(pub(super) D);

impl<D: Display> Display for Safe<D> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(Visible(f), "{}", self.0)
    }
}
