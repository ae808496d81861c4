//! Requests in sequence over one client.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use limpid_core::client::{ProxyVariableError, basic};
use limpid_core::coding::Codings;
use limpid_io::{ClientBuilder, Error, Settings, continued_trace};

use crate::args::{FieldArg, RequestArgs};
use crate::driver::{Body, Client, Draft, Response};
use crate::exit::Exit;
use crate::output::{BinaryOutput, Output};
use crate::printable::Printable;
use crate::progress::Progress;
use crate::trace::{Outputs, Unasked};
use crate::write_out::{Format, Transfer};
use crate::{collector, report, trace};

/// Why a request failed.
enum Failure {
    Request(Error),
    /// `-f` makes the status an error.
    Status(String),
    /// `--compressed` was given, and the coding of the body is not known.
    Coding(String),
    /// The body is binary, and standard output is a terminal.
    Binary,
    /// The output cannot be written.
    Write(String, io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => report::Chain(error).fmt(f),
            Self::Status(message) => message.fmt(f),
            Self::Coding(codings) => write!(
                f,
                "the body has the content coding {codings}, which cannot be decoded; request it without \
                 --compressed"
            ),
            Self::Binary => f.write_str(
                "the body is binary, and was not written to the terminal; -o FILE writes it to a file, -o - \
                 to the terminal",
            ),
            Self::Write(name, error) => write!(f, "cannot write to {name}: {error}"),
        }
    }
}

/// Requests every URL. A failed request does not stop the next; the exit code is that of the first failure.
pub(crate) fn run(args: &RequestArgs) -> ExitCode {
    let data = match data(args) {
        Ok(data) => data,
        Err(message) => {
            print_error(args, Exit::Read, &message);
            return Exit::Read.into();
        }
    };
    let unasked = if args.silent { Unasked::Nothing } else { Unasked::Failures };
    let outputs = match trace::open(&args.outputs, unasked) {
        Ok(outputs) => outputs,
        Err(error) if args.silent => return error.exit().into(),
        Err(error) => return error.report().into(),
    };
    let write_out = match args.write_out.as_deref().map(Format::read).transpose() {
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
        let output = args.output.get(index).map(AsRef::as_ref);
        let mut transfer = Transfer::new(url, index, args.method());
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
        .read_timeout(args.read_timeout.0)
        .write_timeout(args.write_timeout.0)
        .timeout(args.max_time.0)
        .decompress(args.compressed)
        .lenient(args.tolerances())
        .traceparent(args.outputs.otlp.is_some())
        .redirects(args.location.then_some(args.max_redirs));
    builder = args.speed.set(args.tls.set(args.connection.set(builder)?));
    if let Some(sink) = &outputs.sink {
        builder = builder.sink(Arc::clone(sink));
    }
    if let Some(recorder) = &outputs.recorder {
        builder = builder.recorder(Arc::clone(recorder));
    }
    Ok(builder.build())
}

/// Returns the bytes to send, if any, all of which are read before the first request.
fn data(args: &RequestArgs) -> Result<Option<Vec<u8>>, String> {
    let mut data: Option<Vec<u8>> = None;
    for piece in &args.data {
        let bytes = match piece.strip_prefix('@') {
            None => piece.clone().into_bytes(),
            Some("-") => {
                let mut bytes = Vec::new();
                io::stdin()
                    .read_to_end(&mut bytes)
                    .map_err(|error| format!("cannot read standard input: {error}"))?;
                bytes
            }
            Some(path) => fs::read(path).map_err(|error| format!("cannot read {path}: {error}"))?,
        };
        match &mut data {
            None => data = Some(bytes),
            Some(data) => {
                data.push(b'&');
                data.extend_from_slice(&bytes);
            }
        }
    }
    Ok(data)
}

fn one(
    client: &Client,
    url: &str,
    data: Option<&[u8]>,
    output: Option<&Path>,
    args: &RequestArgs,
    transfer: &mut Transfer,
) -> Result<(), Failure> {
    let response = match client.send(request(url, data, args)) {
        Ok(response) => response,
        Err(error) => {
            transfer.failed_with(&error);
            return Err(Failure::Request(error));
        }
    };
    transfer.head(&response);
    if args.fail && response.status() >= 400 {
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
    if args.include {
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
    if !args.compressed || Codings::read(fields).is_ok() {
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

fn request<'a>(url: &'a str, data: Option<&[u8]>, args: &'a RequestArgs) -> Draft<'a> {
    let body = data.map(<[u8]>::to_vec);
    let (fields, removed) = (Vec::new(), Vec::new());
    let mut draft = Draft { method: args.method(), url, fields, removed, body };
    for FieldArg { name, value } in &args.headers {
        match value {
            Some(value) => draft.fields.push((name, value.clone().into())),
            None => draft.removed.push(name),
        }
    }
    if let Some(user) = &args.user {
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        draft.add("Authorization", basic(user.as_bytes(), password.as_bytes()));
    }
    if let Some(operation) = args.outputs.otlp.as_ref().and_then(|_| collector::operation()) {
        draft.add("traceparent", continued_trace(operation).to_string().into_bytes());
    }
    if draft.body.is_some() {
        draft.add("Content-Type", b"application/x-www-form-urlencoded".to_vec());
    }
    draft
}

/// Prints the failure, and its events if they were kept, and returns the exit code.
fn failed(failure: &Failure, url: &str, args: &RequestArgs, outputs: &Outputs) -> Exit {
    match failure {
        Failure::Request(error) if args.silent => Exit::of(error),
        Failure::Request(error @ Error::Url(_)) => print_error(
            args,
            Exit::of(error),
            &format!("{}: {error}", args.outputs.capture.url(url)),
        ),
        Failure::Request(error) => {
            let exit = report::report_error(error);
            if let (Some(ring), Some(trace)) = (&outputs.kept, error.trace()) {
                report::report_trace(
                    trace,
                    ring.time_base(),
                    args.outputs.capture,
                    args.outputs.lines,
                );
            }
            exit
        }
        Failure::Status(_) => print_error(args, Exit::Status, &failure.to_string()),
        Failure::Coding(_) => print_error(args, Exit::Coding, &failure.to_string()),
        Failure::Binary | Failure::Write(..) => {
            print_error(args, Exit::Write, &failure.to_string())
        }
    }
}

fn print_error(args: &RequestArgs, exit: Exit, message: &str) -> Exit {
    if !args.silent {
        report::print_error(exit, &message);
    }
    exit
}
