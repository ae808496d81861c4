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
    /// The URL has no name for the file of `-O`.
    NoName,
    /// The server does not continue where the file ends.
    Range,
    /// The length of the body, and the one that `--max-filesize` allows.
    TooLarge(u64, u64),
    /// The file of `-T` cannot be read.
    Upload(String, io::Error),
    /// The file of `-T`, and its length, behind which `-C` begins.
    NoRest(String, u64),
    /// The time of `--max-time` passed while `--limit-rate` held the transfer back.
    HeldBack,
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
            Self::NoName => {
                f.write_str("the URL has no file name, which -O needs; -o FILE says another")
            }
            Self::Range => f.write_str(
                "the server does not send the rest of the content; without -C, it is sent from the beginning",
            ),
            Self::TooLarge(length, most) => {
                write!(f, "the body has {length} bytes, and --max-filesize allows {most}")
            }
            Self::Upload(name, error) => write!(f, "cannot read {name}: {error}"),
            Self::NoRest(name, length) => {
                write!(f, "{name} has {length} bytes, and nothing behind the offset of -C")
            }
            Self::HeldBack => {
                f.write_str("--max-time has passed while --limit-rate held the transfer back")
            }
        }
    }
}

impl Failure {
    /// Returns the exit code.
    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Request(error) => Exit::of(error),
            Self::Url(exit, _) => *exit,
            Self::Status(_) => Exit::Status,
            Self::Coding(_) => Exit::Coding,
            Self::Binary | Self::Write(..) | Self::NoName => Exit::Write,
            Self::Range => Exit::Range,
            Self::TooLarge(..) => Exit::TooLarge,
            Self::Upload(..) => Exit::Read,
            Self::NoRest(..) => Exit::Partial,
            Self::HeldBack => Exit::Timeout,
        }
    }
}

/// Prints the failure, and its events if they were kept, and returns the exit code.
pub(super) fn failed(failure: &Failure, url: &str, args: &RequestArgs, outputs: &Outputs) -> Exit {
    let url = || args.outputs.capture.url(url);
    match failure {
        Failure::Request(error @ Error::Url(_)) => {
            print_error(args, failure.exit(), &format!("{}: {error}", url()))
        }
        Failure::Request(error) if args.response.meter.shows_errors() => {
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
        Failure::Url(exit, message) => print_error(args, *exit, &format!("{}: {message}", url())),
        failure => print_error(args, failure.exit(), &failure.to_string()),
    }
}

/// Prints an error, unless `-s` is given without `-S`.
pub(super) fn print_error(args: &RequestArgs, exit: Exit, message: &str) -> Exit {
    if args.response.meter.shows_errors() {
        report::print_error(exit, &message);
    }
    exit
}
