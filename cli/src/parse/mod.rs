//! `limpid parse`: how a client or a server parses bytes, and why.

mod batch;
mod json;
mod report;
mod shown;
mod text;

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use limpid_core::error::MisuseError;
use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Chunking, Outcome, Setup, play};
use limpid_core::limits::{Config, Lenient, Limits};
use limpid_core::trace::{Capture, Interest, Logger, Meta, Sink, TraceEvent};

use crate::lenient::tolerance;

use report::Report;

/// The exit codes, for `--help`.
const EXIT_CODES: &str = "\
Exit codes:
  0  every byte was parsed and every message is complete, or the connection became a tunnel
  1  a message is incomplete
  2  the arguments are invalid or the file cannot be read
  3  the bytes are rejected";

/// Parse bytes as HTTP/1.1, and show the result with its reasons.
#[derive(Args, Debug)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ParseArgs {
    /// The file to read; without one, standard input
    file: Option<PathBuf>,
    /// The reader: a server reads requests, a client reads responses
    #[arg(long, value_enum, default_value = "server")]
    role: Reader,
    /// The method of the request that a response answers
    #[arg(long, default_value = "GET", value_name = "METHOD")]
    method: String,
    /// The peer closes the connection after the bytes
    #[arg(long)]
    eof: bool,
    /// How the bytes arrive; the result does not depend on it
    #[arg(long, default_value_t, value_name = "whole|bytewise|random:SEED")]
    chunking: Chunking,
    /// Rules to tolerate, or "all"
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = tolerance)]
    lenient: Vec<Lenient>,
    /// Values to show: redacted, default, private or everything
    #[arg(long, default_value = "default", value_name = "MODE")]
    capture: Capture,
    /// Write JSON, one object on each line
    #[arg(long)]
    json: bool,
    /// Read cases and write answers, one JSON object on each line; bytes are shown unredacted
    #[arg(long, conflicts_with_all = ["file", "role", "method", "eof", "chunking", "json"])]
    batch: bool,
}

/// The reading role.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Reader {
    Client,
    Server,
}

/// Runs the subcommand.
pub(crate) fn run(args: ParseArgs) -> ExitCode {
    let lenient = args.lenient.iter().fold(Lenient::NONE, |all, one| all | *one);
    let config = Config::with(|config| {
        config.limits = Limits::default();
        config.lenient = lenient;
    });
    if args.batch {
        let done = batch::run(config, io::stdin().lock(), &mut io::stdout().lock());
        return done.map_or_else(|error| unusable(&error), |()| ExitCode::SUCCESS);
    }
    let bytes = match read(args.file) {
        Ok(bytes) => bytes,
        Err(error) => return unusable(&error),
    };
    let role = match args.role {
        Reader::Client => Role::Client,
        Reader::Server => Role::Server,
    };
    let setup = Setup { role, method: args.method.as_bytes(), config, eof: args.eof };
    let told = if args.json {
        tell(&setup, args.chunking, &bytes, json::Json::new(args.capture))
    } else {
        tell(&setup, args.chunking, &bytes, text::Text::new(args.capture))
    };
    match told {
        Ok((report, outcome)) => match io::stdout().lock().write_all(report.as_bytes()) {
            // A closed standard output is not an error.
            Ok(()) | Err(_) => exit_code(&outcome),
        },
        Err(error) => unusable(&error),
    }
}

fn read(file: Option<PathBuf>) -> io::Result<Vec<u8>> {
    match file {
        Some(path) => std::fs::read(path),
        None => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            Ok(bytes)
        }
    }
}

fn unusable(error: &dyn std::error::Error) -> ExitCode {
    // If standard error cannot be written, only the exit code reports the failure.
    let _ = writeln!(io::stderr(), "limpid parse: {error}");
    ExitCode::from(2)
}

fn exit_code(outcome: &Outcome) -> ExitCode {
    ExitCode::from(match outcome {
        Outcome::Complete | Outcome::Switched(_) => 0,
        Outcome::Incomplete => 1,
        Outcome::Rejected(_) | Outcome::Surplus { .. } => 3,
    })
}

/// Passes the parser's events to a report.
struct Listener<R>(RefCell<R>);

impl<R: Report> Sink for Listener<R> {
    fn interest(&self) -> Interest {
        Interest::logger(Logger::LimpidHttp1)
    }

    fn event(&self, _: &Meta, event: &TraceEvent<'_>) {
        self.0.borrow_mut().trace(event);
    }
}

fn tell<R: Report>(
    setup: &Setup<'_>,
    chunking: Chunking,
    bytes: &[u8],
    report: R,
) -> Result<(String, Outcome), MisuseError> {
    let listener = Listener(RefCell::new(report));
    let outcome = play(setup, chunking.pieces(bytes), &listener, |event| {
        listener.0.borrow_mut().event(event);
    })?;
    Ok((listener.0.into_inner().end(setup, bytes, &outcome), outcome))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(role: Role) -> Setup<'static> {
        Setup { role, method: b"GET", config: Config::default(), eof: false }
    }

    fn as_text(role: Role, bytes: &[u8]) -> String {
        let report = text::Text::new(Capture::Default);
        tell(&setup(role), Chunking::Bytewise, bytes, report).unwrap().0
    }

    #[test]
    fn message_is_reported_part_by_part() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
            3;a=b\r\nabc\r\n0\r\nX: \xe9\r\n\r\n";
        assert_eq!(
            as_text(Role::Client, bytes),
            concat!(
                "       0  start line    HTTP/1.1 200 OK\n",
                "      17  field         Transfer-Encoding: chunked\n",
                "          framing       chunked: Transfer-Encoding is chunked \
                 (RFC 9112 section 6.3, rule 4)\n",
                "          keep-alive    yes\n",
                "      47  chunk         3 bytes, and 4 bytes of extensions\n",
                "          data          3 bytes\n",
                "      59  chunk         the last\n",
                "      62  trailer       X: \\xe9\n",
                "          connection    goes on: both messages are complete\n",
                "          end           the message is complete\n",
                "          outcome       complete\n",
            )
        );
    }

    #[test]
    fn rejection_has_caret_under_byte() {
        let text = as_text(Role::Server, b"GET / HTTP/1.1\r\nX\x1b: y\r\n\r\n");
        assert_eq!(
            text,
            concat!(
                "       0  start line    GET / HTTP/1.1\n",
                "      17  refused       a field name has a character that no token has \
                 (byte 17 is 0x1b; RFC 9110 section 5.1)\n",
                "          rule          FieldNameCharacter, RFC 9110 section 5.1\n",
                "          answer        400\n",
                "\n",
                "  from byte 16:\n",
                "    X\\x1b: y\\r\\n\n",
                "     ^\n",
            )
        );
    }

    #[test]
    fn reports_hide_secrets_and_control_bytes() {
        let requests: [&[u8]; 3] = [
            b"GET /?token=hunter2 HTTP/1.1\r\nCookie: hunter2\r\nHost: a\r\n\r\n",
            b"GET / HTTP/1.1\r\nAuthorization: hunter2\x1b\r\n\r\n",
            b"GET /?token=hunter2 HTTP/3.0\r\n\r\n",
        ];
        for bytes in requests {
            let report = json::Json::new(Capture::Default);
            let json = tell(&setup(Role::Server), Chunking::Whole, bytes, report).unwrap().0;
            for told in [json, as_text(Role::Server, bytes)] {
                assert!(!told.contains("hunter2"), "{told}");
                assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{told}");
            }
        }
    }
}
