//! Values that are safe to show on any output.

use std::fmt::{self, Display, Formatter, Write};

use crate::terminal::Visible;

/// A value that is displayed without its control characters.
#[derive(Debug)]
pub(super) struct Safe<D>(pub(super) D);

impl<D: Display> Display for Safe<D> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(Visible(f), "{}", self.0)
    }
}
