//! `--retry`: further attempts of a transfer.
//!
//! Whole transfers are repeated, as curl does: also one whose body broke off, and the body of each response is written.
//! The client's policy decides, but not in the exchange, which would discard these bodies.

use std::thread;
use std::time::{Duration, Instant};

use limpid_core::trace::{Cx, EventKind, ExchangeId, Scope, Sink, TraceEvent};
use limpid_io::{Clock, RetryCause, RetryFailures, RetryPolicy, Tried};

use super::failure::Failure;
use super::fetch::Context;
use super::job::Job;
use super::target::Target;
use crate::args::RetryArgs;
use crate::report;
use crate::write_out::Transfer;

/// The first delay, which doubles before each further attempt up to the last one, as in curl.
const FIRST: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(600);

/// Transfers a URL, and again while the arguments ask for that. Decisions are events of `sink`.
pub(super) fn attempts(
    context: &Context<'_>,
    job: &Job,
    target: &Target,
    transfer: &mut Transfer,
    sink: &dyn Sink,
) -> Result<(), Failure> {
    let args = &context.args.retry;
    let (policy, start) = (policy(args), Instant::now());
    let mut retries = 0;
    loop {
        let done = context.fetch(job, target, transfer);
        if policy.most == 0 {
            return done;
        }
        let Some(cause) = cause(&done, transfer, &policy, args) else { return done };
        let exchange = transfer.exchange();
        let decided = policy.decide(cause, &Tried { exchange, retries, passed: start.elapsed() });
        emit(decided, exchange, retries, sink);
        let Ok((delay, why)) = decided else { return done };
        retries += 1;
        if !context.args.response.meter.silent {
            let (seconds, left) = (delay.as_secs_f64(), policy.most - retries);
            report::print_note(&format_args!(
                "{why}; the next attempt is in {seconds} s, and {left} more may follow"
            ));
        }
        thread::sleep(delay);
        *transfer = job.transfer(context.args);
    }
}

/// Returns the policy that the arguments ask for.
fn policy(args: &RetryArgs) -> RetryPolicy {
    let fixed = args.retry_delay.and_then(|delay| delay.0);
    RetryPolicy::with(|policy| {
        policy.most = args.retries;
        policy.failures = RetryFailures::TIMEOUTS | RetryFailures::LOOKUPS;
        if args.retry_connrefused {
            policy.failures = policy.failures | RetryFailures::REFUSED;
        }
        (policy.delay, policy.max_delay) = (fixed.unwrap_or(FIRST), fixed.unwrap_or(LAST));
        policy.max_retry_after = None;
        policy.jitter = false;
        policy.total = args.retry_max_time.and_then(|most| most.0);
    })
}

/// Returns why a transfer may be repeated, if it may.
fn cause<'t>(
    done: &Result<(), Failure>,
    transfer: &'t Transfer,
    policy: &RetryPolicy,
    args: &RetryArgs,
) -> Option<RetryCause<'t>> {
    if let (Ok(()) | Err(Failure::Status(_)), Some((status, fields))) = (done, transfer.answer())
        && policy.statuses.contains(&status)
    {
        return Some(RetryCause::Response(status, fields));
    }
    let failure = done.as_ref().err()?;
    if args.retry_all_errors {
        return Some(RetryCause::Other("every failure is to be retried"));
    }
    let Failure::Request(error) = failure else { return None };
    Some(RetryCause::Failure(error.exchange()?.cause))
}

/// Emits a decision.
fn emit(
    decided: Result<(Duration, &'static str), &'static str>,
    exchange: ExchangeId,
    retries: u32,
    sink: &dyn Sink,
) {
    let (delay, why) = match decided {
        Ok((delay, why)) => (Some(delay), why),
        Err(why) => (None, why),
    };
    let (again, retries) = (delay.is_some(), retries.into());
    let mut scope = Scope::exchange(exchange);
    Cx::new(Clock::start().now(), &sink, &mut scope).emit(EventKind::RequestRetryDecided, || {
        TraceEvent::RequestRetryDecided { again, delay, retries, why }
    });
}
