//! Instructions, counted by valgrind's callgrind. The load of the machine does not affect the count.
//!
//! valgrind is run directly: the wrappers for benchmarks in Rust need a second program of exactly their
//! version, and add nothing to one number.
//!
//! The kernel's instructions are not counted, and `rep movsb` counts once for each byte.

use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::job::Budget;
use crate::program::{Run, output};

/// Returns whether valgrind is installed.
#[must_use]
pub fn is_there() -> bool {
    let mut command = Command::new("valgrind");
    let command = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Returns how many instructions the measured part of a run takes, in all threads.
///
/// # Errors
/// The run or valgrind fails.
pub fn instructions(run: &Run) -> Result<u64, Failure> {
    collect(&["--toggle-collect=limpid_benches::measure::measured*"], run)
}

/// Returns how many instructions one turn on each connection takes: the difference between a long run and a
/// short one, for work in the threads of a library.
///
/// # Errors
/// A run or valgrind fails.
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
pub fn instructions_per_turn(run: &Run) -> Result<f64, Failure> {
    const SHORT: u32 = 20;
    const LONG: u32 = 420;
    let total = |turns: u32| {
        let mut run = run.clone();
        run.job.budget = Budget::Turns(turns.into());
        collect(&[], &run)
    };
    Ok((total(LONG)? as f64 - total(SHORT)? as f64) / f64::from(LONG - SHORT))
}

fn collect(options: &[&str], run: &Run) -> Result<u64, Failure> {
    let always = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
    let mut line: Vec<String> = always.iter().chain(options).map(ToString::to_string).collect();
    line.extend(run.command_line());
    let log = output(&line)?.log;
    let collected = log.lines().find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.ok_or_else(|| format!("callgrind tells no count: {log}"))?;
    Ok(count.trim().parse()?)
}
