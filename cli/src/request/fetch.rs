//! The transfer of one URL: an attempt.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Instant, SystemTime};

use limpid_core::coding::Codings;
use limpid_io::Error;

use super::authentication;
use super::cookies::Cookies;
use super::draft::Plan;
use super::dump::Dump;
use super::failure::Failure;
use super::job::Job;
use super::resume::{self, Resumed};
use super::target::Target;
use crate::args::RequestArgs;
use crate::driver::{Body, Client, Draft, Response};
use crate::heads::Heads;
use crate::output::{BinaryOutput, Output};
use crate::pace::Pace;
use crate::printable::Printable;
use crate::progress::Progress;
use crate::write_out::{NOT_MODIFIED, Transfer};

/// What all transfers of one set of options share.
pub(super) struct Context<'a> {
    pub(super) client: &'a Client,
    pub(super) plan: &'a Plan<'a>,
    pub(super) cookies: &'a Cookies<'a>,
    pub(super) args: &'a RequestArgs,
}

/// What has been written of a transfer.
struct Written {
    output: Output,
    dump: Dump,
}

impl Context<'_> {
    /// Sends the request, and writes the response.
    pub(super) fn fetch(
        &self,
        job: &Job,
        target: &Target,
        transfer: &mut Transfer,
    ) -> Result<(), Failure> {
        let mut place = job.place(target, None, self.args)?;
        let offset = match job.upload {
            Some(_) => 0,
            None => resume::offset(self.args, place.path()),
        };
        if offset > 0 {
            resume::append(&mut place);
        }
        let mut written = Written { output: Output::new(place), dump: Dump::open(self.args, job)? };
        if offset > 0 {
            written.create()?;
        }
        let fetched = self.exchange(job, target, offset, &mut written, transfer);
        if fetched.is_err() && self.args.response.files.remove_on_error {
            // The failure of the transfer is the one to report.
            let _ = written.output.remove();
        }
        fetched
    }

    fn exchange(
        &self,
        job: &Job,
        target: &Target,
        offset: u64,
        written: &mut Written,
        transfer: &mut Transfer,
    ) -> Result<(), Failure> {
        let args = self.args;
        let heads =
            Heads::new(args.response.shows_heads() || args.response.files.dump_header.is_some());
        let upload = job.payload(args)?;
        self.cookies.add_hostless(&target.url);
        let draft = || {
            let mut draft = self.plan.draft(target, upload.as_ref());
            if offset > 0 {
                draft.add("Range", format!("bytes={offset}-").into_bytes());
            }
            draft
        };
        let progress = Progress::of_upload(draft().body.as_ref(), args);
        let pace = self.pace();
        let draft = || Draft { sent: progress.sent(pace), ..draft() };
        let sent = authentication::send(self.client, &self.plan.credentials, target, draft, &heads);
        drop(progress);
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                written.heads(&heads, args)?;
                transfer.failed_with(&error);
                transfer.failed_after(heads.last_status());
                return Err(Failure::Request(error));
            }
        };
        transfer.head(&response);
        heads.push_parts(
            response.version(),
            response.status(),
            response.reason(),
            response.fields(),
        );
        self.receive(job, target, (response, &heads), offset, written, transfer)
    }

    /// Returns what holds the transfer back, until its time has passed.
    fn pace(&self) -> Option<Pace> {
        let until = self.args.time.max_time.0.and_then(|most| Instant::now().checked_add(most));
        self.args.rate.limit().map(|rate| Pace::new(rate, until))
    }

    /// Writes a response, whose head is the last of `heads`.
    fn receive(
        &self,
        job: &Job,
        target: &Target,
        (response, heads): (Response<'_>, &Heads),
        offset: u64,
        written: &mut Written,
        transfer: &mut Transfer,
    ) -> Result<(), Failure> {
        let args = self.args;
        if let Some(name) = job.name_of_server(&response, args) {
            written.output = Output::new(job.place(target, Some(name), args)?);
        }
        written.heads(heads, args)?;
        save_etag(&response, args)?;
        if let Some(path) = written.output.place().path() {
            transfer.written_to(&path.to_string_lossy());
        }
        let refused = refused(&response, args);
        if args.response.fail
            && let Some(failure) = refused
        {
            return Err(failure);
        }
        let resumed = resume::accepted(&response, offset)?;
        too_large(&response, args)?;
        if resumed == Resumed::Complete {
            return Ok(());
        }
        if is_unchanged(&response, args) {
            transfer.unchanged();
            return Ok(());
        }
        let modified = modified(&response).filter(|_| args.response.files.remote_time);
        if !args.response.head {
            self.body(response, heads, written, transfer)?;
        }
        written.complete(modified)?;
        refused.map_or(Ok(()), Err)
    }

    /// Writes the body of a response, and its trailers.
    fn body(
        &self,
        response: Response<'_>,
        heads: &Heads,
        written: &mut Written,
        transfer: &mut Transfer,
    ) -> Result<(), Failure> {
        let args = self.args;
        let progress = Progress::of(&response, written.output.place().path(), args);
        let unknown = unknown_coding(&response, args);
        let mut body = response.into_body();
        let copied = copy(&mut body, &mut written.output, progress, unknown, self.pace());
        transfer.body(&body);
        copied.map_err(|error| match error {
            Copy::Read(error) => {
                transfer.failed_with(&error);
                Failure::Request(error)
            }
            Copy::Coding(codings) => Failure::Coding(codings),
            Copy::HeldBack => Failure::HeldBack,
            Copy::Write(error) if BinaryOutput::is_in(&error) => Failure::Binary,
            Copy::Write(error) => written.failed(error),
        })?;
        // They are the end of a raw body.
        if !args.response.raw {
            heads.push_trailers(body.trailers());
        }
        written.heads(heads, args)
    }
}

