//! Error messages: one line on standard error, and the events that led to it.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use limpid_core::error::{Cause, CertificateProblem, Rule, TlsError};
use limpid_core::time::Waiting;
use limpid_core::trace::{Capture, Trace};
use limpid_sinks::python::Profile;
use limpid_sinks::{LineSink, TimeBase};

use crate::args::GrammarError;
use crate::exit::Exit;
use crate::lenient;
use crate::printable::Printable;

/// The TLS alert of a server that requires a client certificate (RFC 8446 section 6.2).
const CERTIFICATE_REQUIRED: u8 = 116;

/// Prints one line. Secrets of arguments and servers in it are hidden, and control characters are escaped.
pub(crate) fn print_error(exit: Exit, message: &dyn Display) {
    let mut line = format!("limpid: ({}) ", exit as u8);
    push_line(&Capture::Default.phrase(message.to_string().as_bytes()), &mut line);
    // There is no output for a failure of standard error.
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Prints one line that is no error.
pub(crate) fn print_note(message: &dyn Display) {
    let mut line = String::from("limpid: ");
    push_line(message.to_string().as_bytes(), &mut line);
    // There is no output for a failure of standard error.
    let _ = io::stderr().write_all(line.as_bytes());
}

fn push_line(text: &[u8], out: &mut String) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "{}", Printable(text));
}

/// Prints the last events before a failure, indented to distinguish them from errors.
pub(crate) fn report_trace(trace: &Trace, time_base: TimeBase, capture: Capture, profile: Profile) {
    const MOST: usize = 20;
    let sink = LineSink::new(Vec::new()).capture(capture).profile(profile).time_base(time_base);
    trace.emit(&sink);
    let text = String::from_utf8_lossy(&sink.into_writer()).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let left_out = lines.len().saturating_sub(MOST);
    let mut out = String::new();
    if left_out > 0 {
        // Writing to a string does not fail.
        let _ = writeln!(out, "    ({left_out} earlier lines; -v shows all)");
    }
    for line in &lines[left_out..] {
        out.push_str("    ");
        push_line(line.as_bytes(), &mut out);
    }
    // There is no output for a failure of standard error.
    let _ = io::stderr().write_all(out.as_bytes());
}

/// Prints the error of a failed request and a hint.
pub(crate) fn report_error(error: &limpid_io::Error) -> Exit {
    let exit = Exit::of(error);
    let hint = match error {
        limpid_io::Error::Exchange { error, .. } => match &error.cause {
            Cause::Tls(TlsError::Certificate(problem)) => certificate_hint(*problem).to_owned(),
            Cause::Tls(TlsError::Alert(CERTIFICATE_REQUIRED)) => {
                " (--cert FILE shows one)".to_owned()
            }
            Cause::TimedOut(why) => timeout_hint(*why).to_owned(),
            Cause::NotHttps => " (--proto-redir permits other redirects)".to_owned(),
            Cause::TooManyRedirects => " (--max-redirs N follows more)".to_owned(),
            Cause::Peer(error) => match other_protocol(error.rule) {
                Some(advice) => format!(" ({advice})"),
                None => lenient::hint(error).unwrap_or_default(),
            },
            _ => String::new(),
        },
        _ => String::new(),
    };
    print_error(exit, &format_args!("{}{hint}", Chain(error)));
    exit
}

/// Returns the option that changes a timeout.
const fn timeout_hint(why: Waiting) -> &'static str {
    match why {
        Waiting::Pool => " (--pool-timeout SECONDS)",
        Waiting::Connect => " (--connect-timeout SECONDS)",
        Waiting::Read => " (--read-timeout SECONDS, --speed-time SECONDS)",
        Waiting::Write => " (--write-timeout SECONDS)",
        Waiting::Total => " (--max-time SECONDS)",
        Waiting::Rate => " (--speed-limit N, --speed-time SECONDS)",
        _ => "",
    }
}

/// Returns what to do about a server that does not speak HTTP/1.1.
const fn other_protocol(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::TlsRecord => "is it an https:// URL?",
        Rule::Http2 => "limpid speaks HTTP/1.1: does another port?",
        Rule::Shoutcast => "a player for Shoutcast streams reads it",
        Rule::OtherGreeting => "is the port that of another service?",
        Rule::StatusLineMissing | Rule::DocumentFirst => {
            "is the port that of a web server? limpid does not read HTTP/0.9"
        }
        _ => return None,
    })
}

/// Returns the options that would accept a certificate.
const fn certificate_hint(problem: CertificateProblem) -> &'static str {
    match problem {
        CertificateProblem::UnknownIssuer
        | CertificateProblem::SelfSigned
        | CertificateProblem::Invalid => {
            " (--cacert FILE trusts a private authority or the certificate itself, --ca-native the \
             authorities of the system, -k every certificate)"
        }
        CertificateProblem::WrongName => {
            " (--tls-server-name NAME expects another name, -k trusts every certificate)"
        }
        _ => " (-k trusts every certificate)",
    }
}

/// An error and its sources, the innermost last.
pub(crate) struct Chain<'e>(pub(crate) &'e dyn Error);

impl Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

/// Prints clap's help unchanged, or the first paragraph of its error.
pub(crate) fn report_usage(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        // There is no output for this failure.
        let _ = error.print();
        return if error.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS };
    }
    let text = error.render().to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let paragraph = paragraph.strip_prefix("error: ").unwrap_or(paragraph);
    let paragraph = without_secrets(paragraph, error);
    let words: Vec<&str> = paragraph.lines().map(str::trim).collect();
    print_error(Exit::Usage, &format_args!("{} (see limpid --help)", words.join(" ")));
    Exit::Usage.into()
}

/// Prints why the arguments cannot be read.
pub(crate) fn report_grammar(error: &GrammarError) -> ExitCode {
    let exit = match error {
        GrammarError::Usage(message) => {
            print_error(Exit::Usage, &format_args!("{message} (see limpid --help)"));
            Exit::Usage
        }
        GrammarError::Read(message) => {
            print_error(Exit::Read, message);
            Exit::Read
        }
    };
    exit.into()
}

/// Hides the secrets of the value that clap rejects. The name of a field determines them.
fn without_secrets(message: &str, error: &clap::Error) -> String {
    let (Some(ContextValue::String(value)), Some(ContextValue::String(option))) =
        (error.get(ContextKind::InvalidValue), error.get(ContextKind::InvalidArg))
    else {
        return message.to_owned();
    };
    if value.is_empty() {
        return message.to_owned();
    }
    let shown = match option.contains("--header") {
        true => Capture::Default.line(value.as_bytes()),
        false => Cow::Owned(Capture::Default.url(value).into_owned().into_bytes()),
    };
    message.replace(value, &String::from_utf8_lossy(&shown))
}
