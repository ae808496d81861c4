//! Instructions, counted by valgrind's callgrind. No other load on the machine changes the count.
//!
//! valgrind is run as it is: what wraps it for benchmarks in Rust needs a second program of exactly
//! its own version, and adds nothing to one number.
//!
//! The kernel's instructions are not counted, and `rep movsb` counts once for each byte.

use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::job::Budget;
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
    collect(&["--toggle-collect=limpid_benches::measure::measured*"], run)
}

/// How many instructions one turn on each connection takes: the difference between a long run and a
/// short one, for work that others' threads do.
///
/// # Errors
/// A run fails, or valgrind does.
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
