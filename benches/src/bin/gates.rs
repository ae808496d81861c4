//! Counts the costs of limpid and compares them with `gates.toml` and with `baseline.toml`:
//!
//! ```text
//! limpid-gates [--bless] [NAME...]
//! ```
//!
//! Built with the feature `cross-check`, it counts the gates of that feature, else the others.

use std::alloc::System;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use limpid_benches::gates::{Baseline, FOLDER, GATES, Gate, Numbers, Tools, Verdict};
use limpid_benches::program::{output, run_subject};
use limpid_benches::{Failure, load, machine, works};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<ExitCode, Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if run_subject(&arguments, &[works::subjects(), load::SUBJECTS.to_vec()].concat())? {
        return Ok(ExitCode::SUCCESS);
    }
    machine::allow_many_files();
    let (options, names): (Vec<String>, _) =
        arguments.into_iter().partition(|argument| argument.starts_with('-'));
    let bless = match &options[..] {
        [] => false,
        [option] if option == "--bless" => true,
        _ => return Err("usage: limpid-gates [--bless] [NAME...]".into()),
    };
    let gates = chosen(&names)?;
    let exceeded = check(&gates, bless)?;
    Ok(if exceeded { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Returns the gates of these names, or all without names.
fn chosen(names: &[String]) -> Result<Vec<&'static Gate>, Failure> {
    let gates = || GATES.iter().filter(|gate| gate.cross_check == cfg!(feature = "cross-check"));
    if names.is_empty() {
        return Ok(gates().collect());
    }
    let find = |name: &String| {
        let gate = gates().find(|gate| gate.name == name);
        gate.ok_or_else(|| format!("there is no gate {name}").into())
    };
    names.iter().map(find).collect()
}

/// Counts, prints the results, and rewrites the numbers with `bless`. Returns whether a gate was exceeded.
fn check(gates: &[&Gate], bless: bool) -> Result<bool, Failure> {
    let (tools, started) = (Tools::find()?, Instant::now());
    let compiler = output(&["rustc".into(), "--version".into()]);
    let compiler = compiler.map_or_else(|_| String::new(), |output| output.result.trim().into());
    let (folder, baseline) = (Path::new(FOLDER), Baseline::load()?);
    let mut numbers = Numbers::load(folder)?;
    let (mut out, mut failed) = (io::stdout(), 0);
    if numbers.compiler != compiler && !bless {
        let made = &numbers.compiler;
        writeln!(out, "the numbers are those of {made}; this is {}", compiler)?;
    }
    let (actual, number, fixed) = ("actual", "gate", Baseline::COMMIT);
    writeln!(out, "{:<22} {:<14} {actual:>12} {number:>12} {fixed:>12}", "gate", "count")?;
    for gate in gates {
        for measured in tools.measure(gate)? {
            let (name, count) = (gate.name, measured.count);
            let actual = match measured.actual {
                Ok(actual) => actual,
                Err(missing) => {
                    writeln!(out, "{name:<22} {count:<14} {missing}")?;
                    continue;
                }
            };
            if bless {
                numbers.set(name, count, actual);
            }
            let number = numbers.get(name, count);
            let (verdict, holds) =
                (Verdict::of(actual, number), baseline.holds(name, count, actual));
            failed += u32::from(verdict.fails() || !holds);
            let (number, fixed) = (shown(number), shown(baseline.get(name, count)));
            write!(
                out,
                "{name:<22} {count:<14} {actual:>12.2} {number:>12} {fixed:>12} {verdict}"
            )?;
            writeln!(out, "{}", if holds { "" } else { "; WORSE THAN THE BASELINE" })?;
        }
    }
    writeln!(out, "{failed} exceeded, in {} s", started.elapsed().as_secs())?;
    if bless {
        numbers.compiler = compiler;
        numbers.bless(folder)?;
    }
    Ok(failed > 0)
}

/// Formats a number for a column.
fn shown(number: Option<f64>) -> String {
    number.map_or_else(|| "-".into(), |number| format!("{number:.2}"))
}
