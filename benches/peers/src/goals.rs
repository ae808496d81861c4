//! The goals of limpid, and whether they are met.

use limpid_benches::works::{LIMPID, blocking, growth, serving, tasks, trace};

use crate::case::{self, body_title, client_title};
use crate::numbers::{Spread, allocations, cpu, heap, ratio, seconds, show_count, show_seconds};
use crate::peers::{HYPER, RAW, RAW_TOKIO, UREQ, parse::HTTPARSE, server::MAY};
use crate::run::{Measured, Row};
use crate::table::markdown;

use Bound::{AtMost, TimesAtLeast, TimesAtMost};
use Metric::{Allocations, Calls, Cpu, Heap, Instructions, Speed};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    Instructions,
    Allocations,
    Calls,
    Heap,
    /// Wall-clock seconds; ratios are speeds, so more is better.
    Speed,
    /// Seconds of CPU; ratios are costs, so less is better.
    Cpu,
}

/// A row of a table.
#[derive(Clone, Debug)]
struct Of {
    title: String,
    peer: &'static str,
    /// The work, if a peer has several rows.
    work: Option<&'static str>,
}

/// The bound of a goal.
#[derive(Clone, Copy, Debug)]
enum Bound {
    /// At most this.
    AtMost(f64),
    /// At most this multiple of the other row.
    TimesAtMost(f64),
    /// At least this multiple of the other row.
    TimesAtLeast(f64),
}

/// A goal: a row, the row to compare it with, and the bound.
#[derive(Clone, Debug)]
struct Goal {
    ours: Of,
    theirs: Of,
    metric: Metric,
    bound: Bound,
}

/// No allocation.
const NONE: (Metric, Bound) = (Metric::Allocations, Bound::AtMost(0.0));

fn of(title: &str, peer: &'static str) -> Of {
    Of { title: title.to_owned(), peer, work: None }
}

fn ours(title: &str) -> Of {
    of(title, LIMPID)
}

fn row(title: &str, peer: &'static str, work: &'static str) -> Of {
    Of { work: Some(work), ..of(title, peer) }
}

/// Goals that are collected.
#[derive(Default)]
struct Goals(Vec<Goal>);

impl Goals {
    fn add(&mut self, ours: &Of, theirs: &Of, all: &[(Metric, Bound)]) {
        let goal = |(metric, bound): &(Metric, Bound)| Goal {
            ours: ours.clone(),
            theirs: theirs.clone(),
            metric: *metric,
            bound: *bound,
        };
        self.0.extend(all.iter().map(goal));
    }

    fn parser(&mut self) {
        let head = [(Instructions, TimesAtMost(1.3)), NONE];
        self.add(&ours(case::HEAD), &of(case::HEAD, HTTPARSE), &head);
        let exchange = [(Instructions, AtMost(3000.0)), NONE];
        self.add(&ours(case::EXCHANGE), &of(case::EXCHANGE, HYPER), &exchange);
        let chunk = [(Instructions, TimesAtMost(1.5))];
        self.add(&ours(case::CHUNK), &of(case::CHUNK, HTTPARSE), &chunk);
    }

    fn clients(&mut self) {
        let get = client_title(blocking::GET, 1024, 1);
        let plain = row(&get, LIMPID, blocking::PREPARED);
        let costs = [(Instructions, AtMost(5000.0)), (Calls, AtMost(3.0)), NONE];
        self.add(&plain, &of(&get, UREQ), &costs);
        self.add(&plain, &of(&get, RAW), &[(Speed, TimesAtLeast(0.93))]);
        let traced = row(&get, LIMPID, blocking::PREPARED_TRACED);
        self.add(&traced, &of(&get, UREQ), &[(Speed, TimesAtLeast(1.0))]);

        for connections in [32, 256] {
            let get = client_title(tasks::GET, 1024, connections);
            let costs = [(Instructions, AtMost(6000.0)), NONE, (Speed, TimesAtLeast(1.3))];
            let prepared = row(&get, LIMPID, tasks::PREPARED);
            self.add(&prepared, &of(&get, HYPER), &costs);
            self.add(&prepared, &of(&get, RAW_TOKIO), &[(Speed, TimesAtLeast(0.92))]);
        }
        for (tls, times) in [(false, 1.15), (true, 1.02)] {
            for chunked in [false, true] {
                let body = body_title(tls, chunked);
                self.add(&ours(&body), &of(&body, RAW), &[(Cpu, TimesAtMost(times))]);
            }
        }
    }

