//! Readings: the costs of an interval of work.

use std::fmt;
use std::str::FromStr;
use std::time::Instant;

use stats_alloc::{INSTRUMENTED_SYSTEM, Stats};

use crate::failure::Failure;
use crate::job::Job;
use crate::machine;

/// The result of running a subject.
pub type Outcome = Result<Reading, Failure>;

/// The costs of an interval of work.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// Units of the work, such as requests, heads, chunks or events.
    pub units: u64,
    /// Bytes of bodies that were read.
    pub bytes: u64,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Seconds of CPU in this process.
    pub user: f64,
    /// Seconds of CPU that the kernel spent for this process.
    pub system: f64,
    /// Allocations, including the growth of blocks. Zero unless the program counts them.
    pub allocations: u64,
    /// Allocated bytes.
    pub allocated: u64,
    /// The growth of the heap in bytes.
    pub heap: i64,
}

impl Reading {
    /// Returns `total` for each unit.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
    pub fn per_unit(&self, total: f64) -> f64 {
        total / self.units.max(1) as f64
    }
}

/// Writes the fields in order, separated by tabs.
impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { units, bytes, seconds, user, system, allocations, allocated, heap } = self;
        write!(f, "{units}\t{bytes}\t{seconds:.9}\t{user:.6}\t{system:.6}\t")?;
        write!(f, "{allocations}\t{allocated}\t{heap}")
    }
}

impl FromStr for Reading {
    type Err = Failure;

    fn from_str(line: &str) -> Result<Self, Failure> {
        let fields: Vec<&str> = line.trim().split('\t').collect();
        let [units, bytes, seconds, user, system, allocations, allocated, heap] = fields[..] else {
            return Err(format!("this is no reading: {line}").into());
        };
        Ok(Self {
            units: units.parse()?,
            bytes: bytes.parse()?,
            seconds: seconds.parse()?,
            user: user.parse()?,
            system: system.parse()?,
            allocations: allocations.parse()?,
            allocated: allocated.parse()?,
            heap: heap.parse()?,
        })
    }
}

/// Takes readings.
#[derive(Debug, Default)]
pub struct Meter {
    sum: Reading,
    begun: Option<Begun>,
}

#[derive(Debug)]
struct Begun {
    cpu: (f64, f64),
    heap: Stats,
    at: Instant,
}

impl Meter {
    /// Starts an interval.
    pub fn begin(&mut self) {
        let cpu = machine::cpu_time();
        self.begun = Some(Begun { cpu, heap: INSTRUMENTED_SYSTEM.stats(), at: Instant::now() });
    }

    /// Ends an interval.
    #[expect(clippy::cast_possible_wrap, reason = "no heap comes near 2^63 bytes")]
    pub fn end(&mut self) {
        let Some(Begun { cpu, heap, at }) = self.begun.take() else { return };
        self.sum.seconds += at.elapsed().as_secs_f64();
        let after = INSTRUMENTED_SYSTEM.stats();
        let live = |stats: &Stats| stats.bytes_allocated as i64 - stats.bytes_deallocated as i64;
        let count = |stats: &Stats| (stats.allocations + stats.reallocations) as u64;
        self.sum.allocations += count(&after) - count(&heap);
        self.sum.allocated += (after.bytes_allocated - heap.bytes_allocated) as u64;
        self.sum.heap += live(&after) - live(&heap);
        let (user, system) = machine::cpu_time();
        self.sum.user += user - cpu.0;
        self.sum.system += system - cpu.1;
    }

    /// Takes the reading of one interval.
    pub fn over(&mut self, work: &mut dyn FnMut()) {
        self.begin();
        measured(work);
        self.end();
    }

    /// Returns the sum of all readings.
    #[must_use]
    pub fn finish(self, units: u64, bytes: u64) -> Reading {
        Reading { units, bytes, ..self.sum }
    }
}

/// Does `work`. [`callgrind`](crate::callgrind) counts the instructions within this function.
#[inline(never)]
pub fn measured(work: &mut dyn FnMut()) {
    work();
}

/// How often work is done before the measurement.
const WARM_UP: u64 = 8;

/// Returns the turns on each connection before the measurement: few if there are many connections.
#[must_use]
pub const fn warm_up(connections: usize) -> u64 {
    if connections > 256 { 2 } else { WARM_UP }
}

/// The most turns in memory between two reads of the clock.
const STRIDE: u64 = 64;

/// Returns the reading of repeated work in memory, with `units` in a turn.
pub fn repeat(job: &Job, units: u64, mut work: impl FnMut()) -> Outcome {
    (0..WARM_UP).for_each(|_| work());
    let (mut meter, mut done) = (Meter::default(), 0);
    let mut turns = job.budget.turns(STRIDE);
    meter.over(&mut || {
        while turns.take() {
            work();
            done += units;
        }
    });
    Ok(meter.finish(done, 0))
}

/// Returns the reading of work that is done once, and returns its bytes, which are the units.
///
/// # Errors
/// The work fails.
pub fn once(mut work: impl FnMut() -> Result<u64, Failure>) -> Outcome {
    let (mut meter, mut bytes) = (Meter::default(), Ok(0));
    meter.over(&mut || bytes = work());
    let bytes = bytes?;
    Ok(meter.finish(bytes, bytes))
}

/// Returns the reading of `work` alone, with a preparation before each turn.
pub fn repeat_prepared<S>(
    job: &Job,
    units: u64,
    state: &mut S,
    prepare: impl Fn(&mut S),
    work: impl Fn(&mut S),
) -> Outcome {
    for _ in 0..WARM_UP {
        prepare(state);
        work(state);
    }
    let (mut meter, mut done) = (Meter::default(), 0);
    let mut turns = job.budget.turns(STRIDE);
    while turns.take() {
        prepare(state);
        meter.over(&mut || work(state));
        done += units;
    }
    Ok(meter.finish(done, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_round_trips() {
        let reading = Reading {
            units: 1,
            bytes: 2,
            seconds: 0.5,
            user: 0.25,
            system: 0.125,
            allocations: 3,
            allocated: 4,
            heap: -5,
        };
        assert_eq!(reading.to_string().parse::<Reading>().unwrap(), reading);
        assert!("1\t2".parse::<Reading>().is_err());
    }
}
