//! The sources of errors as texts, since a source can be of any type.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

/// How many sources of an error are stored, each being that of the one before.
const MOST: usize = 32;

/// An error of which only the text and the source are known.
#[derive(Debug)]
struct Source {
    text: String,
    source: Option<Box<Self>>,
}

/// Returns the text of a source, and those of its sources.
pub(crate) fn texts(source: Option<&(dyn Error + Send + Sync + 'static)>) -> Vec<String> {
    let (mut texts, mut next) = (Vec::new(), source.map(|source| source as &dyn Error));
    while let Some(error) = next.filter(|_| texts.len() < MOST) {
        texts.push(error.to_string());
        next = error.source();
    }
    texts
}

/// Returns an error with the first of these texts, whose sources have the others.
pub(crate) fn of_texts(texts: Vec<String>) -> Option<Box<dyn Error + Send + Sync>> {
    let wrap = |source: Option<Source>, text| Some(Source { text, source: source.map(Box::new) });
    // Dropping an error drops its sources within each other.
    let source = texts.into_iter().take(MOST).rev().fold(None, wrap)?;
    Some(Box::new(source))
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Source {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&**self.source.as_ref()?)
    }
}
