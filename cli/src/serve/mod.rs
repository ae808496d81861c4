//! `limpid serve`: a server for trying clients, of files, of echoes or of one status.

mod echo;
mod handler;
mod tls;
mod welcome;

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use limpid_sinks::Levels;
use limpid_tokio::Server;
use limpid_tokio::files::Files;
use tokio::runtime::Builder;

use crate::args::{Listen, ServeArgs};
use crate::exit::Exit;
use crate::interrupts::{Interrupts, until_interrupted};
use crate::report;
use crate::trace::{self, Outputs, Unasked};
use handler::{Handler, Reply};

/// What is logged if no argument says it: a line for each response.
const LEVELS: &str = "limpid.server=info";

/// Serves until it is interrupted.
pub(crate) fn run(args: &ServeArgs) -> ExitCode {
    Exit::code(start(args))
}

fn start(args: &ServeArgs) -> Result<(), Exit> {
    let levels = LEVELS.parse::<Levels>().unwrap_or_default();
    let outputs =
        trace::open(&args.outputs, Unasked::Lines(levels)).map_err(|error| error.report())?;
    let reply = reply(args)?;
    let tls = tls::open(args)?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed("cannot start", &error))?;
    let Listen(address) = args.listen;
    let mut builder = Server::builder().connections(args.connections);
    if let Some(tls) = &tls {
        builder = builder.tls(Arc::clone(&tls.config));
    }
    let Outputs { sink, recorder, .. } = outputs;
    if let Some(sink) = sink {
        builder = builder.sink(sink);
    }
    if let Some(recorder) = recorder {
        builder = builder.recorder(recorder);
    }
    let server = builder.bind(address).map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "; another program listens there: name another port, such as --listen 8001, or --listen 0 for a free one"
            }
            _ => "",
        };
        report::print_error(Exit::Connect, &format_args!("{error}{hint}"));
        Exit::Connect
    })?;
    let listens = server.local_addr().unwrap_or(address);
    // Before the server says that it is there.
    let entered = runtime.enter();
    let interrupts = Interrupts::take().map_err(|error| failed("cannot start", &error))?;
    drop(entered);
    welcome::print(listens, &reply, tls.as_ref());
    let handler = Arc::new(Handler { reply, delay: args.delay.0.unwrap_or_default() });
    let handle = server.handle();
    let serving = server.serve(move |exchange| {
        let handler = Arc::clone(&handler);
        async move { handler.serve(exchange).await }
    });
    let ended = runtime.block_on(until_interrupted(welcome::NAME, interrupts, handle, serving));
    // A read of a file may not have ended.
    runtime.shutdown_background();
    ended.map_err(|error| failed(&format!("cannot listen on {address}"), &error))
}

/// Returns what requests are answered with.
fn reply(args: &ServeArgs) -> Result<Reply, Exit> {
    let directory = match (&args.directory, args.echo, args.status) {
        (_, true, status) => return Ok(Reply::Echo { status: status.unwrap_or(200) }),
        (_, false, Some(status)) => return Ok(Reply::Status(status)),
        (directory, ..) => directory.as_deref().unwrap_or(Path::new(".")),
    };
    let files = Files::new(directory).map_err(|error| {
        let message = format!("cannot serve {}: {error}; name a directory", directory.display());
        report::print_error(Exit::Read, &message);
        Exit::Read
    })?;
    Ok(Reply::Files(
        files.listing(true),
        directory.canonicalize().unwrap_or_else(|_| directory.into()),
    ))
}

/// Reports that the server cannot run.
fn failed(what: &str, error: &io::Error) -> Exit {
    report::print_error(Exit::Connect, &format_args!("{what}: {error}"));
    Exit::Connect
}
