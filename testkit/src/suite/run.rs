//! Playing a scenario.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use limpid_core::trace::Capture;
use limpid_sinks::combine::Tee;
use limpid_sinks::python::{Profile, StreamClass};
use limpid_sinks::{EventList, LineSink};

use super::arguments::Arguments;
use super::certificates::Certificates;
use super::command_line::command_line;
use super::comparable::comparable;
use super::diff::diff;
use super::driver::Driver;
use super::ledger::Ledger;
use super::plan::Plan;
use super::scenario::{Printed, Scenario};
use super::stage::Stage;

/// The result of a scenario. The [module](super) has an example.
#[derive(Debug, Default)]
pub struct Played {
    /// The client's lines in each profile, in the order of [`Profile::ALL`], normalised.
    pub printed: Vec<Printed>,
    /// Its events.
    pub events: EventList,
    /// The deviations from the scripts of the servers, and spans that do not end, if any.
    pub problems: Option<String>,
}

impl Played {
    /// Returns what is wrong with the result over a driver with streams of this class, if something is: lines that differ
    /// from those expected, or another problem.
    #[must_use]
    pub fn problem(&self, scenario: &Scenario, class: StreamClass) -> Option<String> {
        let mut profiles = Profile::ALL.iter().zip(&self.printed);
        let lines = profiles.find_map(|(profile, printed)| {
            let expected = scenario.expected(class, *profile);
            let lines = diff(&comparable(&expected.stderr), &comparable(&printed.stderr))
                .or_else(|| diff(&expected.stdout.unwrap_or_default(), printed.stdout.as_deref()?));
            Some(format!("lines of {profile}:\n{}", lines?))
        });
        lines.or_else(|| self.problems.clone())
    }
}

/// Calls a function for each scenario, for several at the same time, since they wait most of the time. Returns the results in
/// the order of the scenarios.
pub fn at_once<R: Send>(scenarios: &[Scenario], run: impl Fn(&Scenario) -> R + Sync) -> Vec<R> {
    const THREADS: usize = 16;
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(scenario) = scenarios.get(index) else { return };
                    let result = run(scenario);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Plays a scenario over a driver.
///
/// # Errors
/// The scenario cannot be played.
pub fn play(
    scenario: &Scenario,
    driver: &dyn Driver,
    certificates: &Certificates,
) -> io::Result<Played> {
    let host = driver.host();
    let stage = Stage::set(scenario, certificates, &host)?;
    let mut plan = plan(scenario, &stage)?;
    let (events, ledger) = (EventList::new(), Arc::new(Ledger::of_client()));
    let sinks: Vec<_> = Profile::ALL.iter().map(|profile| lines(*profile, driver)).collect();
    let tee = Tee::new().with(events.clone()).with(Arc::clone(&ledger));
    let tee = sinks.iter().fold(tee, |tee, sink| tee.with(Arc::clone(sink)));
    plan.settings.sink = Some(Arc::new(tee));
    driver.play(plan, &host)?;
    let printed = |sink: Arc<LineSink<Vec<u8>>>| {
        let sink =
            Arc::into_inner(sink).ok_or_else(|| io::Error::other("the client is still there"))?;
        Ok(Printed {
            stderr: stage.normalise(&String::from_utf8_lossy(&sink.into_writer())),
            stdout: scenario.recorded.stdout.as_ref().map(|_| Vec::new()),
        })
    };
    let printed = sinks.into_iter().map(printed).collect::<io::Result<_>>()?;
    let mut problems = ledger.problems();
    problems.extend(stage.finish().err());
    let problems = (!problems.is_empty()).then(|| problems.join("; "));
    Ok(Played { printed, events, problems })
}

/// Plays a scenario once for each poll of its exchanges, and cancels the request at that poll. Returns the problems of the
/// events by poll.
///
/// # Errors
/// The scenario cannot be played.
pub fn cancel_at_every_poll(
    scenario: &Scenario,
    driver: &dyn Driver,
    certificates: &Certificates,
) -> io::Result<Vec<(u64, Vec<String>)>> {
    let mut found = Vec::new();
    for polls in 0.. {
        let host = driver.host();
        let stage = Stage::set(scenario, certificates, &host)?;
        let ledger = Arc::new(Ledger::of_client());
        let mut plan = plan(scenario, &stage)?;
        plan.settings.sink = Some(Arc::clone(&ledger) as Arc<_>);
        plan.cancel_at = Some(polls);
        if !driver.play(plan, &host)? {
            break;
        }
        let problems = ledger.problems();
        if !problems.is_empty() {
            found.push((polls, problems));
        }
    }
    Ok(found)
}

/// Returns what a driver is asked to send.
fn plan(scenario: &Scenario, stage: &Stage) -> io::Result<Plan> {
    Ok(Arguments::read(command_line(scenario, stage)?)?.into_plan())
}

/// Returns the sink of the documented lines.
fn lines(profile: Profile, driver: &dyn Driver) -> Arc<LineSink<Vec<u8>>> {
    let sink = LineSink::new(Vec::new()).capture(Capture::Private);
    Arc::new(sink.stream_class(driver.stream_class()).profile(profile))
}
