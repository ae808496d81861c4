//! Which lines are told, and where.

use std::io::Stderr;
use std::path::Path;
use std::sync::Arc;

use limpid_core::trace::{Capture, Sink};
use limpid_sinks::config::{ConfigErrors, Logging, LoggingConfig};
use limpid_sinks::{Levels, LineSink, Ring};

use crate::args::RequestArgs;

/// Somebody who is told what the client does.
pub(crate) enum Told {
    /// Whoever runs the command wants to see it.
    Shown(Arc<dyn Sink + Send + Sync>),
    /// Nobody, unless a request fails.
    Kept(Arc<Ring>),
    /// Nobody at all.
    Nobody,
}

/// How many bytes of events are kept in case a request fails.
const KEPT: usize = 64 * 1024;

/// The sink that `--log-config`, `--log` or `-v` asks for. Without them, the last events are kept
/// for the error message, unless there is to be none.
pub(crate) fn told(args: &RequestArgs) -> Result<Told, ConfigErrors> {
    let levels = match (&args.log_config, &args.log, args.verbose) {
        (Some(path), ..) => return configured(path, args.capture).map(Told::Shown),
        (None, Some(levels), _) => levels.clone(),
        (None, None, 0) if args.silent => return Ok(Told::Nobody),
        (None, None, 0) => {
            let ring = Ring::new(KEPT).levels(&Levels::documented());
            return Ok(Told::Kept(Arc::new(ring)));
        }
        (None, None, 1) => Levels::documented(),
        (None, None, 2) => Levels::verbose(),
        (None, None, _) => Levels::everything(),
    };
    Ok(Told::Shown(Arc::new(lines(&levels, args.capture))))
}

/// Lines on standard error.
pub(crate) fn lines(levels: &Levels, capture: Capture) -> LineSink<Stderr> {
    LineSink::stderr().levels(levels).capture(capture)
}

fn configured(path: &Path, capture: Capture) -> Result<Arc<dyn Sink + Send + Sync>, ConfigErrors> {
    let config = LoggingConfig::from_file(path)?;
    Ok(Arc::new(Logging::from_config(config)?.capture(capture)))
}
