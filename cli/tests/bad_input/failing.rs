//! A command that fails as expected.

use limpid_tests::command::Finished;

use crate::common::finished;

/// The end of an exchange after its request was sent, or could not be.
pub(crate) const RESPONSE_CLOSED: [&str; 2] =
    ["httpcore.http11 - response_closed.started", "httpcore.http11 - response_closed.complete"];

/// The output of a failing command.
#[derive(Debug)]
pub(crate) struct Failing {
    /// The message after `limpid: (CODE) `.
    pub(crate) line: String,
    /// The trace with `-v` from the failed operation on, without levels and times.
    pub(crate) trace: Vec<String>,
}

/// Returns a message without numbers: that of an expired certificate has the seconds since then.
fn without_numbers(message: &str) -> String {
    message.chars().filter(|c| !c.is_ascii_digit()).collect()
}

impl Failing {
    /// Runs the command without and with `-v`, and checks both exit codes.
    pub(crate) fn with(code: i32, arguments: &[&str]) -> Self {
        let silent = finished(arguments);
        let quiet = one_line(code, &silent);
        let verbose = finished(["-v"].iter().chain(arguments));
        assert_eq!(verbose.code, code, "{}", verbose.stderr);
        assert!(!verbose.stderr.contains("panicked"), "{}", verbose.stderr);
        let mut trace: Vec<&str> = verbose.stderr.lines().collect();
        let last = trace.pop().unwrap();
        assert_eq!(without_numbers(last), without_numbers(&format!("limpid: ({code}) {quiet}")));
        let failed = |line: &&str| line.contains(".failed");
        let trace: Vec<String> = trace
            .iter()
            .map(|line| line.split_once("] ").unwrap().1)
            .skip_while(|line| !failed(line))
            .map(str::to_owned)
            .collect();
        let kept: Vec<&str> = kept(&silent).skip_while(|line| !failed(line)).collect();
        assert_eq!(kept, trace, "without -v, the lines of the failed request follow the message");
        Self { line: quiet, trace }
    }

    /// Checks that the trace ends with this failed operation.
    pub(crate) fn ends_with(&self, failed: &str) {
        assert_eq!(self.trace, [failed]);
    }

    /// Checks that the trace ends with this failed operation and the close of the response.
    pub(crate) fn closes_after(&self, failed: &str) {
        assert_eq!(self.trace, [&[failed], &RESPONSE_CLOSED[..]].concat());
    }

    /// Checks that nothing was begun.
    pub(crate) fn logs_nothing(&self) {
        assert!(self.trace.is_empty(), "{:?}", self.trace);
    }

    /// Checks that the message contains all parts.
    pub(crate) fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.line.contains(part), "{part:?} is missing: {}", self.line);
        }
    }
}

/// Returns the message of a command that failed with this code, without its beginning.
pub(crate) fn one_line(code: i32, finished: &Finished) -> String {
    let Finished { code: ended_with, stderr, .. } = finished;
    assert_eq!(*ended_with, code, "{stderr}");
    let first = stderr.lines().next().unwrap_or_default();
    assert_eq!(stderr.lines().count() - kept(finished).count(), 1, "{stderr}");
    let line = first.strip_prefix(&format!("limpid: ({code}) "));
    line.unwrap_or_else(|| panic!("{stderr}")).to_owned()
}

/// Returns the trace after the message, without levels and times.
pub(crate) fn kept(finished: &Finished) -> impl Iterator<Item = &str> {
    let kept = finished.stderr.lines().filter_map(|line| line.strip_prefix("    "));
    kept.map(|line| line.split_once("] ").unwrap().1)
}
