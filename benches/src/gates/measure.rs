//! Counting for a gate.

use std::fmt;
use std::path::PathBuf;

use super::count::Count;
use super::list::{Gate, Server};
use crate::failure::Failure;
use crate::job::{Budget, Job};
use crate::program::{NO_SERVER, Run};
use crate::responder::{Answer, Responder};
use crate::subject::LIMPID;
use crate::{callgrind, strace};

/// A count for each unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The kind of count.
    pub count: Count,
    /// The count, or the missing tool.
    pub actual: Result<f64, Missing>,
}

/// Why a count is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// valgrind is not installed.
    Valgrind,
    /// strace is not installed, or may not trace.
    Strace,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Valgrind => "skipped: there is no valgrind",
            Self::Strace => "skipped: there is no strace that may trace",
        })
    }
}

/// The processor that a gate's client and server share.
const PROCESSOR: usize = 0;

/// The available tools.
#[derive(Clone, Debug)]
pub struct Tools {
    /// The program that runs the subjects. It counts allocations itself.
    pub program: PathBuf,
    /// Whether valgrind is available.
    pub valgrind: bool,
    /// Whether strace is available and may trace.
    pub strace: bool,
}

impl Tools {
    /// Finds the tools.
    ///
    /// # Errors
    /// The path of this program is unknown.
    pub fn find() -> Result<Self, Failure> {
        Ok(Self {
            program: std::env::current_exe()?,
            valgrind: callgrind::is_there(),
            strace: strace::is_there(),
        })
    }

    /// Counts for a gate.
    ///
    /// # Errors
    /// The work or a tool fails.
    pub fn measure(&self, gate: &Gate) -> Result<Vec<Measured>, Failure> {
        let responder = match gate.server {
            Server::None | Server::Itself => None,
            Server::Answers => Some(Responder::start(Answer::with_length(1024), PROCESSOR)?),
            Server::Holds => {
                Some(Responder::holding(Answer::with_length(1024), PROCESSOR, gate.connections)?)
            }
        };
        let run = Run {
            program: self.program.clone(),
            work: gate.work.to_owned(),
            peer: LIMPID.to_owned(),
            job: Job {
                server: responder.as_ref().map_or(NO_SERVER, |responder| responder.address),
                connections: gate.connections,
                budget: Budget::Turns(gate.turns),
                ca: None,
            },
            // On the server's processor, the server answers only while the client waits, so counts
            // repeat.
            processor: Some(PROCESSOR),
        };
        let count = if gate.server == Server::Itself { Self::count_loaded } else { Self::count };
        let measured = |what| Ok(Measured { count: what, actual: count(self, what, &run)? });
        gate.counts.iter().copied().map(measured).collect()
    }

    /// Counts for a server, as differences, to exclude what occurs once.
    #[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
    fn count_loaded(&self, count: Count, run: &Run) -> Result<Result<f64, Missing>, Failure> {
        const TURNS: u64 = 500;
        let after = |turns| {
            let mut run = run.clone();
            run.job.budget = Budget::Turns(turns);
            run.reading()
        };
        let (short, long) = (after(TURNS)?, after(2 * TURNS)?);
        let requests = (long.units - short.units) as f64;
        let a_turn = requests / TURNS as f64;
        Ok(match count {
            Count::Instructions if self.valgrind => {
                Ok(callgrind::instructions_per_turn(run)? / a_turn)
            }
            Count::Instructions => Err(Missing::Valgrind),
            Count::SystemCalls if self.strace => {
                Ok(strace::calls(run)?.values().sum::<f64>() / a_turn)
            }
            Count::SystemCalls => Err(Missing::Strace),
            Count::Allocations => {
                // Allocations at the start of a process vary, and only add to the longer run, so
                // the minimum of several differences counts.
                let mut least = f64::INFINITY;
                for _ in 0..3 {
                    let (short, long) = (after(TURNS)?, after(2 * TURNS)?);
                    let more = long.allocations as f64 - short.allocations as f64;
                    least = least.min(more.max(0.0) / requests);
                }
                Ok(least)
            }
            Count::HeapBytes => Ok((long.heap - short.heap) as f64 / requests),
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
    fn count(&self, count: Count, run: &Run) -> Result<Result<f64, Missing>, Failure> {
        Ok(match count {
            Count::Instructions if !self.valgrind => Err(Missing::Valgrind),
            Count::SystemCalls if !self.strace => Err(Missing::Strace),
            Count::Instructions => {
                // The number of units in a turn is known from a run at full speed. Responses to
                // several connections that arrive together cost one wake-up. How many do so
                // varies, and only adds to the count, so the minimum of several runs counts. With
                // few connections the variation has more effect.
                let runs = match run.job.connections {
                    0 | 1 => 1,
                    2..=64 => 15,
                    _ => 5,
                };
                let mut least = f64::INFINITY;
                for _ in 0..runs {
                    let per_unit = run.reading()?.per_unit(callgrind::instructions(run)? as f64);
                    least = least.min(per_unit);
                }
                Ok(least)
            }
            Count::Allocations => {
                let reading = run.reading()?;
                Ok(reading.per_unit(reading.allocations as f64))
            }
            Count::HeapBytes => {
                let reading = run.reading()?;
                Ok(reading.per_unit(reading.heap as f64))
            }
            Count::SystemCalls => {
                let calls: f64 = strace::calls(run)?.values().sum();
                Ok(calls / run.job.connections as f64)
            }
        })
    }
}
