//! `limpid replay --test`: a test in Rust that replays a recording.

use std::fs;
use std::path::Path;

use limpid_core::trace::Capture;
use limpid_sinks::{Levels, LineSink, Template};

use super::input::{open, replay_into, unwritable};
use crate::args::ReplayArgs;
use crate::exit::Exit;
use crate::report;

/// The template of the lines that the test compares: without times, which depend on the machine.
const TEMPLATE: &str = "%(levelname)s %(name)s %(message)s";

/// Writes the test, the recording and the expected lines to a directory.
pub(super) fn write(args: &ReplayArgs, directory: &Path) -> Result<(), Exit> {
    let recording = open(args)?;
    if recording.header().part != 1 || args.file == Path::new("-") {
        let problem = "a test is made of one file: record with a larger limit, or name the file";
        report::print_error(Exit::Read, &problem);
        return Err(Exit::Read);
    }
    let template = TEMPLATE.parse::<Template>().unwrap_or_default();
    let sink = LineSink::new(Vec::new()).template(template).levels(&Levels::documented());
    let sink = sink.capture(Capture::Default);
    replay_into(args, recording, &sink)?;
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.join(name);
        fs::write(&path, bytes).map_err(|error| unwritable(&path, &error))
    };
    fs::create_dir_all(directory).map_err(|error| unwritable(directory, &error))?;
    let copy = fs::read(&args.file).map_err(|error| unwritable(&args.file, &error))?;
    write("recorded_requests.limpid", &copy)?;
    write("recorded_requests.lines", &sink.into_writer())?;
    write("recorded_requests.rs", limpid_recording::REPLAY_TEST.as_bytes())?;
    report::print_note(&format_args!(
        "{} replays the recording; it needs the crates limpid-recording and limpid-sinks",
        directory.join("recorded_requests.rs").display()
    ));
    Ok(())
}
