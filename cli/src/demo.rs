//! `limpid demo`: a request to a server that the command starts, or several for a view.

mod requests;
mod server;

use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use limpid_sinks::Levels;
use limpid_std::{Client, Server};

use crate::args::{DemoArgs, OutputArgs};
use crate::certificate::Identity;
use crate::exit::Exit;
use crate::trace::Unasked;
use crate::{report, trace};

/// Starts the server, requests it with verification, and shows the body and every step.
pub(crate) fn run(args: &DemoArgs) -> ExitCode {
    Exit::code(demonstrate(&args.outputs))
}

fn demonstrate(args: &OutputArgs) -> Result<(), Exit> {
    // A view shows requests better than lines do.
    let unasked = match args.has_views() {
        true => Unasked::Nothing,
        false => Unasked::Lines(Levels::documented()),
    };
    let outputs = trace::open(args, unasked).map_err(|error| error.report())?;
    let setup = |error: io::Error| {
        report::print_error(Exit::Connect, &format_args!("cannot start the server: {error}"));
        Exit::Connect
    };
    let identity = Identity::new("demo", &["localhost", "127.0.0.1"].map(str::to_owned), None)
        .map_err(setup)?;
    let tls = identity.server_config().map_err(setup)?;
    let server = Server::builder()
        .tls(tls)
        .name(server::NAME.to_owned())
        .bind(("127.0.0.1", 0))
        .map_err(setup)?;
    let port = server.local_addr().map_or(0, |address| address.port());
    let handle = server.handle();
    let server = thread::spawn(move || server.serve(server::answer));

    let mut client = Client::builder().ca_file(identity.authority_file()).redirects(5);
    client = client.traceparent(args.otlp.is_some());
    if let Some(sink) = outputs.sink {
        client = client.sink(sink);
    }
    if let Some(recorder) = outputs.recorder {
        client = client.recorder(recorder);
    }
    let client = client.build();
    let response = client.get(&format!("https://localhost:{port}/")).send();
    let body = response
        .and_then(limpid_std::Response::bytes)
        .map_err(|error| report::report_error(&error))?;
    if args.has_views() {
        requests::run(&client, port).map_err(|error| report::report_error(&error))?;
    }
    drop(client);
    // The client has reported any failure of the server.
    handle.shutdown(Duration::ZERO);
    drop(server.join());
    let mut stdout = io::stdout().lock();
    stdout.write_all(&body).and_then(|()| stdout.flush()).map_err(|error| {
        report::print_error(Exit::Write, &format_args!("cannot write to standard output: {error}"));
        Exit::Write
    })?;
    Ok(())
}
