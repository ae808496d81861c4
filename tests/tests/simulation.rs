//! Our client against our server, over a network in which everything goes wrong.

#![cfg(test)]

use limpid_tests::simulation::runs;

/// How many runs there are here; the command `simulate` plays more.
const RUNS: u64 = 2_000;

#[test]
fn nothing_hangs_and_no_byte_is_lost_whatever_the_network_does() {
    let mut failed = Vec::new();
    runs(0..RUNS, |seed, problems| failed.push((seed, problems)));
    assert!(failed.is_empty(), "{} of {RUNS} runs failed: {failed:#?}", failed.len());
}
