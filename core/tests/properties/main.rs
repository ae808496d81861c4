//! What holds for all bytes, not only for examples.

#![cfg(test)]

mod bytes;
mod httparse;
mod reading;
mod round_trip;

use proptest::test_runner::{Config, RngSeed};

/// Every run tries the same cases: a failure found once is found again.
fn config(cases: u32) -> Config {
    Config {
        cases,
        rng_seed: RngSeed::Fixed(0x1e57),
        failure_persistence: None,
        ..Config::default()
    }
}
