//! Instructions, counted by valgrind's callgrind. No other load on the machine changes the count.
//!
//! valgrind is run as it is: what wraps it for benchmarks in Rust needs a second program of exactly
//! its own version, and adds nothing to one number.
//!
//! The kernel's instructions are not counted, and `rep movsb` counts once for each byte.

use std::process::{Command, Stdio};

use crate::Failure;
use crate::program::{Run, output};

/// Whether there is a valgrind.
#[must_use]
pub fn is_there() -> bool {
    let mut command = Command::new("valgrind");
    let command = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// How many instructions the measured part of a run takes, all threads together.
///
/// # Errors
/// It fails, or valgrind does.
pub fn instructions(run: &Run) -> Result<u64, Failure> {
    let options = [
        "valgrind",
        "--tool=callgrind",
        "--toggle-collect=limpid_benches::measure::measured*",
        "--callgrind-out-file=/dev/null",
    ];
    let mut line: Vec<String> = options.map(String::from).into();
    line.extend(run.command_line());
    let log = output(&line)?.log;
    let collected = log.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.ok_or_else(|| format!("callgrind tells no count: {log}"))?;
    Ok(count.trim().parse()?)
}
