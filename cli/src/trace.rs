//! Which lines are told, and where.

use limpid_core::trace::Capture;
use limpid_sinks::{Levels, LineSink};

/// The sink that `-v` or `--log` asks for; none without them.
pub(crate) fn sink(
    verbose: u8,
    log: Option<&Levels>,
    capture: Capture,
) -> Option<LineSink<std::io::Stderr>> {
    let levels = match (log, verbose) {
        (Some(levels), _) => levels.clone(),
        (None, 0) => return None,
        (None, 1) => Levels::documented(),
        (None, 2) => Levels::verbose(),
        (None, _) => Levels::everything(),
    };
    Some(LineSink::stderr().levels(&levels).capture(capture))
}