impl Written {
    fn failed(&self, error: io::Error) -> Failure {
        Failure::Write(self.output.place().name().into_owned(), error)
    }

    /// Writes the lines of heads.
    fn heads(&mut self, heads: &Heads, args: &RequestArgs) -> Result<(), Failure> {
        for line in heads.take() {
            self.dump.line(&line)?;
            if args.response.shows_heads() {
                self.output.head_line(&line).map_err(|error| self.failed(error))?;
            }
        }
        Ok(())
    }

    /// Opens the output.
    fn create(&mut self) -> Result<(), Failure> {
        self.output.open().map_err(|error| self.failed(error))
    }

    /// Completes the output, which has this time if there is one.
    fn complete(&mut self, modified: Option<SystemTime>) -> Result<(), Failure> {
        self.output.complete().map_err(|error| self.failed(error))?;
        if let Some(time) = modified {
            self.output.set_modified(time).map_err(|error| self.failed(error))?;
        }
        Ok(())
    }
}

/// Returns the failure of a status of 400 or above, if the arguments ask for that.
fn refused(response: &Response<'_>, args: &RequestArgs) -> Option<Failure> {
    let fails = args.response.fail || args.response.fail_with_body;
    (fails && response.status() >= 400).then(|| {
        Failure::Status(format!(
            "{}: the server answered {} {}",
            args.outputs.capture.url(response.url().as_str()),
            response.status(),
            Printable(response.reason())
        ))
    })
}

/// Fails if the body is announced to be longer than `--max-filesize` allows.
fn too_large(response: &Response<'_>, args: &RequestArgs) -> Result<(), Failure> {
    match (args.response.max_filesize, resume::length(response)) {
        (Some(most), Some(length)) if length > most => Err(Failure::TooLarge(length, most)),
        _ => Ok(()),
    }
}

/// Returns the time of Last-Modified.
fn modified(response: &Response<'_>) -> Option<SystemTime> {
    let value = response.fields().get("Last-Modified")?;
    httpdate::parse_http_date(std::str::from_utf8(value).ok()?).ok()
}

/// Returns whether the server says that the content has not changed, or its time says so to `-z`. Then a file stays as it is.
fn is_unchanged(response: &Response<'_>, args: &RequestArgs) -> bool {
    let condition = args.message.time_cond.filter(|_| args.message.range.is_none());
    let is_met =
        condition.zip(modified(response)).is_none_or(|(condition, time)| condition.allows(time));
    response.status() == NOT_MODIFIED || !(is_met || args.response.head)
}

/// Writes the file of `--etag-save`.
fn save_etag(response: &Response<'_>, args: &RequestArgs) -> Result<(), Failure> {
    let Some(path) = &args.response.files.etag_save else { return Ok(()) };
    let etag = response.fields().get("ETag");
    let line = etag.map(|etag| [etag, b"\n"].concat()).unwrap_or_default();
    let written = if path == Path::new("-") {
        io::Write::write_all(&mut io::stdout(), &line)
    } else {
        fs::write(path, line)
    };
    written.map_err(|error| Failure::Write(path.to_string_lossy().into_owned(), error))
}

/// Returns the content codings of a response if they were to be decoded and cannot be.
fn unknown_coding(response: &Response<'_>, args: &RequestArgs) -> Option<String> {
    let fields = response.fields();
    if !args.response.compressed || args.response.raw || Codings::read(fields).is_ok() {
        return None;
    }
    let codings = fields.all("Content-Encoding").collect::<Vec<_>>().join(&b", "[..]);
    Some(Printable(&codings).to_string())
}

enum Copy {
    Read(Error),
    Coding(String),
    HeldBack,
    Write(io::Error),
}

/// Writes the body. If its content codings are `unknown`, only an empty one is not a failure.
fn copy(
    body: &mut Body<'_>,
    output: &mut Output,
    progress: Progress,
    mut unknown: Option<String>,
    mut pace: Option<Pace>,
) -> Result<(), Copy> {
    let most = pace.as_ref().map_or(usize::MAX, Pace::at_once);
    while let Some(piece) = body.next_piece().map_err(Copy::Read)? {
        if let Some(codings) = unknown.take() {
            return Err(Copy::Coding(codings));
        }
        for piece in piece.chunks(most) {
            output.write(piece).map_err(Copy::Write)?;
            progress.advance(piece.len());
            if !pace.as_mut().is_none_or(|pace| pace.pass(piece.len())) {
                return Err(Copy::HeldBack);
            }
        }
    }
    progress.complete();
    Ok(())
}
