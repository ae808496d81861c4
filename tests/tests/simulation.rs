//! limpid's client against its server, over a simulated network with faults.

#![cfg(test)]

use limpid_tests::simulation::{run, run_recorded, run_redacted, runs};

/// The number of runs; the command `simulate` plays more.
const RUNS: u64 = 2_000;
/// The number of runs that are also recorded and replayed.
const RECORDED: u64 = 500;
/// The number of runs that are recorded without secrets and bodies.
const REDACTED: u64 = 100;

#[test]
fn runs_complete_without_hang_or_lost_byte_and_are_replayed() {
    let mut failed = Vec::new();
    // Recordings take most of the time.
    runs(0..RECORDED, run_recorded, |seed, problems| failed.push((seed, problems)));
    runs(RECORDED..RUNS, run, |seed, problems| failed.push((seed, problems)));
    assert!(failed.is_empty(), "{} of {RUNS} runs failed: {failed:#?}", failed.len());
}

#[test]
fn runs_without_secrets_and_bodies_are_replayed_as_they_are_shown() {
    let mut failed = Vec::new();
    runs(0..REDACTED, run_redacted, |seed, problems| failed.push((seed, problems)));
    assert!(failed.is_empty(), "{} runs failed: {failed:#?}", failed.len());
}
