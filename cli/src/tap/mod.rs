//! `limpid tap`: a proxy that shows what passes.

mod authority;
mod destination;
mod forward;
mod guard;
mod hop_by_hop;
mod max_forwards;
mod pipe;
mod refusal;
mod serve;
mod settings;
mod tunnel;
mod via;
mod welcome;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use limpid_sinks::Levels;
use tokio::runtime::Builder;

use crate::args::{Listen, TapArgs};
use crate::exit::Exit;
use crate::interrupts::{Interrupts, until_interrupted};
use crate::trace::Unasked;
use crate::{report, trace};
use authority::Authority;
use destination::Destination;
use guard::Guard;
use serve::Tap;
use settings::{client, server_builder};

/// What is logged if no argument says it: a line for each request and each response.
const LEVELS: &str = "httpx=info,limpid.server=info";

/// Runs the proxy until it is interrupted.
pub(crate) fn run(args: &TapArgs) -> ExitCode {
    Exit::code(start(args))
}

fn start(args: &TapArgs) -> Result<(), Exit> {
    let levels = LEVELS.parse::<Levels>().unwrap_or_default();
    let outputs =
        trace::open(&args.outputs, Unasked::Lines(levels)).map_err(|error| error.report())?;
    let failed = |exit, what: &str, error: io::Error| {
        report::print_error(exit, &format_args!("{what}: {error}"));
        exit
    };
    let authority = args.ca.as_deref().map(Authority::open).transpose();
    let authority = authority
        .map_err(|error| failed(Exit::CaFile, "the authority of --ca cannot be used", error))?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(Exit::Connect, "cannot start", error))?;
    let Listen(address) = args.listen;
    let server = server_builder(outputs.sink.clone(), outputs.recorder.clone())
        .bind(address)
        .map_err(|error| {
            report::print_error(Exit::Connect, &error);
            Exit::Connect
        })?;
    let listens = server.local_addr().unwrap_or(address);
    let tap = Arc::new(Tap {
        client: client(args, &outputs, listens),
        name: args
            .name
            .clone()
            .unwrap_or_else(|| format!("limpid-{:08x}", authority::random() >> 32)),
        traces: args.outputs.otlp.is_some(),
        guard: Guard { listens },
        connect_timeout: args.connect_timeout.0,
        authority: authority.map(Arc::new),
        sink: outputs.sink.clone(),
        recorder: outputs.recorder.clone(),
        handle: server.handle(),
    });
    // Before the proxy says that it is there.
    let entered = runtime.enter();
    let interrupts =
        Interrupts::take().map_err(|error| failed(Exit::Connect, "cannot start", error))?;
    drop(entered);
    welcome::print(args, listens, tap.authority.as_deref());
    let destination = Arc::new(match &args.to {
        None => Destination::Named,
        Some(base) => Destination::Server { base: base.clone(), keep_host: args.keep_host },
    });
    let handle = server.handle();
    let ended = runtime.block_on(until_interrupted(
        welcome::NAME,
        interrupts,
        handle,
        server.serve(move |exchange| {
            let (tap, destination) = (Arc::clone(&tap), Arc::clone(&destination));
            async move { tap.serve(exchange, &destination).await }
        }),
    ));
    // Lookups may not have ended.
    runtime.shutdown_background();
    ended.map_err(|error| failed(Exit::Connect, &format!("cannot listen on {address}"), error))
}
