//! Many runs.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use super::plan::Plan;
use super::problem::Problem;

/// The result of a run.
type Outcome = Result<(), Vec<Problem>>;

/// Plays the runs of these seeds with `run`, on all processors, and calls `failed` for each that fails.
pub fn runs(
    seeds: Range<u64>,
    run: impl Fn(&Plan) -> Outcome + Sync,
    mut failed: impl FnMut(u64, Vec<Problem>),
) {
    let next = AtomicU64::new(seeds.start);
    let play = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= seeds.end {
            return None;
        }
        if let Err(problems) = run(&Plan::of(seed)) {
            return Some((seed, problems));
        }
    };
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let sender = sender.clone();
            // The receiver exists until all threads have ended.
            scope.spawn(|| std::iter::from_fn(play).try_for_each(move |found| sender.send(found)));
        }
        drop(sender);
        for (seed, problems) in receiver {
            failed(seed, problems);
        }
    });
}
