//! The sink of the command.

use std::io::Stderr;
use std::path::Path;
use std::sync::Arc;

use limpid_core::trace::{Capture, Sink};
use limpid_sinks::config::{ConfigErrors, Logging, LoggingConfig};
use limpid_sinks::{Levels, LineSink, Ring};

use crate::args::RequestArgs;

/// The sink of the client.
pub(crate) enum ClientSink {
    /// Shows the events.
    Shown(Arc<dyn Sink + Send + Sync>),
    /// Keeps the events, and shows them if a request fails.
    Kept(Arc<Ring>),
    /// Neither.
    Off,
}

/// The bytes of events that are kept in case a request fails.
const KEPT: usize = 64 * 1024;

/// Number of bytes that are shown of each read or write.
const DUMPED: usize = 512;

/// Returns the sink of `--log-config`, `--log` or `-v`. Without them, the last events are kept for the
/// error message, unless messages are disabled.
pub(crate) fn sink(args: &RequestArgs) -> Result<ClientSink, ConfigErrors> {
    let levels = match (&args.log_config, &args.log, args.verbose) {
        (Some(path), ..) => return configured(path, args).map(ClientSink::Shown),
        (None, Some(levels), _) => levels.clone(),
        (None, None, 0) if args.silent => return Ok(ClientSink::Off),
        (None, None, 0) => {
            let ring = Ring::new(KEPT).levels(&Levels::documented());
            return Ok(ClientSink::Kept(Arc::new(ring)));
        }
        (None, None, 1) => Levels::documented(),
        (None, None, 2) => Levels::verbose(),
        (None, None, _) => Levels::everything(),
    };
    Ok(ClientSink::Shown(Arc::new(lines(&levels, args.capture).profile(args.lines))))
}

/// Returns a sink of lines on standard error.
pub(crate) fn lines(levels: &Levels, capture: Capture) -> LineSink<Stderr> {
    LineSink::stderr().levels(levels).capture(capture).hexdump(DUMPED)
}

fn configured(
    path: &Path,
    args: &RequestArgs,
) -> Result<Arc<dyn Sink + Send + Sync>, ConfigErrors> {
    let config = LoggingConfig::from_file(path)?;
    Ok(Arc::new(Logging::with_profile(config, args.lines)?.capture(args.capture)))
}
