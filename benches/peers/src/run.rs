//! Runs the subjects of a case: timed in interleaved rounds, and counted once.

use std::path::{Path, PathBuf};

use limpid_benches::program::{NO_SERVER, Run};
use limpid_benches::responder::{Answer, Responder};
use limpid_benches::{Budget, Failure, Job, Reading, callgrind, strace};

use crate::case::{Case, Server, Shows};
use crate::options::Options;
use crate::tls::TlsResponder;

/// The measurements of a case.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The case.
    pub case: Case,
    /// Its subjects, the limit first.
    pub rows: Vec<Row>,
}

/// The measurements of a subject.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its work.
    pub work: &'static str,
    /// Its peer.
    pub peer: &'static str,
    /// One reading for each round.
    pub readings: Vec<Reading>,
    /// The counts, taken with a slower allocator.
    pub counted: Option<Reading>,
    /// Instructions for each unit.
    pub instructions: Option<f64>,
    /// System calls for each unit.
    pub calls: Option<f64>,
}

/// The programs and tools of the measurement.
#[derive(Clone, Debug)]
pub struct Bench {
    options: Options,
    timing: PathBuf,
    counting: PathBuf,
    valgrind: bool,
    strace: bool,
}

/// The processor of the subject; that of the other end is [`OTHER`].
const SUBJECT: usize = 0;
const OTHER: usize = 1;

/// The server of a case, while it runs.
enum Running {
    NoServer,
    Plain(Responder),
    Tls(Box<TlsResponder>),
}

impl Running {
    fn start(case: &Case, server: Server) -> Result<Self, Failure> {
        let processor = if case.same_core { SUBJECT } else { OTHER };
        let plain = |answer| Ok(Self::Plain(Responder::start(answer, processor)?));
        match server {
            Server::None => Ok(Self::NoServer),
            Server::Length(length) => plain(Answer::with_length(length)),
            Server::Chunked(length) => plain(Answer::chunked(length)),
            Server::Holding(length) => {
                let answer = Answer::with_length(length);
                Ok(Self::Plain(Responder::holding(answer, processor, case.connections)?))
            }
            Server::Tls { length, chunked } => {
                let answer =
                    if chunked { Answer::chunked(length) } else { Answer::with_length(length) };
                Ok(Self::Tls(Box::new(TlsResponder::start(answer, processor)?)))
            }
        }
    }

    fn job(&self, case: &Case, budget: Budget) -> Job {
        let (server, ca) = match self {
            Self::NoServer => (NO_SERVER, None),
            Self::Plain(responder) => (responder.address, None),
            Self::Tls(responder) => (responder.address, Some(responder.ca())),
        };
        Job { server, connections: case.connections, budget, ca }
    }
}

impl Bench {
    /// Finds the programs and tools.
    ///
    /// # Errors
    /// The path of this program is unknown.
    pub fn new(options: Options) -> Result<Self, Failure> {
        let timing = std::env::current_exe()?;
        let counting = timing.with_file_name("limpid-peers-counting");
        let counts = !options.no_counts;
        let valgrind = counts && callgrind::is_there();
        let strace = counts && strace::is_there();
        Ok(Self { options, timing, counting, valgrind, strace })
    }

    /// Returns what cannot be counted, and why.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if !self.valgrind && !self.options.no_counts {
            missing.push("no instructions are counted: there is no valgrind");
        }
        if !self.strace && !self.options.no_counts {
            missing.push("no system calls are counted: there is no strace that may trace");
        }
        missing
    }

    /// Measures a case.
    ///
    /// # Errors
    /// A subject fails.
    pub fn measure(&self, case: &Case) -> Result<Measured, Failure> {
        let mut server = Running::start(case, case.server)?;
        let row = |(work, peer): &(&'static str, &'static str)| Row {
            work,
            peer,
            readings: Vec::new(),
            counted: None,
            instructions: None,
            calls: None,
        };
        let mut rows: Vec<Row> = case.subjects.iter().map(row).collect();
        let budget = match case.shows {
            Shows::Heap | Shows::Body => Budget::Turns(1),
            _ => Budget::Time(self.options.duration()),
        };
        let rounds = if case.shows == Shows::Heap { 0 } else { self.options.rounds };
        let run = |server: &Running, row: &Row, program: &Path, budget| Run {
            program: program.to_owned(),
            work: row.work.to_owned(),
            peer: row.peer.to_owned(),
            job: server.job(case, budget),
            processor: Some(SUBJECT),
        };
        for _ in 0..rounds {
            for row in &mut rows {
                let reading = run(&server, row, &self.timing, budget).reading()?;
                row.readings.push(reading);
            }
        }
        // For a body of any length, the allocations of opening the connection count.
        let turns = Budget::Turns(case.turns);
        // For a load with a time limit, the allocations of accepting its connections are excluded.
        let counting = if case.shows == Shows::Server { budget } else { turns };
        for row in &mut rows {
            row.counted = Some(run(&server, row, &self.counting, counting).reading()?);
        }
        if case.server.countable() != case.server {
            server = Running::start(case, case.server.countable())?;
        }
        for row in &mut rows {
            self.count(case, &run(&server, row, &self.timing, turns), row)?;
        }
        Ok(Measured { case: case.clone(), rows })
    }

    /// Counts instructions and system calls.
    #[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
    fn count(&self, case: &Case, run: &Run, row: &mut Row) -> Result<(), Failure> {
        // Ciphers are too slow under callgrind.
        let is_slow = matches!(case.server, Server::Tls { .. });
        if self.valgrind && case.shows != Shows::Heap && !is_slow {
            row.instructions = Some(match case.shows {
                // A turn on each connection has several units if requests are pipelined.
                Shows::Server => {
                    let turns = Budget::Turns(1);
                    let one = Run { job: Job { budget: turns, ..run.job.clone() }, ..run.clone() };
                    callgrind::instructions_per_turn(run)? / one.reading()?.units.max(1) as f64
                }
                _ => callgrind::instructions(run)? as f64 / run.reading()?.units.max(1) as f64,
            });
        }
        // With many connections strace is slow, and the result is the same.
        if self.strace && case.shows == Shows::Client && case.connections <= 32 {
            let calls: f64 = strace::calls(run)?.values().sum();
            row.calls = Some(calls / case.connections as f64);
        }
        Ok(())
    }
}
