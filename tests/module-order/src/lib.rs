//! Checks the order of a crate's modules.
//!
//! [`check`] reads the sources of a crate and finds, for each file, which other files of the crate it
//! imports. It reports a top-level module that imports one above it in a declared order, and files
//! that import each other in a circle.
//!
//! What counts as an import:
//! - every path into the crate, in a `use` or elsewhere, also within a macro. A re-export is followed
//!   to the file that defines the name: a file that takes `super::Name` from a module that only
//!   re-exports it does not import that module;
//! - `mod child;`: a module imports its children. A child that imports a name which its parent's file
//!   defines therefore closes a circle.
//!
//! What does not: documentation, `pub(in path)`, a method that is called and defined elsewhere in an
//! inherent `impl`, and code that is compiled only for tests.

mod check;
mod crate_tree;
mod graph;
mod module;
mod reader;

use std::path::Path;

pub use check::Problems;

/// Checks the sources in `src`, which is a crate's directory of that name, against `order`: the names
/// of all top-level modules, from the bottom up.
///
/// ```no_run
/// limpid_module_order::check("src", &["values", "parser", "client"]).unwrap();
/// ```
///
/// # Errors
/// Returns all problems, each with file, line, path and what to do: an import of a higher module, a cycle,
/// a module missing in `order` or in the crate, a file that cannot be read.
pub fn check(src: impl AsRef<Path>, order: &[&str]) -> Result<(), Problems> {
    let src = src.as_ref();
    let files = reader::files(src).map_err(|error| Problems::unreadable(src, &error))?;
    check::check(&files, order)
}
