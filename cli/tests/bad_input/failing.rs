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
        let quiet = one_line(code, &finished(arguments));
        let verbose = finished(["-v"].iter().chain(arguments));
        assert_eq!(verbose.code, code, "{}", verbose.stderr);
        assert!(!verbose.stderr.contains("panicked"), "{}", verbose.stderr);
        let mut trace: Vec<&str> = verbose.stderr.lines().collect();
        let last = trace.pop().unwrap();
        assert_eq!(last, format!("limpid: ({code}) {quiet}"));
        let trace = trace
            .iter()
            .map(|line| line.split_once("] ").unwrap().1.to_owned())
            .skip_while(|line| !line.contains(".failed"))
            .collect();
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
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let line = stderr.strip_prefix(&format!("limpid: ({code}) "));
    line.unwrap_or_else(|| panic!("{stderr}")).trim_end().to_owned()
}
