//! The client of golden scenarios: it sends the requests of its arguments in sequence over one client, with
//! the documented lines on standard error, or where `--log-config` directs.
//!
//! [`Arguments`] describes the arguments. A failed request prints a line `error: ...` and does not stop the
//! others.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use limpid_core::trace::Capture;
use limpid_io::SharedSink;
use limpid_sinks::{LineSink, Logging, LoggingConfig};
use limpid_test::suite::{Arguments, Driver as _, Host};
use limpid_tests::golden::Driver;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error);
            ExitCode::from(2)
        }
    }
}

fn run() -> io::Result<()> {
    let arguments = Arguments::read(env::args().skip(1))?;
    let driver: Driver = arguments.driver.parse()?;
    let class = driver.stream_class();
    let sink: SharedSink = match &arguments.log_config {
        None => {
            let sink = LineSink::stderr().profile(arguments.profile);
            Some(Arc::new(sink.capture(Capture::Private).stream_class(class)))
        }
        Some(file) => {
            let config = LoggingConfig::from_file(file).map_err(io::Error::other)?;
            let logging = Logging::with_profile(config, arguments.profile);
            let logging = logging.map_err(io::Error::other)?;
            Some(Arc::new(logging.capture(Capture::Private).stream_class(class)))
        }
    };
    let mut plan = arguments.into_plan();
    plan.settings.sink = sink;
    driver.send(plan, &Host::Loopback, |error| say(&error)).map(drop)
}

/// Prints an error, which is not a log line.
fn say(error: &dyn std::error::Error) {
    // There is no output for a failure of standard error.
    let _ = writeln!(io::stderr(), "error: {error}");
}
