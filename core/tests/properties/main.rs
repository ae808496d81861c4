//! Properties that hold for arbitrary bytes.

#![cfg(test)]

mod bytes;
mod reading;
mod round_trip;

use proptest::test_runner::{Config, RngSeed};

/// Returns a configuration that runs the same cases each time, so that failures are reproducible.
fn config(cases: u32) -> Config {
    Config {
        cases,
        rng_seed: RngSeed::Fixed(0x1e57),
        failure_persistence: None,
        ..Config::default()
    }
}
