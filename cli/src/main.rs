//! `limpid`: HTTP/1.1 on the command line, with every step logged.

mod args;
mod collector;
mod demo;
mod driver;
mod exit;
mod lenient;
mod output;
mod parse;
mod printable;
mod progress;
mod recorded;
mod replay;
mod report;
mod request;
mod show;
mod tap;
mod trace;
mod write_out;

use std::process::ExitCode;

use clap::Parser;
use limpid_core::trace::SecretNames;

use args::{Cli, Command};
use exit::Exit;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return report::report_usage(&error),
    };
    let done = match cli.command {
        Some(Command::Demo(args)) => {
            prepared(args.outputs.secret_names()).map(|()| demo::run(&args))
        }
        Some(Command::Tap(args)) => {
            let prepared = || prepared(args.outputs.secret_names());
            args.check().and_then(|()| prepared()).map(|()| tap::run(&args))
        }
        Some(Command::Parse(args)) => Ok(parse::run(args)),
        Some(Command::Replay(args)) => {
            let prepared = || prepared(args.outputs.secret_names());
            args.check().and_then(|()| prepared()).map(|()| replay::run(&args))
        }
        Some(Command::Show(args)) => prepared(args.secret_names()).map(|()| show::run(&args)),
        None => cli
            .request
            .check()
            .and_then(|()| prepared(cli.request.outputs.secret_names()))
            .map(|()| request::run(&cli.request)),
    };
    done.unwrap_or_else(|message| {
        report::print_error(Exit::Usage, &message);
        Exit::Usage.into()
    })
}

/// Applies the arguments that hold for the whole process.
fn prepared(names: SecretNames) -> Result<(), String> {
    names.install().map_err(|error| error.to_string())
}
