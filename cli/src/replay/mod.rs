//! `limpid replay`: the events of a recording, made again, and what is made of them.

mod input;
mod made_test;
mod seeds;
mod serve;

use std::process::ExitCode;

use limpid_core::trace::NoSink;
use limpid_sinks::Levels;

use crate::args::ReplayArgs;
use crate::exit::Exit;
use crate::trace::{self, Unasked};
use input::{open, replay_into};

/// Replays a recording into the outputs that the arguments ask for, or makes something else of it.
pub(crate) fn run(args: &ReplayArgs) -> ExitCode {
    let done = match (&args.listen, &args.seed, &args.test) {
        (Some(listen), ..) => serve::serve(args, listen.0),
        (_, Some(directory), _) => seeds::write(args, directory),
        (.., Some(directory)) => made_test::write(args, directory),
        _ => replayed(args),
    };
    Exit::code(done)
}

fn replayed(args: &ReplayArgs) -> Result<(), Exit> {
    let recording = open(args)?;
    let unasked = Unasked::Lines(Levels::documented());
    let outputs = trace::open(&args.outputs, unasked).map_err(|error| error.report())?;
    match &outputs.sink {
        Some(sink) => replay_into(args, recording, sink),
        None => replay_into(args, recording, &NoSink),
    }
}
