//! The same subjects with a counting allocator, which is too slow for timing.

use std::alloc::System;

use limpid_benches::Failure;
use limpid_benches::program::run_subject;
use limpid_peers::peers;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if run_subject(&arguments, &peers::subjects())? {
        return Ok(());
    }
    Err("this program is run by limpid-peers".into())
}
