//! `limpid show`: the requests of a file as a view.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use limpid_core::trace::{Capture, Sink};
use limpid_recording::Recording;
use limpid_recording::format::ReadError;
use limpid_sinks::exchanges::{Collector, Limits, Model};
use limpid_sinks::views::View;
use limpid_sinks::views::har::{self, HarError};

use crate::args::{ShowArgs, ShowAs};
use crate::exit::Exit;
use crate::recorded;
use crate::report::{self, Chain};
use crate::trace::{self, view};

/// Shows the requests on standard output.
pub(crate) fn run(args: &ShowArgs) -> ExitCode {
    let shown = Source::open(&args.file, args.redact)
        .and_then(|source| source.show(args.form, args.redact));
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let exit = error.exit();
            report::print_error(exit, &format_args!("{}: {error}", args.file.display()));
            exit.into()
        }
    }
}

/// Where requests come from.
enum Source {
    /// A HAR file, which has exchanges and no events.
    Har(Box<Model>),
    /// A recording, which has events.
    Recording(Box<Recording>),
}

/// What recordings begin with.
const RECORDING: &[u8] = b"limpid recording ";

impl Source {
    /// Opens a file of any kind that can be shown.
    fn open(path: &Path, capture: Capture) -> Result<Self, ShowError> {
        let bytes = if path == Path::new("-") {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            fs::read(path)
        };
        let bytes = bytes.map_err(ShowError::Read)?;
        if bytes.starts_with(RECORDING) {
            let recording = recorded::read(path, &bytes).map_err(ShowError::Recording)?;
            return Ok(Self::Recording(Box::new(recording)));
        }
        let model = har::read(&bytes, capture).map_err(ShowError::Har)?;
        Ok(Self::Har(Box::new(model)))
    }

    /// Writes a view to standard output.
    fn show(self, form: ShowAs, capture: Capture) -> Result<(), ShowError> {
        let view = view(form);
        match (self, view) {
            (Self::Har(model), Some(view)) => write(view, &model),
            (Self::Har(_), None) => Err(ShowError::NoEvents),
            (Self::Recording(recording), Some(view)) => {
                let collector = Collector::new(Limits::default()).capture(capture);
                replay(*recording, &collector)?;
                write(view, &collector.model())
            }
            (Self::Recording(_), None) if form == ShowAs::Pcap && io::stdout().is_terminal() => {
                Err(ShowError::Binary)
            }
            (Self::Recording(recording), None) => match trace::events(form, capture) {
                Some(sink) => replay(*recording, &sink),
                None => Ok(()),
            },
        }
    }
}

/// Writes a view to standard output.
fn write(view: View, model: &Model) -> Result<(), ShowError> {
    let mut out = BufWriter::new(io::stdout().lock());
    view.write(model, &mut out).and_then(|()| out.flush()).map_err(ShowError::Write)
}

/// Replays a recording into a sink, and says what is missing.
fn replay(recording: Recording, sink: &dyn Sink) -> Result<(), ShowError> {
    let missing = recorded::replay(recording, sink).map_err(ShowError::Recording)?;
    if missing.is_any() {
        report::print_note(&missing);
    }
    Ok(())
}

/// Why a file cannot be shown.
enum ShowError {
    Read(io::Error),
    Har(HarError),
    Recording(ReadError),
    /// The view shows events, which a HAR file does not have.
    NoEvents,
    /// The view is binary, and standard output is a terminal.
    Binary,
    Write(io::Error),
}

impl ShowError {
    const fn exit(&self) -> Exit {
        match self {
            Self::Read(_) | Self::Har(_) | Self::Recording(_) => Exit::Read,
            Self::NoEvents | Self::Binary => Exit::Usage,
            Self::Write(_) => Exit::Write,
        }
    }
}

impl Display for ShowError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "cannot be read: {error}"),
            Self::Har(error) => write!(f, "cannot be shown: {error}"),
            Self::Recording(error) => write!(f, "cannot be shown: {}", Chain(error)),
            Self::NoEvents => f.write_str(
                "a HAR file has no events, which this view shows; use --as waterfall, html, perfetto or har",
            ),
            Self::Binary => f.write_str("packets are binary; redirect standard output to a file"),
            Self::Write(error) => write!(f, "cannot be written to standard output: {error}"),
        }
    }
}
