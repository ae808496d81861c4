//! Playing a scenario.

use std::io;
use std::sync::Arc;

use limpid_core::trace::Capture;
use limpid_sinks::combine::Tee;
use limpid_sinks::python::Profile;
use limpid_sinks::{EventList, LineSink};

use super::arguments::Arguments;
use super::certificates::Certificates;
use super::command_line::command_line;
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
