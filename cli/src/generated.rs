//! Text that is made of the declaration of the arguments: completions for shells, and the manual page.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::exit::Exit;
use crate::report;

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) -> ExitCode {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "limpid", &mut text);
    print(&text)
}

/// Prints the manual page.
pub(crate) fn man() -> ExitCode {
    let mut text = Vec::new();
    match clap_mangen::Man::new(Cli::command()).render(&mut text) {
        Ok(()) => print(&text),
        Err(error) => failed(&error),
    }
}

/// Prints text to standard output.
pub(crate) fn print(text: &[u8]) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        // A pager that ends early has what it needs.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(&error),
        _ => ExitCode::SUCCESS,
    }
}

fn failed(error: &io::Error) -> ExitCode {
    report::print_error(Exit::Write, &format_args!("cannot write to standard output: {error}"));
    Exit::Write.into()
}
