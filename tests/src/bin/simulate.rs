//! Runs of limpid's client against its server over a simulated network with faults.
//!
//! ```sh
//! cargo run --release -p limpid-tests --bin simulate              # a million runs
//! cargo run --release -p limpid-tests --bin simulate -- 5000 100  # 100 runs, from seed 5000
//! cargo run --release -p limpid-tests --bin simulate -- 5000      # one run again, with its plan
//! ```
//!
//! The seeds of failed runs are printed with their problems. The exit code is 1 then.

use std::io::{self, Write};
use std::process::ExitCode;

use limpid_tests::simulation::{Plan, Problem, run, runs};

fn main() -> io::Result<ExitCode> {
    let numbers = std::env::args().skip(1).map(|argument| argument.parse());
    let Ok(numbers) = numbers.collect::<Result<Vec<u64>, _>>() else {
        writeln!(io::stderr(), "usage: simulate [SEED [COUNT]]")?;
        return Ok(ExitCode::from(2));
    };
    let failed = match numbers[..] {
        [seed] => {
            let plan = Plan::of(seed);
            writeln!(io::stdout(), "{plan:#?}")?;
            tell(seed, run(&plan))
        }
        [from, count] => many(from, count),
        _ => many(0, 1_000_000),
    };
    Ok(ExitCode::from(u8::from(failed)))
}

/// Plays many runs. Returns whether one fails.
fn many(from: u64, count: u64) -> bool {
    let mut failed = 0;
    runs(from..from.saturating_add(count), run, |seed, problems| {
        tell(seed, Err(problems));
        failed += 1;
    });
    // If it cannot be printed, the exit code shows the result.
    let _ = writeln!(io::stdout(), "{count} runs from seed {from}, {failed} failed");
    failed > 0
}

/// Prints the problems of a run. Returns whether there are any.
fn tell(seed: u64, result: Result<(), Vec<Problem>>) -> bool {
    let Err(problems) = result else { return false };
    for problem in problems {
        let _ = writeln!(io::stdout(), "seed {seed}: {problem:?}");
    }
    true
}
