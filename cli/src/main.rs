//! `limpid`: HTTP/1.1 on the command line, with every step logged.

mod args;
mod demo;
mod driver;
mod exit;
mod lenient;
mod output;
mod parse;
mod printable;
mod progress;
mod report;
mod request;
mod trace;
mod write_out;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, RequestArgs};
use exit::Exit;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return report::report_usage(&error),
    };
    match cli.command {
        Some(Command::Demo) => demo::run(),
        Some(Command::Parse(args)) => parse::run(args),
        None => match checked(&cli.request) {
            Ok(()) => request::run(&cli.request),
            Err(message) => {
                report::print_error(Exit::Usage, &message);
                Exit::Usage.into()
            }
        },
    }
}

/// Checks the arguments, and applies those that hold for the whole process.
fn checked(args: &RequestArgs) -> Result<(), String> {
    args.check()?;
    args.secret_names().install().map_err(|error| error.to_string())
}
