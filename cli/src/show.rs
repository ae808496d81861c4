//! `limpid show`: the requests of a file as a view.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use limpid_core::trace::Capture;
use limpid_sinks::exchanges::Model;
use limpid_sinks::views::har::{self, HarError};

use crate::args::{ShowArgs, ShowAs};
use crate::exit::Exit;
use crate::report;
use crate::trace::view;

/// Shows the requests on standard output.
pub(crate) fn run(args: &ShowArgs) -> ExitCode {
    let shown = Source::open(&args.file, args.redact).and_then(|source| source.show(args.form));
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
}

impl Source {
    /// Opens a file of any kind that can be shown.
    fn open(path: &Path, capture: Capture) -> Result<Self, ShowError> {
        let bytes = if path == Path::new("-") {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            fs::read(path)
        };
        let model = har::read(&bytes.map_err(ShowError::Read)?, capture).map_err(ShowError::Har)?;
        Ok(Self::Har(Box::new(model)))
    }

    /// Writes a view to standard output.
    fn show(self, form: ShowAs) -> Result<(), ShowError> {
        match self {
            Self::Har(model) => {
                let view = view(form).ok_or(ShowError::NoEvents)?;
                let mut out = BufWriter::new(io::stdout().lock());
                view.write(&model, &mut out).and_then(|()| out.flush()).map_err(ShowError::Write)
            }
        }
    }
}

/// Why a file cannot be shown.
enum ShowError {
    Read(io::Error),
    Har(HarError),
    /// The view shows events, which a HAR file does not have.
    NoEvents,
    Write(io::Error),
}

impl ShowError {
    const fn exit(&self) -> Exit {
        match self {
            Self::Read(_) | Self::Har(_) => Exit::Read,
            Self::NoEvents => Exit::Usage,
            Self::Write(_) => Exit::Write,
        }
    }
}

impl Display for ShowError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "cannot be read: {error}"),
            Self::Har(error) => write!(f, "cannot be shown: {error}"),
            Self::NoEvents => f.write_str(
                "a HAR file has no events, which this view shows; use --as waterfall or har",
            ),
            Self::Write(error) => write!(f, "cannot be written to standard output: {error}"),
        }
    }
}
