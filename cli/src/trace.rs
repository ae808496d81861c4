//! The sinks of the command.

use std::fmt::{self, Display, Formatter};
use std::fs::{File, OpenOptions};
use std::io::{self, Stderr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use limpid_core::trace::{Capture, Sink};
use limpid_sinks::combine::Tee;
use limpid_sinks::config::{ConfigErrors, Logging, LoggingConfig};
use limpid_sinks::{JsonSink, Levels, LineSink, Ring};

use crate::args::RequestArgs;
use crate::exit::Exit;

type DynSink = Arc<dyn Sink + Send + Sync>;

/// The sinks of the client.
#[derive(Default)]
pub(crate) struct ClientSinks {
    /// The one that receives the events.
    pub(crate) all: Option<DynSink>,
    /// The one that keeps the last events, to show them if a request fails.
    pub(crate) kept: Option<Arc<Ring>>,
}

/// The bytes of events that are kept in case a request fails.
const KEPT: usize = 64 * 1024;

/// Number of bytes that are shown of each read or write.
const DUMPED: usize = 512;

/// Returns the sinks of `--log-config`, `--log` or `-v`, and of `--log-json`. Without the first three, the last events
/// are kept for the error message, unless messages are disabled.
pub(crate) fn sinks(args: &RequestArgs) -> Result<ClientSinks, SinkError> {
    let ClientSinks { all, kept } = shown(args)?;
    let json = args.log_json.as_deref().map(|path| json(path, args.capture)).transpose()?;
    let all: Option<DynSink> = match (all, json) {
        (Some(all), Some(json)) => Some(Arc::new(Tee::new().with(all).with(json))),
        (None, Some(json)) => Some(Arc::new(json)),
        (all, None) => all,
    };
    Ok(ClientSinks { all, kept })
}

/// Returns the sinks for people.
fn shown(args: &RequestArgs) -> Result<ClientSinks, SinkError> {
    let levels = match (&args.log_config, &args.log, args.verbose) {
        (Some(path), ..) => {
            let all = configured(path, args).map_err(SinkError::Config)?;
            return Ok(ClientSinks { all: Some(all), kept: None });
        }
        (None, Some(levels), _) => levels.clone(),
        (None, None, 0) if args.silent => return Ok(ClientSinks::default()),
        (None, None, 0) => {
            let ring = Arc::new(Ring::new(KEPT).levels(&Levels::documented()));
            return Ok(ClientSinks { all: Some(Arc::clone(&ring) as DynSink), kept: Some(ring) });
        }
        (None, None, 1) => Levels::documented(),
        (None, None, 2) => Levels::verbose(),
        (None, None, _) => Levels::everything(),
    };
    let mut all = lines(&levels, args.capture).profile(args.lines);
    if let Some(format) = &args.log_format {
        all = all.template(format.clone());
    }
    Ok(ClientSinks { all: Some(Arc::new(all)), kept: None })
}

/// Returns a sink of lines on standard error.
pub(crate) fn lines(levels: &Levels, capture: Capture) -> LineSink<Stderr> {
    LineSink::stderr().levels(levels).capture(capture).hexdump(DUMPED)
}

fn configured(path: &Path, args: &RequestArgs) -> Result<DynSink, ConfigErrors> {
    let config = LoggingConfig::from_file(path)?;
    Ok(Arc::new(Logging::with_profile(config, args.lines)?.capture(args.capture)))
}

/// Returns the sink of `--log-json`.
fn json(path: &Path, capture: Capture) -> Result<JsonSink<File>, SinkError> {
    let is_stdout = path == Path::new("-");
    let file = if is_stdout { standard_output() } else { private(path) };
    let file = file.map_err(|error| SinkError::File(path.to_owned(), error))?;
    let name = if is_stdout { "standard output".into() } else { path.to_string_lossy() };
    let levels = if capture.shows_bytes() { Levels::everything() } else { Levels::verbose() };
    let sink = JsonSink::new(file).named(&format!("lines of --log-json to {name}"));
    Ok(sink.levels(&levels).capture(capture))
}

/// Opens a file for writing. One that is created can be read by its owner alone, since events contain what is private.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Returns standard output without its lock, which is held while a body is written there.
fn standard_output() -> io::Result<File> {
    #[cfg(unix)]
    let output = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?;
    #[cfg(windows)]
    let output = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned()?;
    Ok(output.into())
}

/// Why there is no sink.
pub(crate) enum SinkError {
    /// The file of `--log-config` cannot be used.
    Config(ConfigErrors),
    /// The file of `--log-json` cannot be opened.
    File(PathBuf, io::Error),
}

impl SinkError {
    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Config(_) => Exit::Usage,
            Self::File(..) => Exit::Write,
        }
    }
}

impl Display for SinkError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(errors) => errors.fmt(f),
            Self::File(path, error) => write!(
                f,
                "cannot open {} for --log-json: {error}; name a file that can be created or written",
                path.display()
            ),
        }
    }
}
