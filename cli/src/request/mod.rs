//! Requests in sequence over one client.

mod authentication;
mod cookies;
mod credentials;
mod data;
mod draft;
mod dump;
mod encoder;
mod expectation;
mod failure;
mod fetch;
mod form;
mod form_value;
mod glob;
mod job;
mod jobs;
mod login;
mod netrc;
mod refusal;
mod resume;
mod retry;
mod target;
mod watch;

use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use limpid_core::trace::{NoSink, Sink};
use limpid_io::{ClientBuilder, Settings};

use self::cookies::Cookies;
use self::draft::Plan;
use self::failure::{failed, print_error};
use self::fetch::Context;
use self::jobs::{Jobs, Next};
use self::refusal::Refusal;
use self::target::Target;
use crate::args::{RequestArgs, Seconds, TimeCondition};
use crate::driver::Client;
use crate::exit::Exit;
use crate::printable::Printable;
use crate::report::print_note;
use crate::trace::{self, Outputs, Unasked};
use crate::write_out::Format;

/// Requests every URL of every set of options. A failed request does not stop the next, unless `--fail-early` is given;
/// the exit code is that of the last transfer, as in curl.
pub(crate) fn run(operations: &[RequestArgs]) -> ExitCode {
    let Some(args) = operations.first() else { return ExitCode::SUCCESS };
    let meter = &args.response.meter;
    let unasked = if meter.shows_errors() { Unasked::Failures } else { Unasked::Nothing };
    let outputs = match trace::open(&args.outputs, unasked) {
        Ok(outputs) => outputs,
        Err(error) if !meter.shows_errors() => return error.exit().into(),
        Err(error) => return error.report().into(),
    };
    watch::start(args, &outputs);
    let last = in_order(operations, &outputs);
    // The thread that waits for interrupts has them until the process ends.
    outputs.completion().complete();
    last.map_or(ExitCode::SUCCESS, ExitCode::from)
}

/// Requests the URLs of one set of options after another. Returns the exit code of the last transfer, if it failed.
fn in_order(operations: &[RequestArgs], outputs: &Outputs) -> Option<Exit> {
    let mut last = None;
    let cookies = Cookies::read_all(operations);
    for (args, cookies) in operations.iter().zip(&cookies) {
        match operation(args, cookies, outputs) {
            Ok(exit) => last = exit,
            Err(refusal) => {
                print_error(args, refusal.exit, &refusal.message);
                last = Some(refusal.exit);
                break;
            }
        }
        if last.is_some() && args.response.fail_early {
            break;
        }
    }
    last
}

/// Requests the URLs of one set of options. Returns the exit code, if it is not success.
fn operation(
    args: &RequestArgs,
    cookies: &Cookies<'_>,
    outputs: &Outputs,
) -> Result<Option<Exit>, Refusal> {
    if args.message.time_cond == Some(TimeCondition::None) && args.response.meter.shows_errors() {
        print_note(
            &"-z has neither a date nor the name of a file, so that the request has no condition",
        );
    }
    let plan = Plan::read(args)?;
    let write_out = args.response.write_out.as_deref().map(Format::read).transpose();
    let write_out = write_out
        .map_err(|error| Refusal::read(format!("cannot read the format of -w: {error}")))?;
    let settings = settings(args, cookies, outputs)?;
    let client = Client::new(args.driver, settings).map_err(|error| Refusal {
        exit: Exit::Connect,
        message: format!("cannot start the driver: {error}"),
    })?;
    let run = Run {
        context: Context { client: &client, plan: &plan, cookies, args },
        write_out: write_out.as_ref(),
        outputs,
    };
    let jobs = Jobs::read(args);
    Ok(if args.parallel.parallel { run.in_parallel(&jobs) } else { run.in_sequence(&jobs) })
}

/// The transfers of one set of options.
struct Run<'a> {
    context: Context<'a>,
    write_out: Option<&'a Format>,
    outputs: &'a Outputs,
}

