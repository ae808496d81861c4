//! `limpid replay`: the events of a recording, made again.

use std::process::ExitCode;

use limpid_core::trace::NoSink;
use limpid_sinks::Levels;

use crate::args::ReplayArgs;
use crate::exit::Exit;
use crate::recorded;
use crate::report::{self, Chain};
use crate::trace::{self, Unasked};

/// Replays a recording into the outputs that the arguments ask for.
pub(crate) fn run(args: &ReplayArgs) -> ExitCode {
    match replayed(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.into(),
    }
}

fn replayed(args: &ReplayArgs) -> Result<(), Exit> {
    let unreadable = |error| {
        report::print_error(
            Exit::Read,
            &format_args!("{}: {}", args.file.display(), Chain(&error)),
        );
        Exit::Read
    };
    let recording = recorded::open(&args.file).map_err(unreadable)?;
    let unasked = Unasked::Lines(Levels::documented());
    let outputs = trace::open(&args.outputs, unasked).map_err(|error| error.report())?;
    let missing = match &outputs.sink {
        Some(sink) => recorded::replay(recording, sink),
        None => recorded::replay(recording, &NoSink),
    };
    let missing = missing.map_err(unreadable)?;
    if missing.is_any() {
        report::print_note(&format_args!("{}: {missing}", args.file.display()));
    }
    Ok(())
}
