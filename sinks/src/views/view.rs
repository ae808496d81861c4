//! The kinds of views.

use std::io::{self, Write};

use super::har;
use super::waterfall::{self, Style};
use super::{html, perfetto};
use crate::exchanges::Model;

/// A view of exchanges.
///
/// [The module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum View {
    /// A file in the format HAR 1.2.
    Har,
    /// One page for browsers, with all details. It loads nothing.
    Html,
    /// A trace for Perfetto and other viewers of Chromium's trace events.
    Perfetto,
    /// Bars of time for a terminal, in this style.
    Waterfall(Style),
}

impl View {
    /// Writes the view of a model.
    ///
    /// # Errors
    /// The writer fails.
    pub fn write(self, model: &Model, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Har => har::write(model, out),
            Self::Html => html::write(model, out),
            Self::Perfetto => perfetto::write(model, out),
            Self::Waterfall(style) => waterfall::write(model, style, out),
        }
    }
}