impl Run<'_> {
    /// Transfers one after another. Returns the exit code of the last, if it failed.
    fn in_sequence(&self, jobs: &Jobs<'_>) -> Option<Exit> {
        let mut last = None;
        for job in jobs.iter() {
            let stops = job.is_err();
            last = self.transfer(job);
            if last.is_some() && (stops || self.context.args.response.fail_early) {
                break;
            }
        }
        last
    }

    /// Transfers several at a time. Returns the exit code of the last that failed.
    fn in_parallel(&self, jobs: &Jobs<'_>) -> Option<Exit> {
        let args = self.context.args;
        let most = jobs.iter().take(args.parallel.parallel_max.into()).count();
        let jobs = Mutex::new(jobs.iter());
        let last = Mutex::new(None);
        let next = || {
            let stops = args.response.fail_early && lock(&last).is_some();
            if stops { None } else { lock(&jobs).next() }
        };
        let work = || {
            while let Some(job) = next() {
                if let Some(exit) = self.transfer(job) {
                    *lock(&last) = Some(exit);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..most {
                // Without this thread, the others transfer what it would.
                if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
        last.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Transfers one URL. Returns the exit code of its failure.
    fn transfer(&self, next: Next<'_>) -> Option<Exit> {
        let args = self.context.args;
        let job = match next {
            Ok(job) => job,
            Err((url, message)) => {
                let url = args.outputs.capture.url(url);
                return Some(print_error(args, Exit::Url, &format!("{url}: {message}")));
            }
        };
        let mut transfer = job.transfer(args);
        let target = Target::read(&job.url(), &self.context.plan.query, args);
        let sink: &dyn Sink = match &self.outputs.sink {
            Some(sink) => sink,
            None => &NoSink,
        };
        let done = target
            .and_then(|target| retry::attempts(&self.context, &job, &target, &mut transfer, sink));
        let mut exit = None;
        if let Err(failure) = done {
            exit = Some(failed(&failure, &job.url, args, self.outputs));
            let message = failure.to_string();
            transfer.failed(failure.exit(), Printable(message.as_bytes()).to_string());
        }
        if let Some(Err(error)) = self.write_out.map(|format| format.write(&transfer)) {
            let message = format!("cannot write to standard output: {error}");
            exit = Some(print_error(args, Exit::Write, &message));
        }
        self.context.cookies.write(args.response.meter.shows_errors());
        exit
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn settings(
    args: &RequestArgs,
    cookies: &Cookies<'_>,
    outputs: &Outputs,
) -> Result<Settings, Refusal> {
    let proxy_fields = draft::fields(&args.connection.proxy.proxy_header)?;
    let proxy_fields =
        proxy_fields.into_iter().filter_map(|field| Some((field.name, field.value?)));
    let mut builder = ClientBuilder::default()
        .decompress(args.response.compressed)
        .raw_body(args.response.raw)
        .lenient(args.tolerances.tolerances())
        .proxy_headers(proxy_fields)
        .traceparent(args.outputs.otlp.is_some())
        .redirects(args.redirects.most())
        .redirect_rules(args.redirects.rules(
            &args.message,
            &args.urls,
            !args.upload.files.is_empty(),
        ));
    if let Some(Seconds(wait)) = args.message.expect100_timeout {
        builder = builder.expect_continue_timeout(wait);
    }
    builder = args.connection.set(builder).map_err(Refusal::usage)?;
    builder = args.time.set(args.tls.set(builder));
    if let Some(jar) = cookies.jar() {
        builder = builder.cookies(jar.clone());
    }
    if let Some(sink) = &outputs.sink {
        builder = builder.sink(Arc::clone(sink));
    }
    if let Some(recorder) = &outputs.recorder {
        builder = builder.recorder(Arc::clone(recorder));
    }
    Ok(builder.build())
}
