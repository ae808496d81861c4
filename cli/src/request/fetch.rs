//! The transfer of one URL.

use std::io;
use std::path::Path;

use limpid_core::coding::Codings;
use limpid_io::Error;

use super::draft::Plan;
use super::failure::Failure;
use super::target::Target;
use crate::args::RequestArgs;
use crate::driver::{Body, Client, Response};
use crate::output::{BinaryOutput, Output};
use crate::printable::Printable;
use crate::progress::Progress;
use crate::write_out::Transfer;

/// Sends the request, and writes the response.
pub(super) fn one(
    client: &Client,
    plan: &Plan<'_>,
    target: &Target,
    output: Option<&Path>,
    args: &RequestArgs,
    transfer: &mut Transfer,
) -> Result<(), Failure> {
    let response = match client.send(plan.draft(target)) {
        Ok(response) => response,
        Err(error) => {
            transfer.failed_with(&error);
            return Err(Failure::Request(error));
        }
    };
    transfer.head(&response);
    if args.response.fail && response.status() >= 400 {
        return Err(Failure::Status(format!(
            "{}: the server answered {} {}",
            args.outputs.capture.url(response.url().as_str()),
            response.status(),
            Printable(response.reason())
        )));
    }
    let name = output.map_or("standard output".into(), Path::to_string_lossy);
    let failed = |error| Failure::Write(name.clone().into_owned(), error);
    let progress = Progress::of(&response, output, args);
    if let Some(path) = output {
        transfer.written_to(&path.to_string_lossy());
    }
    let mut output = Output::open(output).map_err(failed)?;
    if args.response.include {
        output.head(&response).map_err(failed)?;
    }
    let unknown = unknown_coding(&response, args);
    let mut body = response.into_body();
    let copied = copy(&mut body, &mut output, progress, unknown);
    transfer.body(&body);
    copied.map_err(|error| match error {
        Copy::Read(error) => {
            transfer.failed_with(&error);
            Failure::Request(error)
        }
        Copy::Coding(codings) => Failure::Coding(codings),
        Copy::Write(error) if BinaryOutput::is_in(&error) => Failure::Binary,
        Copy::Write(error) => failed(error),
    })
}

/// Returns the content codings of a response if they were to be decoded and cannot be.
fn unknown_coding(response: &Response<'_>, args: &RequestArgs) -> Option<String> {
    let fields = response.fields();
    if !args.response.compressed || Codings::read(fields).is_ok() {
        return None;
    }
    let codings = fields.all("Content-Encoding").collect::<Vec<_>>().join(&b", "[..]);
    Some(Printable(&codings).to_string())
}

enum Copy {
    Read(Error),
    Coding(String),
    Write(io::Error),
}

/// Writes the body. If its content codings are `unknown`, only an empty one is not a failure.
fn copy(
    body: &mut Body<'_>,
    output: &mut Output,
    progress: Progress,
    mut unknown: Option<String>,
) -> Result<(), Copy> {
    while let Some(piece) = body.next_piece().map_err(Copy::Read)? {
        if let Some(codings) = unknown.take() {
            return Err(Copy::Coding(codings));
        }
        output.write(piece).map_err(Copy::Write)?;
        progress.advance(piece.len());
    }
    output.flush().map_err(Copy::Write)?;
    progress.complete();
    Ok(())
}
