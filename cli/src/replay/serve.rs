//! `limpid replay --listen`: a server that answers as recorded.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use limpid_core::error::Cause;
use limpid_core::trace::Capture;
use limpid_sinks::Levels;
use limpid_sinks::exchanges::Collector;
use limpid_std::{Exchange, Server};

use super::answers::{self, Answer, LIMITS, Recorded};
use super::input::{open, replay_into};
use super::matching::Script;
use crate::args::ReplayArgs;
use crate::exit::Exit;
use crate::report;
use crate::trace::{self, Unasked};

/// What is logged if no argument says it: a line for each response.
const LEVELS: &str = "limpid.server=info";

/// Serves the recorded responses, until the process is ended.
pub(super) fn serve(args: &ReplayArgs, address: SocketAddr) -> Result<(), Exit> {
    let levels = LEVELS.parse::<Levels>().unwrap_or_default();
    let outputs =
        trace::open(&args.outputs, Unasked::Lines(levels)).map_err(|error| error.report())?;
    let recording = open(args)?;
    let header = recording.header().clone();
    // Each client that can connect receives what the file has.
    let collector = Collector::new(LIMITS).capture(Capture::Everything);
    replay_into(args, recording, &collector)?;
    let recorded = answers::of(collector.model(), &header);
    let count = recorded.len();
    let script = Mutex::new(Script::new(recorded, args.matching, header.capture));

    let failed = |error: io::Error| {
        report::print_error(Exit::Connect, &format_args!("cannot listen on {address}: {error}"));
        Exit::Connect
    };
    let mut builder = Server::builder().name(None);
    if let Some(sink) = outputs.sink.clone() {
        builder = builder.sink(sink);
    }
    let server = builder.bind(address).map_err(failed)?;
    let address = server.local_addr().unwrap_or(address);
    report::print_note(&format_args!("{count} recorded requests; listening on http://{address}/"));
    let answered = server.serve(move |exchange| answer(&script, exchange));
    answered.map_err(failed)
}

/// Answers a request as it was recorded, or with the reason why that is not possible.
fn answer(script: &Mutex<Script>, mut exchange: Exchange<'_>) -> Result<(), Cause> {
    let mut body = Vec::new();
    while let Some(data) = exchange.data()? {
        body.extend_from_slice(data);
    }
    let (refusal, status) = {
        let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
        let head = exchange.head();
        let (method, target) = (head.method.to_vec(), head.target.to_vec());
        match script.next(&method, &target, &body) {
            Ok(Recorded { answer: Answer::Response(response, body), .. }) => {
                return answers::send(response, body, &mut exchange);
            }
            Ok(Recorded { answer: Answer::Refused(why), .. }) => (why.clone(), 501),
            Err(why) => (why, 404),
        }
    };
    exchange.field("Content-Type", "text/plain; charset=utf-8");
    exchange.respond(status, format!("{refusal}\n"))
}
