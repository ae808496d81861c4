//! Errors of the command line.

/// Why the command line cannot be read.
#[derive(Debug)]
pub(crate) enum GrammarError {
    /// The arguments are wrong.
    Usage(String),
    /// A file of options cannot be read.
    Read(String),
}
