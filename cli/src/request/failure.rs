//! Why a request failed, and what is printed then.

use std::fmt;
use std::io;

use limpid_io::Error;

use crate::args::RequestArgs;
use crate::exit::Exit;
use crate::report;
use crate::trace::Outputs;

/// Why a request failed.
pub(super) enum Failure {
    /// The URL is not requested.
    Url(Exit, String),
    Request(Error),
    /// `-f` makes the status an error.
    Status(String),
    /// `--compressed` was given, and the coding of the body is not known.
    Coding(String),
    /// The body is binary, and standard output is a terminal.
    Binary,
    /// The output cannot be written.
    Write(String, io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => report::Chain(error).fmt(f),
            Self::Url(_, message) | Self::Status(message) => message.fmt(f),
            Self::Coding(codings) => write!(
                f,
                "the body has the content coding {codings}, which cannot be decoded; request it without \
                 --compressed"
            ),
            Self::Binary => f.write_str(
                "the body is binary, and was not written to the terminal; -o FILE writes it to a file, -o - \
                 to the terminal",
            ),
            Self::Write(name, error) => write!(f, "cannot write to {name}: {error}"),
        }
    }
}

/// Prints the failure, and its events if they were kept, and returns the exit code.
pub(super) fn failed(failure: &Failure, url: &str, args: &RequestArgs, outputs: &Outputs) -> Exit {
    match failure {
        Failure::Request(error) if args.response.silent => Exit::of(error),
        Failure::Request(error @ Error::Url(_)) => print_error(
            args,
            Exit::of(error),
            &format!("{}: {error}", args.outputs.capture.url(url)),
        ),
        Failure::Request(error) => {
            let exit = report::report_error(error);
            if let (Some(ring), Some(trace)) = (&outputs.kept, error.trace()) {
                report::report_trace(
                    trace,
                    ring.time_base(),
                    args.outputs.capture,
                    args.outputs.lines,
                );
            }
            exit
        }
        Failure::Url(exit, message) => {
            let url = args.outputs.capture.url(url);
            print_error(args, *exit, &format!("{url}: {message}"))
        }
        Failure::Status(_) => print_error(args, Exit::Status, &failure.to_string()),
        Failure::Coding(_) => print_error(args, Exit::Coding, &failure.to_string()),
        Failure::Binary | Failure::Write(..) => {
            print_error(args, Exit::Write, &failure.to_string())
        }
    }
}

/// Prints an error, unless `-s` is given.
pub(super) fn print_error(args: &RequestArgs, exit: Exit, message: &str) -> Exit {
    if !args.response.silent {
        report::print_error(exit, &message);
    }
    exit
}