    fn servers(&mut self) {
        let serve = case::server_title(limpid_benches::load::ONE);
        let served = row(&serve, LIMPID, serving::SERVE);
        self.add(&served, &of(&serve, MAY), &[(Instructions, AtMost(3000.0)), NONE]);
        let pipelined = case::server_title(limpid_benches::load::PIPELINED);
        let batched = row(&pipelined, LIMPID, serving::SERVE_PIPELINED);
        self.add(&batched, &of(&pipelined, HYPER), &[(Speed, TimesAtLeast(1.3))]);
        self.add(&ours(case::IDLE), &of(case::IDLE, RAW_TOKIO), &[(Heap, AtMost(1500.0))]);
    }

    fn events(&mut self) {
        let empty = of(case::OFF, trace::EMPTY);
        let still = row(case::OFF, LIMPID, trace::OFF_STATIC);
        self.add(&still, &empty, &[(Instructions, TimesAtMost(1.0))]);
        let off = row(case::OFF, LIMPID, trace::OFF_DYNAMIC);
        self.add(&off, &empty, &[(Instructions, AtMost(10.0))]);
        let ring = row(case::EVENTS, LIMPID, trace::RING);
        let json = row(case::EVENTS, crate::peers::trace::TRACING_JSON, trace::JSON);
        self.add(&ring, &json, &[(Speed, AtMost(150e-9)), NONE]);
        let fmt = of(case::LINES, crate::peers::trace::FMT);
        self.add(&ours(case::LINES), &fmt, &[(Speed, AtMost(5e-6))]);
    }

    fn growth(&mut self) {
        let small = row(case::DRIP, LIMPID, growth::SMALL);
        let large = row(case::DRIP, LIMPID, growth::LARGE);
        self.add(&large, &small, &[(Instructions, TimesAtMost(1.5))]);
        let prepared = |connections| {
            row(&client_title(tasks::GET, 1024, connections), LIMPID, tasks::PREPARED)
        };
        self.add(&prepared(4096), &prepared(32), &[(Instructions, TimesAtMost(1.5))]);
    }
}

/// Returns the goals.
fn goals() -> Vec<Goal> {
    let mut goals = Goals::default();
    goals.parser();
    goals.clients();
    goals.servers();
    goals.events();
    goals.growth();
    goals.0
}

impl Of {
    fn find<'m>(&self, all: &'m [Measured]) -> Option<(&'m Measured, &'m Row)> {
        let measured = all.iter().find(|measured| measured.case.title == self.title)?;
        let is_it =
            |row: &&Row| row.peer == self.peer && self.work.is_none_or(|work| row.work == work);
        Some((measured, measured.rows.iter().find(is_it)?))
    }
}

impl Metric {
    const fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Allocations => "allocations",
            Self::Calls => "system calls",
            Self::Heap => "bytes of heap",
            Self::Speed => "time",
            Self::Cpu => "CPU time",
        }
    }

    fn of(self, measured: &Measured, row: &Row) -> Option<f64> {
        let (shows, counted) = (measured.case.shows, row.counted.as_ref());
        match self {
            Self::Instructions => row.instructions,
            Self::Allocations => counted.map(|counted| allocations(shows, counted)),
            Self::Calls => row.calls,
            Self::Heap => counted.map(heap),
            Self::Speed => Some(Spread::of(seconds(shows, row))?.median),
            Self::Cpu => Some(Spread::of(cpu(shows, row))?.median),
        }
    }

    /// The remainder of a division, which is not a count.
    const fn nothing(self) -> f64 {
        match self {
            Self::Speed | Self::Cpu => 0.0,
            _ => 0.005,
        }
    }

    fn show(self, number: f64) -> String {
        match self {
            Self::Speed | Self::Cpu => show_seconds(number),
            _ => show_count(number),
        }
    }
}

