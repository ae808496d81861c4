//! What a person is told when something fails: one line on standard error, and what led to it.

use std::error::Error;
use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use limpid_core::error::{Cause, TlsError};
use limpid_core::trace::{Capture, Trace};
use limpid_sinks::{LineSink, TimeBase};

use crate::exit::Exit;

/// The TLS alert of a server that wants to know who the client is (RFC 8446 section 6.2).
const CERTIFICATE_REQUIRED: u8 = 116;

/// Tells one line. Control characters, which may be a server's, are shown as escapes.
pub(crate) fn tell(exit: Exit, message: &dyn Display) {
    let mut line = format!("limpid: ({}) ", exit as u8);
    push_line(&message.to_string(), &mut line);
    // There is nobody left to tell that standard error cannot be written.
    let _ = io::stderr().write_all(line.as_bytes());
}

fn push_line(text: &str, out: &mut String) {
    for c in text.chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out.push('\n');
}

/// Tells the last lines of what led to a failure, indented so that they are not taken for errors.
pub(crate) fn report_trace(trace: &Trace, time_base: TimeBase, capture: Capture) {
    const MOST: usize = 20;
    let sink = LineSink::new(Vec::new()).capture(capture).time_base(time_base);
    trace.emit(&sink);
    let text = String::from_utf8_lossy(&sink.into_writer()).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let left_out = lines.len().saturating_sub(MOST);
    let mut out = String::new();
    if left_out > 0 {
        // Writing to a string does not fail.
        let _ = writeln!(out, "    ({left_out} earlier lines; -v tells all)");
    }
    for line in &lines[left_out..] {
        out.push_str("    ");
        push_line(line, &mut out);
    }
    // As above.
    let _ = io::stderr().write_all(out.as_bytes());
}

/// Tells that a request failed, and what would help.
pub(crate) fn report_error(error: &limpid_io::Error) -> Exit {
    let exit = Exit::of(error);
    let hint = match error {
        limpid_io::Error::Exchange { error, .. } => match error.cause {
            Cause::Tls(TlsError::Certificate(_)) => {
                " (--cacert FILE trusts an authority of your own, -k trusts everybody)"
            }
            Cause::Tls(TlsError::Alert(CERTIFICATE_REQUIRED)) => " (--cert FILE shows one)",
            Cause::Tls(TlsError::NotTls) => " (is it an http:// URL?)",
            _ => "",
        },
        _ => "",
    };
    tell(exit, &format_args!("{}{hint}", Chain(error)));
    exit
}

/// An error and all that led to it, the first cause last.
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

/// Tells what clap found: help as it is, and an error by its first paragraph.
pub(crate) fn report_usage(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        // There is nobody left to tell that it cannot be written.
        let _ = error.print();
        return if error.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS };
    }
    let text = error.render().to_string();
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let paragraph = paragraph.strip_prefix("error: ").unwrap_or(paragraph);
    let words: Vec<&str> = paragraph.lines().map(str::trim).collect();
    tell(Exit::Usage, &format_args!("{} (limpid --help tells more)", words.join(" ")));
    Exit::Usage.into()
}
