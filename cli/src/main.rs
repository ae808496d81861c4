//! `limpid`: HTTP/1.1 on the command line, with every step logged.

mod args;
mod certificate;
mod closing;
mod collector;
mod demo;
mod driver;
mod exit;
mod generated;
mod heads;
mod interrupts;
mod lenient;
mod output;
mod pace;
mod parse;
mod payload;
mod printable;
mod progress;
mod recorded;
mod replay;
mod report;
mod request;
mod serve;
mod show;
mod stderr;
mod tap;
mod trace;
mod write_out;

use std::process::ExitCode;

use limpid_core::trace::SecretNames;

use args::{ArgumentError, Asked, Cli, Command, RequestArgs};
use exit::Exit;

fn main() -> ExitCode {
    let asked = match Cli::read(std::env::args_os()) {
        Ok(asked) => asked,
        Err(ArgumentError::Clap(error)) => return report::report_usage(&error),
        Err(ArgumentError::Help(message)) => {
            report::print_error(Exit::Usage, &message);
            return Exit::Usage.into();
        }
        Err(ArgumentError::Grammar(error)) => return report::report_grammar(&error),
    };
    let done = match asked {
        Asked::Command(command) => subcommand(*command),
        Asked::Help(text) => Ok(generated::print(text.as_bytes())),
        Asked::Requests(requests) => requests
            .iter()
            .try_for_each(RequestArgs::check)
            .map(|()| stderr::redirect_as_asked(&requests))
            .and_then(|()| {
                let first = requests.first().map(|args| args.outputs.secret_names());
                first.map_or(Ok(()), prepared)
            })
            .map(|()| request::run(&requests)),
    };
    done.unwrap_or_else(|message| {
        report::print_error(Exit::Usage, &message);
        Exit::Usage.into()
    })
}

/// Runs a subcommand.
fn subcommand(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::Demo(args) => prepared(args.outputs.secret_names()).map(|()| demo::run(&args)),
        Command::Tap(args) => {
            args.check()?;
            prepared(args.outputs.secret_names()).map(|()| tap::run(&args))
        }
        Command::Parse(args) => Ok(parse::run(args)),
        Command::Replay(args) => {
            args.check()?;
            prepared(args.outputs.secret_names()).map(|()| replay::run(&args))
        }
        Command::Serve(args) => {
            args.check()?;
            prepared(args.outputs.secret_names()).map(|()| serve::run(&args))
        }
        Command::Completions(args) => Ok(generated::completions(args.shell)),
        Command::Man => Ok(generated::man()),
        Command::Show(args) => prepared(args.secret_names()).map(|()| show::run(&args)),
    }
}

/// Applies the arguments that hold for the whole process.
fn prepared(names: SecretNames) -> Result<(), String> {
    names.install().map_err(|error| error.to_string())
}
