//! `limpid demo`: the main job, with a server that comes along.

mod certificate;
mod server;

use std::io::{self, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::thread;

use limpid_core::trace::Capture;
use limpid_sinks::Levels;
use limpid_std::Client;

use crate::exit::Exit;
use crate::{report, trace};
use certificate::Identity;

/// Starts the server, requests it with verification on, and shows the body and every step.
pub(crate) fn run() -> ExitCode {
    match demonstrate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.into(),
    }
}

fn demonstrate() -> Result<(), Exit> {
    let setup = |error: io::Error| {
        report::tell(Exit::Connect, &format_args!("cannot start the server: {error}"));
        Exit::Connect
    };
    let identity = Identity::new().map_err(setup)?;
    let tls = identity.server_config().map_err(setup)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(setup)?;
    let port = listener.local_addr().map_err(setup)?.port();
    let server = thread::spawn(move || server::serve_one(&listener, tls));

    let sink = trace::lines(&Levels::documented(), Capture::Default);
    let client = Client::builder().ca_file(identity.authority_file()).sink(sink).build();
    let response = client.get(&format!("https://localhost:{port}/")).send();
    let body = response
        .and_then(limpid_std::Response::bytes)
        .map_err(|error| report::tell_error(&error))?;
    // With the client, its idle connection is closed, and the server has nothing more to wait for.
    drop(client);
    let mut stdout = io::stdout().lock();
    stdout.write_all(&body).and_then(|()| stdout.flush()).map_err(|error| {
        report::tell(Exit::Write, &format_args!("cannot write to standard output: {error}"));
        Exit::Write
    })?;
    // It ends with the connection; what goes wrong there, the client has seen.
    drop(server.join());
    Ok(())
}
