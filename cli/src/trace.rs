//! Which lines are told, and where.

use std::io::Stderr;
use std::path::Path;

use limpid_core::trace::{Capture, Sink};
use limpid_sinks::config::{ConfigErrors, Logging, LoggingConfig};
use limpid_sinks::{Levels, LineSink};

use crate::args::RequestArgs;

/// Somebody who is told what the client does.
pub(crate) type Told = Option<Box<dyn Sink + Send + Sync>>;

/// The sink that `--log-config`, `--log` or `-v` asks for; none without them.
pub(crate) fn told(args: &RequestArgs) -> Result<Told, ConfigErrors> {
    let levels = match (&args.log_config, &args.log, args.verbose) {
        (Some(path), ..) => return configured(path, args.capture).map(Some),
        (None, Some(levels), _) => levels.clone(),
        (None, None, 0) => return Ok(None),
        (None, None, 1) => Levels::documented(),
        (None, None, 2) => Levels::verbose(),
        (None, None, _) => Levels::everything(),
    };
    Ok(Some(Box::new(lines(&levels, args.capture))))
}

/// Lines on standard error.
pub(crate) fn lines(levels: &Levels, capture: Capture) -> LineSink<Stderr> {
    LineSink::stderr().levels(levels).capture(capture)
}

fn configured(path: &Path, capture: Capture) -> Result<Box<dyn Sink + Send + Sync>, ConfigErrors> {
    let config = LoggingConfig::from_file(path)?;
    Ok(Box::new(Logging::from_config(config)?.capture(capture)))
}
