//! limpid's client against its server, over a simulated network with faults.

#![cfg(test)]

use limpid_tests::simulation::{run_recorded, run_redacted, runs};

/// The number of runs; the command `simulate` plays more.
const RUNS: u64 = 2_000;

#[test]
fn runs_complete_without_hang_or_lost_byte_and_are_replayed() {
    let mut failed = Vec::new();
    runs(0..RUNS, run_recorded, |seed, problems| failed.push((seed, problems)));
    assert!(failed.is_empty(), "{} of {RUNS} runs failed: {failed:#?}", failed.len());
}

#[test]
fn runs_without_secrets_and_bodies_are_replayed_as_they_are_shown() {
    let mut failed = Vec::new();
    runs(0..300, run_redacted, |seed, problems| failed.push((seed, problems)));
    assert!(failed.is_empty(), "{} runs failed: {failed:#?}", failed.len());
}
