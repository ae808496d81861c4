//! `--retry`: further attempts of a transfer.
//!
//! A policy of the client retries until there is a response. Here whole transfers are repeated, as curl does: also one
//! whose body broke off, and the body of each response is written.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use limpid_core::error::{Cause, OsErrorKind};

use super::failure::Failure;
use super::fetch::Context;
use super::job::Job;
use super::target::Target;
use crate::args::RetryArgs;
use crate::exit::Exit;
use crate::report;
use crate::write_out::Transfer;

/// The first delay, which doubles before each further attempt up to the last one, as in curl.
const FIRST: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(600);

/// The statuses after which a transfer is repeated.
const STATUSES: [u16; 6] = [408, 429, 500, 502, 503, 504];

/// Transfers a URL, and again while the arguments ask for that.
pub(super) fn attempts(
    context: &Context<'_>,
    job: &Job,
    target: &Target,
    transfer: &mut Transfer,
) -> Result<(), Failure> {
    let args = &context.args.retry;
    let (start, mut left, mut delay) = (Instant::now(), args.retries, FIRST);
    loop {
        let done = context.fetch(job, target, transfer);
        if left == 0 {
            return done;
        }
        let Some(why) = reason(&done, transfer, args) else { return done };
        let asked = retry_after(transfer).filter(|_| why == Reason::Status);
        let fixed = args.retry_delay.and_then(|delay| delay.0);
        let wait = asked.or(fixed).unwrap_or(delay);
        if let Some(most) = args.retry_max_time.and_then(|most| most.0) {
            let passed = start.elapsed();
            if passed >= most || asked.is_some_and(|asked| passed + asked > most) {
                return done;
            }
        }
        left -= 1;
        if !context.args.response.meter.silent {
            note(why, wait, left);
        }
        thread::sleep(wait);
        delay = (delay * 2).min(LAST);
        *transfer = job.transfer(context.args);
    }
}

/// Why a transfer is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Status,
    Transient,
    Refused,
    Failed,
}

fn note(why: Reason, wait: Duration, left: u32) {
    let why = match why {
        Reason::Status => "the server is not ready",
        Reason::Transient => "a time limit was reached, or the host name was not resolved",
        Reason::Refused => "the connection was refused",
        Reason::Failed => "the transfer failed",
    };
    let seconds = wait.as_secs_f64();
    report::print_note(&format_args!(
        "{why}; the next attempt is in {seconds} s, and {left} more may follow"
    ));
}

/// Returns why a transfer is to be repeated, if it is.
fn reason(done: &Result<(), Failure>, transfer: &Transfer, args: &RetryArgs) -> Option<Reason> {
    let status = transfer.status().is_some_and(|status| STATUSES.contains(&status));
    match done {
        Ok(()) | Err(Failure::Status(_)) if status => Some(Reason::Status),
        Ok(()) => None,
        Err(failure) => match failure.exit() {
            Exit::Timeout | Exit::Resolve | Exit::ResolveProxy => Some(Reason::Transient),
            _ if args.retry_connrefused && is_refused(failure) => Some(Reason::Refused),
            _ if args.retry_all_errors => Some(Reason::Failed),
            _ => None,
        },
    }
}

fn is_refused(failure: &Failure) -> bool {
    let Failure::Request(error) = failure else { return false };
    let cause = error.exchange().map(|error| error.cause);
    matches!(cause, Some(Cause::Os(error)) if error.kind == OsErrorKind::Refused)
}

/// Returns the delay that the response asks for (RFC 9110 section 10.2.3).
fn retry_after(transfer: &Transfer) -> Option<Duration> {
    let value = std::str::from_utf8(transfer.field("Retry-After")?).ok()?;
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds)).filter(|delay| !delay.is_zero());
    }
    let date = httpdate::parse_http_date(value).ok()?;
    date.duration_since(SystemTime::now()).ok()
}
