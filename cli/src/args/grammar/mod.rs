//! The grammar of curl's command line, which clap does not have: values that begin with a hyphen or an equals sign,
//! `--no-NAME`, files of options (`-K`), and several sets of options (`--next`).
//!
//! It writes every option as `--name` or `--name=value`, which clap then reads.

mod config_file;
mod error;
mod known;
mod others;
#[cfg(test)]
mod page;
mod words;

use std::ffi::OsString;

pub(crate) use error::GrammarError;
pub(super) use known::Known;

use words::Words;

/// Returns the arguments of each set of options as clap reads them. `arguments` do not contain the name of the program.
pub(super) fn operations(
    arguments: impl IntoIterator<Item = OsString>,
    known: &Known,
) -> Result<Vec<Vec<OsString>>, GrammarError> {
    let mut words = Words::new(known);
    words.command_line(arguments.into_iter())?;
    Ok(words.finish())
}
