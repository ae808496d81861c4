//! System calls, counted by strace.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::job::Budget;
use crate::program::{Run, output};

/// Returns whether strace is installed and may trace; containers often forbid it.
#[must_use]
pub fn is_there() -> bool {
    let mut command = Command::new("strace");
    let command = command.args(["-c", "-o", "/dev/null", "true"]);
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Returns the system calls of one turn on each connection, by name: the difference between a long run and
/// a short one, which excludes what occurs once.
///
/// # Errors
/// The run or strace fails.
pub fn calls(run: &Run) -> Result<BTreeMap<String, f64>, Failure> {
    const SHORT: u32 = 50;
    const LONG: u32 = 550;
    let count = |turns: u32| {
        let mut run = run.clone();
        run.job.budget = Budget::Turns(turns.into());
        all_calls(&run)
    };
    let (short, mut long) = (count(SHORT)?, count(LONG)?);
    for (name, count) in &mut long {
        *count = (*count - short.get(name).unwrap_or(&0.0)) / f64::from(LONG - SHORT);
    }
    // The remaining fractions are occasional calls of the system.
    long.retain(|_, count| count.abs() >= 0.02);
    Ok(long)
}

/// Counts the calls of all threads, but not of other programs that are started.
fn all_calls(run: &Run) -> Result<BTreeMap<String, f64>, Failure> {
    let mut line: Vec<String> = ["strace", "-c", "-f", "-b", "execve"].map(String::from).into();
    line.extend(run.command_line());
    Ok(parse(&output(&line)?.log))
}

/// Parses the table of `strace -c`: share, seconds, microseconds per call, calls, optional errors, name.
fn parse(table: &str) -> BTreeMap<String, f64> {
    let mut calls = BTreeMap::new();
    for line in table.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ([_, _, _, count, ..], Some(name)) = (&words[..], words.last())
            && let Ok(count) = count.parse()
            && *name != "total"
        {
            calls.insert((*name).to_owned(), count);
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strace_table_is_parsed_with_and_without_errors() {
        let table = "% time     seconds  usecs/call     calls    errors syscall\n\
                     ------ ----------- ----------- --------- --------- ----------------\n \
                     60.00    0.000060           1        50        25 recvfrom\n \
                     40.00    0.000040           1        40           sendto\n\
                     ------ ----------- ----------- --------- --------- ----------------\n\
                     100.00    0.000100           1        90        25 total\n";
        let calls = parse(table);
        assert_eq!(calls.len(), 2, "{calls:?}");
        assert_eq!((calls["recvfrom"], calls["sendto"]), (50.0, 40.0));
    }
}
