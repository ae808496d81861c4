//! `limpid`: HTTP/1.1 on the command line, seen through.

mod args;
mod demo;
mod exit;
mod output;
mod parse;
mod report;
mod request;
mod trace;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use args::{Cli, Command};
use exit::Exit;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Some(Command::Demo) => demo::run(),
        Some(Command::Parse(args)) => parse::run(args),
        None => match cli.request.check() {
            Ok(()) => request::run(&cli.request),
            Err(message) => {
                let error = Cli::command().error(ErrorKind::ValueValidation, message);
                // There is nobody left to tell that standard error cannot be written.
                let _ = error.print();
                Exit::Usage.into()
            }
        },
    }
}
