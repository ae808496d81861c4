//! The command in its own process.

// Each test file is a separate crate and uses some of these.
#![allow(dead_code)]

use std::ffi::OsStr;
use std::process::Command;

use limpid_tests::command::{Finished, run};

/// Returns the command with these arguments.
pub(crate) fn limpid(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_limpid"));
    command.args(arguments);
    command
}

/// Runs the command until it exits.
pub(crate) fn finished(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Finished {
    run(&mut limpid(arguments), b"").unwrap()
}

/// Runs the command, which must succeed without output on standard error. Returns its output.
pub(crate) fn output(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> String {
    output_with(arguments, b"")
}

/// Does the same with standard input.
pub(crate) fn output_with(
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    input: &[u8],
) -> String {
    let finished = run(&mut limpid(arguments), input).unwrap();
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""));
    String::from_utf8(finished.stdout).unwrap()
}
