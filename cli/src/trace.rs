//! The outputs of the command: where its events go.

use std::fmt::{self, Display, Formatter};
use std::fs::{File, OpenOptions};
use std::io::{self, Stderr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use limpid_core::trace::{Capture, Sink};
use limpid_io::{Recorder, RecorderOptions, SharedRecorder};
use limpid_sinks::combine::Tee;
use limpid_sinks::config::{ConfigErrors, Logging, LoggingConfig};
use limpid_sinks::views::{Style, View, ViewSink};
use limpid_sinks::{AsciiSink, CurlSink, JsonSink, Levels, LineSink, PcapSink, Ring, SummarySink};

use crate::args::{OutputArgs, ShowAs, View as Form};
use crate::closing::Closing;
use crate::collector::{Collector, CollectorError};
use crate::exit::Exit;
use crate::report;

type DynSink = Arc<dyn Sink + Send + Sync>;

/// The outputs of a command.
#[derive(Default)]
pub(crate) struct Outputs {
    /// The sink that passes the events to all of them, if there is one.
    pub(crate) sink: Option<DynSink>,
    /// The one that keeps the last events, to show them if a request fails.
    pub(crate) kept: Option<Arc<Ring>>,
    /// The recorder, if there is one.
    pub(crate) recorder: SharedRecorder,
    /// The sinks that write something at their end.
    closing: Option<Arc<Closing>>,
}

/// What completes the outputs while clients still have them.
#[derive(Clone)]
pub(crate) struct Completion {
    closing: Option<Arc<Closing>>,
    recorder: SharedRecorder,
}

impl Outputs {
    /// Returns what completes these outputs.
    pub(crate) fn completion(&self) -> Completion {
        Completion { closing: self.closing.clone(), recorder: self.recorder.clone() }
    }
}

impl Completion {
    /// Returns whether there is nothing to complete.
    pub(crate) const fn is_empty(&self) -> bool {
        self.closing.is_none() && self.recorder.is_none()
    }

    /// Completes the outputs. Later events are not written.
    pub(crate) fn complete(&self) {
        if let Some(closing) = &self.closing {
            closing.close();
        }
        if let Some(recorder) = &self.recorder {
            recorder.close();
        }
    }
}

/// What is shown on standard error without an argument that says it.
pub(crate) enum Unasked {
    /// Nothing.
    Nothing,
    /// The last events of a request that fails, which are kept for that.
    Failures,
    /// The lines of these levels.
    Lines(Levels),
}

/// The bytes of events that are kept in case a request fails.
const KEPT: usize = 64 * 1024;

/// Number of bytes that are shown of each read or write.
const DUMPED: usize = 512;

/// Opens the outputs that the arguments ask for.
pub(crate) fn open(args: &OutputArgs, unasked: Unasked) -> Result<Outputs, OutputError> {
    let mut sinks = Vec::new();
    let kept = match shown(args, unasked)? {
        Shown::Nothing => None,
        Shown::Sink(sink) => {
            sinks.push(sink);
            None
        }
        Shown::Kept(ring) => Some(ring),
    };
    if let Some(path) = &args.log_json {
        sinks.push(Arc::new(json(path, args.capture)?));
    }
    if let Some(path) = &args.trace_ascii {
        let (file, name) = file(path, "--trace-ascii")?;
        sinks.push(Arc::new(
            AsciiSink::new(file).capture(args.capture).named(&format!("lines {name}")),
        ));
    }
    if let Some(path) = &args.pcap {
        let (file, name) = file(path, "--pcap")?;
        sinks.push(Arc::new(
            PcapSink::new(file).capture(args.capture).named(&format!("packets {name}")),
        ));
    }
    if let Some(url) = &args.otlp {
        sinks.push(Arc::new(Collector::new(url, args.capture).map_err(OutputError::Collector)?));
    }
    if let Some(views) = views(args)? {
        sinks.push(Arc::new(views));
    }
    let recorder = args.record.as_deref().map(|path| recorder(path, args)).transpose()?;
    let closing = together(sinks).map(|sink| Arc::new(Closing::new(sink)));
    let own = closing.clone().map(|closing| closing as DynSink);
    let ring = kept.clone().map(|ring| ring as DynSink);
    let sink = together(own.into_iter().chain(ring).collect());
    Ok(Outputs { sink, kept, recorder, closing })
}

/// Returns the recorder of `--record`.
fn recorder(path: &Path, args: &OutputArgs) -> Result<Arc<Recorder>, OutputError> {
    let options = RecorderOptions::with(|options| options.capture = args.capture);
    let failed = |error| OutputError::File(path.to_owned(), "--record", error);
    Recorder::create(path, options).map_err(failed)
}

/// Returns the sink of the views that are files.
fn views(args: &OutputArgs) -> Result<Option<ViewSink>, OutputError> {
    let options = [
        ("--har", View::Har, &args.har),
        ("--html", View::Html, &args.html),
        ("--perfetto", View::Perfetto, &args.perfetto),
    ];
    let mut views = None;
    for (option, view, path) in options {
        if let Some(path) = path {
            let (file, name) = file(path, option)?;
            let (name, is_stdout) = (format!("requests {name}"), path == Path::new("-"));
            let sink = views.take().unwrap_or_else(|| ViewSink::new().capture(args.capture));
            // Standard output may be a file with other content, which must stay.
            views = Some(match is_stdout {
                true => sink.output(&name, view, file),
                false => sink.file(&name, view, file),
            });
        }
    }
    Ok(views)
}

/// Returns the view of exchanges in this form, if it is one.
pub(crate) fn view(form: ShowAs) -> Option<View> {
    match form {
        ShowAs::Har => Some(View::Har),
        ShowAs::Html => Some(View::Html),
        ShowAs::Perfetto => Some(View::Perfetto),
        ShowAs::Waterfall => Some(View::Waterfall(Style::from_environment(columns(io::stdout())))),
        ShowAs::Lines | ShowAs::Curl | ShowAs::Json | ShowAs::Ascii | ShowAs::Pcap => None,
    }
}

/// Returns the width of an output, if it is a terminal.
#[cfg(unix)]
fn columns(output: impl std::os::fd::AsFd) -> Option<usize> {
    terminal_size::terminal_size_of(output).map(|(width, _)| width.0.into())
}

/// Returns the width of an output, if it is a terminal.
#[cfg(windows)]
fn columns(output: impl std::os::windows::io::AsHandle) -> Option<usize> {
    terminal_size::terminal_size_of(output).map(|(width, _)| width.0.into())
}

/// Returns the sink that writes events in this form to standard output, if it is a form of events.
pub(crate) fn events(form: ShowAs, capture: Capture) -> Option<DynSink> {
    let out = io::stdout;
    let levels = if capture.shows_bytes() { Levels::everything() } else { Levels::verbose() };
    Some(match form {
        ShowAs::Lines => Arc::new(LineSink::new(out()).capture(capture).hexdump(DUMPED)),
        ShowAs::Curl => Arc::new(CurlSink::new(out()).capture(capture)),
        ShowAs::Json => Arc::new(JsonSink::new(out()).levels(&levels).capture(capture)),
        ShowAs::Ascii => Arc::new(AsciiSink::new(out()).capture(capture)),
        ShowAs::Pcap => Arc::new(PcapSink::new(out()).capture(capture)),
        _ => return None,
    })
}

/// Returns one sink that passes events to all of these.
fn together(mut sinks: Vec<DynSink>) -> Option<DynSink> {
    match sinks.len() {
        0 | 1 => sinks.pop(),
        _ => Some(Arc::new(sinks.into_iter().fold(Tee::new(), Tee::with))),
    }
}

/// The output for people, on standard error.
enum Shown {
    Nothing,
    Sink(DynSink),
    Kept(Arc<Ring>),
}

/// Returns the output of `--log-config`, `--log` or `-v`.
fn shown(args: &OutputArgs, unasked: Unasked) -> Result<Shown, OutputError> {
    let levels = match (&args.log_config, &args.log, args.verbosity()) {
        (Some(path), ..) => {
            return configured(path, args).map(Shown::Sink).map_err(OutputError::Config);
        }
        (None, Some(levels), _) => levels.clone(),
        (None, None, 0) => match unasked {
            Unasked::Nothing => return Ok(Shown::Nothing),
            Unasked::Failures => {
                let ring = Ring::new(KEPT).levels(&Levels::documented());
                return Ok(Shown::Kept(Arc::new(ring)));
            }
            Unasked::Lines(levels) => levels,
        },
        (None, None, 1) => Levels::documented(),
        (None, None, 2) => Levels::verbose(),
        (None, None, _) => Levels::everything(),
    };
    let capture = args.capture;
    let sink: DynSink = match args.view.unwrap_or(Form::Lines) {
        Form::Lines => {
            let mut lines = lines(&levels, capture).profile(args.lines);
            if let Some(format) = &args.log_format {
                lines = lines.template(format.clone());
            }
            Arc::new(lines)
        }
        Form::Curl => Arc::new(CurlSink::stderr().capture(capture)),
        Form::Waterfall => {
            let view = View::Waterfall(Style::from_environment(columns(io::stderr())));
            Arc::new(ViewSink::new().capture(capture).output("waterfalls", view, io::stderr()))
        }
        Form::Json => {
            return Ok(Shown::Sink(Arc::new(JsonSink::stderr().levels(&levels).capture(capture))));
        }
    };
    if args.verbosity() < 2 {
        return Ok(Shown::Sink(sink));
    }
    let summary = SummarySink::stderr().capture(capture);
    Ok(Shown::Sink(Arc::new(Tee::new().with(sink).with(summary))))
}

/// Returns a sink of lines on standard error.
fn lines(levels: &Levels, capture: Capture) -> LineSink<Stderr> {
    LineSink::stderr().levels(levels).capture(capture).hexdump(DUMPED)
}

fn configured(path: &Path, args: &OutputArgs) -> Result<DynSink, ConfigErrors> {
    let config = LoggingConfig::from_file(path)?;
    Ok(Arc::new(Logging::with_profile(config, args.lines)?.capture(args.capture)))
}

/// Returns the sink of `--log-json`.
fn json(path: &Path, capture: Capture) -> Result<JsonSink<File>, OutputError> {
    let (file, name) = file(path, "--log-json")?;
    let levels = if capture.shows_bytes() { Levels::everything() } else { Levels::verbose() };
    Ok(JsonSink::new(file).named(&format!("lines {name}")).levels(&levels).capture(capture))
}

/// Opens the file of an option, or standard output for `-`. Returns it, and the name of what is written to it.
fn file(path: &Path, option: &'static str) -> Result<(File, String), OutputError> {
    let is_stdout = path == Path::new("-");
    let file = if is_stdout { standard_output() } else { private(path) };
    let file = file.map_err(|error| OutputError::File(path.to_owned(), option, error))?;
    let name = if is_stdout { "standard output".into() } else { path.to_string_lossy() };
    Ok((file, format!("of {option} to {name}")))
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

/// Why an output cannot be opened.
pub(crate) enum OutputError {
    /// The file of `--log-config` cannot be used.
    Config(ConfigErrors),
    /// Nothing can be sent to the collector of `--otlp`.
    Collector(CollectorError),
    /// The file of this option cannot be opened.
    File(PathBuf, &'static str, io::Error),
}

impl OutputError {
    /// Prints the error.
    pub(crate) fn report(&self) -> Exit {
        for line in self.to_string().lines() {
            report::print_error(self.exit(), &line);
        }
        self.exit()
    }

    pub(crate) const fn exit(&self) -> Exit {
        match self {
            Self::Config(_) | Self::Collector(_) => Exit::Usage,
            Self::File(..) => Exit::Write,
        }
    }
}

impl Display for OutputError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(errors) => errors.fmt(f),
            Self::Collector(error) => error.fmt(f),
            Self::File(path, option, error) => write!(
                f,
                "cannot open {} for {option}: {error}; name a file that can be created or written",
                path.display()
            ),
        }
    }
}
