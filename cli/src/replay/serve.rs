//! `limpid replay --listen`: a server that answers as recorded.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use limpid_core::error::Cause;
use limpid_core::http1::BodySize;
use limpid_sinks::Levels;
use limpid_std::{Exchange, Server};
use limpid_test::{Answer, Answers, Reply};

use super::input::{open, replay_into};
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
    let collector = Answers::collector();
    replay_into(args, recording, &collector)?;
    let answers = Answers::new(collector.model(), &header, args.matching.into());
    let count = answers.len();
    let answers = Mutex::new(answers);

    let failed = |error: io::Error| {
        report::print_error(Exit::Connect, &error);
        Exit::Connect
    };
    let mut builder = Server::builder().name(None);
    if let Some(sink) = outputs.sink.clone() {
        builder = builder.sink(sink);
    }
    let server = builder.bind(address).map_err(failed)?;
    let address = server.local_addr().unwrap_or(address);
    report::print_note(&format_args!("{count} recorded requests; listening on http://{address}/"));
    let answered = server.serve(move |exchange| answer(&answers, exchange));
    answered.map_err(failed)
}

/// Answers a request as it was recorded, or with the reason why that is not possible.
fn answer(answers: &Mutex<Answers>, mut exchange: Exchange<'_>) -> Result<(), Cause> {
    let mut body = Vec::new();
    while let Some(data) = exchange.data()? {
        body.extend_from_slice(data);
    }
    let (refusal, status) = {
        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        let head = exchange.head();
        let (method, target) = (head.method.to_vec(), head.target.to_vec());
        match answers.next(&method, &target, &body) {
            Ok(Answer::Reply(reply)) => return send(reply, &mut exchange),
            Ok(Answer::Refused(why)) => (why.clone(), 501),
            Err(why) => (why, 404),
        }
    };
    exchange.field("Content-Type", "text/plain; charset=utf-8");
    exchange.respond(status, format!("{refusal}\n"))
}

/// Sends a recorded response.
fn send(reply: &Reply, exchange: &mut Exchange<'_>) -> Result<(), Cause> {
    if let Some(reason) = reply.custom_reason() {
        exchange.reason(reason);
    }
    for field in reply.fields() {
        exchange.field(field.name, field.value);
    }
    if exchange.head().method == b"HEAD" || reply.status() == 304 {
        let size = reply.head_length().map_or(BodySize::None, BodySize::Length);
        exchange.start(reply.status(), size)?;
        return exchange.finish();
    }
    let body = reply.content();
    if !reply.is_chunked() || exchange.head().version.minor() == 0 {
        return exchange.respond(reply.status(), body.clone());
    }
    exchange.start(reply.status(), BodySize::Unknown)?;
    if !body.is_empty() {
        exchange.send(body.clone())?;
    }
    for field in reply.trailers() {
        exchange.field(field.name, field.value);
    }
    exchange.finish()
}