/// The result of a goal.
struct Reached {
    cells: Vec<String>,
    is_met: bool,
}

impl Goal {
    /// Compares the goal with the measurements; `None` if they do not contain it.
    fn check(&self, all: &[Measured]) -> Option<Reached> {
        let (measured, row) = self.ours.find(all)?;
        let ours = self.metric.of(measured, row)?;
        let theirs = self.theirs.find(all);
        let number = theirs.and_then(|(measured, row)| self.metric.of(measured, row));
        let times = theirs.and_then(|(other, limit)| {
            let shows = other.case.shows;
            match self.metric {
                Metric::Speed => Some(ratio(seconds(shows, limit), seconds(shows, row))?.median),
                Metric::Cpu => Some(ratio(cpu(shows, row), cpu(shows, limit))?.median),
                _ => Some(ours / number?),
            }
        });
        let nothing = self.metric.nothing();
        let (goal, is_met) = match self.bound {
            Bound::AtMost(most) => {
                (format!("<= {}", self.metric.show(most)), ours <= most + nothing)
            }
            Bound::TimesAtMost(most) => (format!("<= {most}x"), times? <= most + 0.005),
            Bound::TimesAtLeast(least) => (format!(">= {least}x the speed"), times? >= least),
        };
        let beside = number.map_or_else(|| "-".into(), |number| self.metric.show(number));
        let cells = vec![
            format!("{}: {}", self.ours.title, self.metric.name()),
            goal,
            self.metric.show(ours),
            format!("{} {beside}", self.theirs.work.unwrap_or(self.theirs.peer)),
            times
                .filter(|times| times.is_finite())
                .map_or_else(|| "-".into(), |t| format!("{t:.2}")),
            (if is_met { "yes" } else { "**no**" }).to_owned(),
        ];
        Some(Reached { cells, is_met })
    }
}

/// Returns the table of goals, and the number of those that are not met.
#[must_use]
pub fn table(all: &[Measured]) -> String {
    let reached: Vec<Reached> = goals().iter().filter_map(|goal| goal.check(all)).collect();
    if reached.is_empty() {
        return String::new();
    }
    let head = ["", "goal", "limpid", "beside", "ratio", "met"];
    let rows: Vec<_> = reached.iter().map(|reached| reached.cells.clone()).collect();
    let missed = reached.iter().filter(|reached| !reached.is_met).count();
    let count = format!("\n{missed} of {} goals are not met.\n", reached.len());
    format!("### Goals\n\n{}{count}", markdown(&head, &rows))
}

/// Returns where another library is faster, or uses fewer instructions or allocations, than limpid.
#[must_use]
pub fn losses(all: &[Measured]) -> String {
    let mut lines = String::new();
    for measured in all {
        let Some(ours) = measured.rows.iter().find(|row| row.peer == LIMPID) else { continue };
        for row in &measured.rows {
            let is_limit = row.peer.starts_with("raw") || row.peer == trace::EMPTY;
            if row.work != ours.work || row.peer.starts_with(LIMPID) || is_limit {
                continue;
            }
            let worse = |metric: &Metric| {
                let (ours, theirs) = (metric.of(measured, ours)?, metric.of(measured, row)?);
                let is_counted = *metric != Metric::Allocations || row.peer != crate::peers::CURL;
                (ours > theirs * 1.05 + metric.nothing() && is_counted).then(|| {
                    let (ours, theirs) = (metric.show(ours), metric.show(theirs));
                    format!("{} ({ours}, {} {theirs})", metric.name(), row.peer)
                })
            };
            let metrics = [Metric::Speed, Metric::Cpu, Metric::Instructions, Metric::Allocations];
            let worse: Vec<String> = metrics.iter().filter_map(worse).collect();
            if !worse.is_empty() {
                lines.push_str(&format!("- {}: {}\n", measured.case.title, worse.join(", ")));
            }
        }
    }
    if lines.is_empty() { String::new() } else { format!("### Where others are better\n\n{lines}") }
}
