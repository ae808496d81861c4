//! A command that fails as it should.

use limpid_tests::command::Finished;

use crate::common::finished;

/// How an exchange ends after its request was sent, or could not be.
pub(crate) const RESPONSE_CLOSED: [&str; 2] =
    ["httpcore.http11 - response_closed.started", "httpcore.http11 - response_closed.complete"];

/// What a failing command says.
#[derive(Debug)]
pub(crate) struct Failing {
    /// The one line, after `limpid: (CODE) `.
    pub(crate) line: String,
    /// With `-v`: the trace from the operation that failed on, without levels and times.
    pub(crate) trace: Vec<String>,
}

impl Failing {
    /// Runs the command twice, without and with `-v`: both times it ends with this code.
    pub(crate) fn with(code: i32, arguments: &[&str]) -> Self {
        let silent = finished(arguments);
        let quiet = one_line(code, &silent);
        let verbose = finished(["-v"].iter().chain(arguments));
        assert_eq!(verbose.code, code, "{}", verbose.stderr);
        assert!(!verbose.stderr.contains("panicked"), "{}", verbose.stderr);
        let mut trace: Vec<&str> = verbose.stderr.lines().collect();
        let last = trace.pop().unwrap();
        assert_eq!(last, format!("limpid: ({code}) {quiet}"));
        let failed = |line: &&str| line.contains(".failed");
        let trace: Vec<String> = trace
            .iter()
            .map(|line| line.split_once("] ").unwrap().1)
            .skip_while(|line| !failed(line))
            .map(str::to_owned)
            .collect();
        let kept: Vec<&str> = kept(&silent).skip_while(|line| !failed(line)).collect();
        assert_eq!(kept, trace, "without -v, what led to the failure is told after it");
        Self { line: quiet, trace }
    }

    /// Checks the trace: this operation failed, and nothing follows.
    pub(crate) fn ends_with(&self, failed: &str) {
        assert_eq!(self.trace, [failed]);
    }

    /// Checks the trace: this operation failed, and the response is closed.
    pub(crate) fn closes_after(&self, failed: &str) {
        assert_eq!(self.trace, [&[failed], &RESPONSE_CLOSED[..]].concat());
    }

    /// Checks that the line says all this.
    pub(crate) fn says(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.line.contains(part), "{part:?} is missing: {}", self.line);
        }
    }
}

/// The one line of a command that failed with this code, without its beginning.
pub(crate) fn one_line(code: i32, finished: &Finished) -> String {
    let Finished { code: ended_with, stderr, .. } = finished;
    assert_eq!(*ended_with, code, "{stderr}");
    let first = stderr.lines().next().unwrap_or_default();
    assert_eq!(stderr.lines().count() - kept(finished).count(), 1, "{stderr}");
    let line = first.strip_prefix(&format!("limpid: ({code}) "));
    line.unwrap_or_else(|| panic!("{stderr}")).to_owned()
}

/// The lines that led to the failure, without levels and times.
pub(crate) fn kept(finished: &Finished) -> impl Iterator<Item = &str> {
    let kept = finished.stderr.lines().filter_map(|line| line.strip_prefix("    "));
    kept.map(|line| line.split_once("] ").unwrap().1)
}
