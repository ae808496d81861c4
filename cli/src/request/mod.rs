//! Requests in sequence over one client.

mod credentials;
mod data;
mod draft;
mod failure;
mod fetch;
mod glob;
mod login;
mod netrc;
mod refusal;
mod target;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use limpid_core::client::ProxyVariableError;
use limpid_io::{ClientBuilder, Settings};

use self::draft::Plan;
use self::failure::{failed, print_error};
use self::fetch::one;
use self::glob::{Glob, Globbed};
use self::refusal::Refusal;
use self::target::Target;
use crate::args::RequestArgs;
use crate::driver::Client;
use crate::exit::Exit;
use crate::printable::Printable;
use crate::trace::{self, Outputs, Unasked};
use crate::write_out::{Format, Transfer};

/// Requests every URL of every set of options. A failed request does not stop the next; the exit code is that of the first
/// failure.
pub(crate) fn run(operations: &[RequestArgs]) -> ExitCode {
    let Some(args) = operations.first() else { return ExitCode::SUCCESS };
    let unasked = if args.response.silent { Unasked::Nothing } else { Unasked::Failures };
    let outputs = match trace::open(&args.outputs, unasked) {
        Ok(outputs) => outputs,
        Err(error) if args.response.silent => return error.exit().into(),
        Err(error) => return error.report().into(),
    };
    let mut first = None;
    for args in operations {
        match operation(args, &outputs) {
            Ok(failed) => first = first.or(failed),
            Err(refusal) => {
                print_error(args, refusal.exit, &refusal.message);
                first.get_or_insert(refusal.exit);
                break;
            }
        }
    }
    first.map_or(ExitCode::SUCCESS, ExitCode::from)
}

/// Requests the URLs of one set of options. Returns the exit code of the first failure.
fn operation(args: &RequestArgs, outputs: &Outputs) -> Result<Option<Exit>, Refusal> {
    let plan = Plan::read(args)?;
    let write_out = args.response.write_out.as_deref().map(Format::read).transpose();
    let write_out = write_out
        .map_err(|error| Refusal::read(format!("cannot read the format of -w: {error}")))?;
    let settings = settings(args, outputs).map_err(|error| Refusal::usage(error.to_string()))?;
    let client = Client::new(args.driver, settings).map_err(|error| Refusal {
        exit: Exit::Connect,
        message: format!("cannot start the driver: {error}"),
    })?;
    let mut first = None;
    let mut number = 0;
    for (index, given) in args.urls.given.0.iter().enumerate() {
        let glob = match args.urls.globoff {
            true => Ok(None),
            false => Glob::read(given).map(Some),
        };
        let urls: Box<dyn Iterator<Item = Globbed>> = match &glob {
            Ok(Some(glob)) => Box::new(glob.urls()),
            Ok(None) => Box::new(std::iter::once(Globbed::plain(given.clone()))),
            Err(message) => {
                let url = args.outputs.capture.url(given);
                let exit = print_error(args, Exit::Url, &format!("{url}: {message}"));
                first.get_or_insert(exit);
                continue;
            }
        };
        let output = args.response.output.get(index);
        for url in urls {
            let output = output.map(|path| match path.to_str() {
                Some(path) => PathBuf::from(url.fill(path)),
                None => path.clone(),
            });
            let mut transfer = Transfer::new(&url.text, number, args.message.method());
            number += 1;
            let target = Target::read(&url.text, &plan.query, args);
            let done = target.and_then(|target| {
                one(&client, &plan, &target, output.as_deref(), args, &mut transfer)
            });
            if let Err(failure) = done {
                let exit = failed(&failure, &url.text, args, outputs);
                let message = failure.to_string();
                transfer.failed(exit, Printable(message.as_bytes()).to_string());
                first.get_or_insert(exit);
            }
            if let Some(Err(error)) = write_out.as_ref().map(|format| format.write(&transfer)) {
                let message = format!("cannot write to standard output: {error}");
                first.get_or_insert(print_error(args, Exit::Write, &message));
            }
        }
    }
    Ok(first)
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
