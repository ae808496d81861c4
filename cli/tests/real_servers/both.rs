//! The command over each driver, which must behave alike.

use std::ffi::OsStr;

use limpid_tests::command::Finished;

use crate::common;

/// Runs the command over both drivers and checks that both have the same result and output.
pub(crate) fn finished(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Finished {
    let arguments: Vec<_> =
        arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
    let [blocking, other] = ["std", "tokio"].map(|driver| {
        let driver = ["--driver", driver].map(OsStr::new);
        common::finished(driver.into_iter().chain(arguments.iter().map(AsRef::as_ref)))
    });
    assert_eq!(blocking.code, other.code, "{}{}", blocking.stderr, other.stderr);
    assert!(undated(&blocking.stdout) == undated(&other.stdout), "{arguments:?}");
    assert_eq!(lines(&blocking), lines(&other), "{}{}", blocking.stderr, other.stderr);
    blocking
}

/// Runs the command, which must succeed without output on standard error. Returns its output.
pub(crate) fn output(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    let finished = finished(arguments);
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""));
    String::from_utf8(finished.stdout).unwrap()
}

/// Returns the output without its `Date` fields, since a second may pass between the runs.
fn undated(output: &[u8]) -> Vec<u8> {
    let dated =
        |line: &&[u8]| line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"date:"));
    output
        .split_inclusive(|&byte| byte == b'\n')
        .filter(|line| !dated(line))
        .flatten()
        .copied()
        .collect()
}

fn lines(finished: &Finished) -> usize {
    finished.stderr.lines().count()
}
