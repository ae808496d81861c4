//! Requests in sequence over one client.

mod draft;
mod failure;
mod fetch;

use std::process::ExitCode;
use std::sync::Arc;

use limpid_core::client::ProxyVariableError;
use limpid_io::{ClientBuilder, Settings};

use self::draft::data;
use self::failure::{failed, print_error};
use self::fetch::one;
use crate::args::RequestArgs;
use crate::driver::Client;
use crate::exit::Exit;
use crate::printable::Printable;
use crate::trace::{self, Outputs, Unasked};
use crate::write_out::{Format, Transfer};

/// Requests every URL. A failed request does not stop the next; the exit code is that of the first failure.
pub(crate) fn run(args: &RequestArgs) -> ExitCode {
    let data = match data(args) {
        Ok(data) => data,
        Err(message) => {
            print_error(args, Exit::Read, &message);
            return Exit::Read.into();
        }
    };
    let unasked = if args.response.silent { Unasked::Nothing } else { Unasked::Failures };
    let outputs = match trace::open(&args.outputs, unasked) {
        Ok(outputs) => outputs,
        Err(error) if args.response.silent => return error.exit().into(),
        Err(error) => return error.report().into(),
    };
    let write_out = match args.response.write_out.as_deref().map(Format::read).transpose() {
        Ok(write_out) => write_out,
        Err(error) => {
            print_error(args, Exit::Read, &format!("cannot read the format of -w: {error}"));
            return Exit::Read.into();
        }
    };
    let settings = match settings(args, &outputs) {
        Ok(settings) => settings,
        Err(error) => {
            print_error(args, Exit::Usage, &error.to_string());
            return Exit::Usage.into();
        }
    };
    let client = match Client::new(args.driver, settings) {
        Ok(client) => client,
        Err(error) => {
            print_error(args, Exit::Connect, &format!("cannot start the driver: {error}"));
            return Exit::Connect.into();
        }
    };
    let mut first = None;
    for (index, url) in args.urls.iter().enumerate() {
        let output = args.response.output.get(index).map(AsRef::as_ref);
        let mut transfer = Transfer::new(url, index, args.message.method());
        if let Err(failure) = one(&client, url, data.as_deref(), output, args, &mut transfer) {
            let exit = failed(&failure, url, args, &outputs);
            let message = failure.to_string();
            transfer.failed(exit, Printable(message.as_bytes()).to_string());
            first.get_or_insert(exit);
        }
        if let Some(Err(error)) = write_out.as_ref().map(|format| format.write(&transfer)) {
            let exit = print_error(
                args,
                Exit::Write,
                &format!("cannot write to standard output: {error}"),
            );
            first.get_or_insert(exit);
        }
    }
    first.map_or(ExitCode::SUCCESS, ExitCode::from)
}

fn settings(args: &RequestArgs, outputs: &Outputs) -> Result<Settings, ProxyVariableError> {
    let mut builder = ClientBuilder::default()
        .decompress(args.response.compressed)
        .lenient(args.tolerances.tolerances())
        .traceparent(args.outputs.otlp.is_some())
        .redirects(args.redirects.most());
    builder = args.time.set(args.tls.set(args.connection.set(builder)?));
    if let Some(sink) = &outputs.sink {
        builder = builder.sink(Arc::clone(sink));
    }
    if let Some(recorder) = &outputs.recorder {
        builder = builder.recorder(Arc::clone(recorder));
    }
    Ok(builder.build())
}
