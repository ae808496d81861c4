//! The lines of an exchange, as other libraries write them.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Mutex;

use limpid_benches::measure::repeat;
use limpid_benches::works::trace::{Buffer, JSON, LINES, OFF_DYNAMIC, told};
use limpid_benches::{Job, Outcome, Subject};
use limpid_sinks::bridge::{LogBridge, TracingBridge};
use tracing::Dispatch;
use tracing::level_filters::LevelFilter;

/// `tracing`, with lines.
pub const FMT: &str = "tracing, fmt";
/// `tracing`, with lines of JSON.
pub const TRACING_JSON: &str = "tracing, JSON";
/// `tracing` without a subscriber.
pub const TRACING_OFF: &str = "tracing, no subscriber";
/// `log`, with a logger that writes lines.
pub const LOG: &str = "log";
/// `log`, disabled.
pub const LOG_OFF: &str = "log, off";
/// limpid's events, passed to `tracing`.
pub const LIMPID_TRACING: &str = "limpid to tracing, fmt";
/// limpid's events, passed to `log`.
pub const LIMPID_LOG: &str = "limpid to log";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: OFF_DYNAMIC, peer: TRACING_OFF, run: tracing_off },
    Subject { work: OFF_DYNAMIC, peer: LOG_OFF, run: log_off },
    Subject { work: LINES, peer: FMT, run: |job| with(&fmt(), || repeat(job, 1, trace)) },
    Subject { work: LINES, peer: LOG, run: log_lines },
    Subject { work: LINES, peer: LIMPID_TRACING, run: bridged },
    Subject { work: LINES, peer: LIMPID_LOG, run: logged },
    Subject { work: JSON, peer: TRACING_JSON, run: |job| with(&json(), || repeat(job, 1, trace)) },
];

/// The fields of the response head in the lines of both.
const FIELDS: [(&str, &str); 13] = [
    ("Content-Encoding", "gzip"),
    ("Accept-Ranges", "bytes"),
    ("Age", "407727"),
    ("Cache-Control", "max-age=604800"),
    ("Content-Type", "text/html; charset=UTF-8"),
    ("Date", "Sat, 28 Sep 2024 13:27:42 GMT"),
    ("Etag", "\"3147526947+gzip\""),
    ("Expires", "Sat, 05 Oct 2024 13:27:42 GMT"),
    ("Last-Modified", "Thu, 17 Oct 2019 07:18:26 GMT"),
    ("Server", "ECAcc (dcd/7D43)"),
    ("Vary", "Accept-Encoding"),
    ("X-Cache", "HIT"),
    ("Content-Length", "0"),
];

/// The names of the events without fields.
const NAMES: [&str; 9] = [
    "send_request_headers.started",
    "send_request_headers.complete",
    "send_request_body.started",
    "send_request_body.complete",
    "receive_response_headers.started",
    "receive_response_body.started",
    "receive_response_body.complete",
    "response_closed.started",
    "response_closed.complete",
];

/// Emits the eleven events of an exchange, as a user of `tracing` would.
fn trace() {
    for name in NAMES {
        tracing::debug!(target: "httpcore.http11", request = "GET", "{name}");
    }
    let fields = std::hint::black_box(&FIELDS);
    tracing::debug!(target: "httpcore.http11", status = 200, ?fields, "receive_response_headers");
    tracing::info!(target: "httpx", method = "GET", url = "http://127.0.0.1/", status = 200);
}

/// Emits the same events, as a user of `log` would.
fn log() {
    for name in NAMES {
        log::debug!(target: "httpcore.http11", "{name} request=GET");
    }
    let fields = std::hint::black_box(&FIELDS);
    log::debug!(target: "httpcore.http11", "receive_response_headers status=200 {fields:?}");
    log::info!(target: "httpx", "HTTP Request: {} {}", "GET", "http://127.0.0.1/");
}

fn fmt() -> Dispatch {
    let lines = tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG).with_ansi(false);
    lines.with_writer(Mutex::new(Buffer::default())).finish().into()
}

fn json() -> Dispatch {
    let lines = tracing_subscriber::fmt().json().with_max_level(LevelFilter::DEBUG);
    lines.with_writer(Mutex::new(Buffer::default())).finish().into()
}

fn with(dispatch: &Dispatch, run: impl FnOnce() -> Outcome) -> Outcome {
    tracing::dispatcher::with_default(dispatch, run)
}

fn bridged(job: &Job) -> Outcome {
    with(&fmt(), || told(job, &TracingBridge::new(), || ()))
}

fn tracing_off(job: &Job) -> Outcome {
    const POINTS: u64 = 1024;
    repeat(job, POINTS, || {
        for addresses in 0..POINTS {
            tracing::debug!(target: "httpcore", addresses, "resolve");
        }
    })
}

thread_local!(static LOGGED: RefCell<Buffer> = RefCell::default());

/// Writes lines to memory.
struct Lines;

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let (level, target, message) = (record.level(), record.target(), record.args());
        LOGGED.with_borrow_mut(|lines| {
            let _ = writeln!(lines, "{level} {target} - {message}");
        });
    }

    fn flush(&self) {}
}

fn listen(level: log::LevelFilter) {
    // It fails if there is a logger, which is this one.
    let _ = log::set_logger(&Lines);
    log::set_max_level(level);
}

fn log_lines(job: &Job) -> Outcome {
    listen(log::LevelFilter::Debug);
    repeat(job, 1, log)
}

fn logged(job: &Job) -> Outcome {
    listen(log::LevelFilter::Debug);
    told(job, &LogBridge::new(), || ())
}

fn log_off(job: &Job) -> Outcome {
    const POINTS: u64 = 1024;
    listen(log::LevelFilter::Off);
    repeat(job, POINTS, || {
        for addresses in 0..POINTS {
            log::debug!(target: "httpcore", "resolve addresses={}", std::hint::black_box(addresses));
        }
    })
}
