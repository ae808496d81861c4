//! The recording that is replayed, and what is said of it.

use std::io;
use std::path::Path;

use limpid_core::trace::Sink;
use limpid_recording::Recording;
use limpid_recording::format::ReadError;

use crate::args::ReplayArgs;
use crate::exit::Exit;
use crate::recorded;
use crate::report::{self, Chain};

/// Opens the recording.
pub(super) fn open(args: &ReplayArgs) -> Result<Recording, Exit> {
    recorded::open(&args.file).map_err(|error| unreadable(args, &error))
}

/// Replays a recording into a sink, and says what is missing.
pub(super) fn replay_into(
    args: &ReplayArgs,
    recording: Recording,
    sink: &dyn Sink,
) -> Result<(), Exit> {
    let missing = recorded::replay(recording, sink).map_err(|error| unreadable(args, &error))?;
    if missing.is_any() {
        report::print_note(&format_args!("{}: {missing}", args.file.display()));
    }
    Ok(())
}

fn unreadable(args: &ReplayArgs, error: &ReadError) -> Exit {
    let exit = Exit::Read;
    report::print_error(exit, &format_args!("{}: {}", args.file.display(), Chain(error)));
    exit
}

/// Reports that a file cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> Exit {
    let exit = Exit::Write;
    report::print_error(exit, &format_args!("cannot write {}: {error}", path.display()));
    exit
}
