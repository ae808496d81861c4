//! Playing a scenario.

use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use limpid_core::trace::Capture;
use limpid_sinks::combine::Tee;
use limpid_sinks::python::Profile;
use limpid_sinks::{EventList, LineSink};

use super::arguments::Arguments;
use super::command_line::command_line;
use super::driver::Driver;
use super::host::Host;
use super::scenario::{Printed, Scenario};
use super::stage::Stage;
use crate::certificates::Certificates;
use crate::command;
use crate::json_lines;
use crate::ledger::Ledger;
use crate::recorded::Recorded;
use limpid_test::sim::{Faults, Net, World};

/// The result of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// The client's lines in each profile, in the order of [`Profile::ALL`], normalised.
    pub printed: Vec<Printed>,
    /// The deviations from the scripts of the servers, if any.
    pub problems: Option<String>,
}

/// Plays a scenario over a driver: in this process, unless the scenario needs a separate one, which runs
/// `program`, the golden client.
///
/// # Errors
/// The scenario cannot be played, or the process hangs.
pub fn play(
    scenario: &Scenario,
    driver: Driver,
    certificates: &Certificates,
    program: &Path,
) -> io::Result<Played> {
    let host = || match driver {
        Driver::Std | Driver::Tokio => Host::Loopback,
        Driver::Sim => Host::Simulated(Net::new(World::default(), Faults::default())),
    };
    let driver = ["--driver".to_owned(), driver.name().to_owned()];
    if !scenario.configures_logging() {
        let (host, mut arguments) = (host(), driver.to_vec());
        let stage = Stage::set(scenario, certificates, &host)?;
        arguments.extend(command_line(scenario, &stage)?);
        let recorded = Recorded::start()?;
        let mut arguments = Arguments::read(arguments)?;
        arguments.settings.recorder = Some(recorded.recorder());
        let (logs, events) = in_memory(arguments, &host)?;
        let printed = logs.iter().map(|log| Printed {
            stderr: stage.normalise(log),
            stdout: scenario.recorded.stdout.as_ref().map(|_| Vec::new()),
        });
        let printed = printed.collect();
        let json = json_lines::of(&events.events());
        let problems = stage.finish().err().or(json_lines::read(&json).err());
        let problems = problems.or_else(|| recorded.difference(&events));
        return Ok(Played { printed, problems });
    }
    let mut played = Played::default();
    for profile in Profile::ALL {
        let mut arguments = driver.to_vec();
        arguments.extend(["--lines".to_owned(), profile.package().to_owned()]);
        let stage = Stage::set(scenario, certificates, &host())?;
        arguments.extend(command_line(scenario, &stage)?);
        let finished = command::run(Command::new(program).args(arguments), &[])?;
        let stdout = stage.normalise(&String::from_utf8_lossy(&finished.stdout));
        let stdout = scenario.recorded.stdout.is_some().then_some(stdout);
        played.printed.push(Printed { stderr: stage.normalise(&finished.stderr), stdout });
        played.problems = played.problems.or(stage.finish().err());
    }
    Ok(played)
}

/// Plays a scenario in a simulated network once for each poll of its exchanges, and cancels the request at
/// that poll. Returns the problems of the events by poll.
///
/// # Errors
/// The scenario cannot be played.
pub fn cancel_at_every_poll(
    scenario: &Scenario,
    certificates: &Certificates,
) -> io::Result<Vec<(u64, Vec<String>)>> {
    let mut found = Vec::new();
    for polls in 0.. {
        let net = Net::new(World::default(), Faults::default());
        let stage = Stage::set(scenario, certificates, &Host::Simulated(net.clone()))?;
        let mut arguments = vec!["--driver".to_owned(), Driver::Sim.name().to_owned()];
        arguments.extend(command_line(scenario, &stage)?);
        let ledger = Arc::new(Ledger::of_client());
        let shared = Arc::clone(&ledger);
        if !Arguments::read(arguments)?.cancel_after(polls, &net, Some(shared))? {
            break;
        }
        let problems = ledger.problems();
        if !problems.is_empty() {
            found.push((polls, problems));
        }
    }
    Ok(found)
}

/// Returns the documented lines of a run in memory, in each profile, and its events.
fn in_memory(arguments: Arguments, host: &Host) -> io::Result<(Vec<String>, EventList)> {
    let class = arguments.driver.stream_class();
    let sink = |profile: &Profile| {
        let sink = LineSink::new(Vec::new()).capture(Capture::Private);
        Arc::new(sink.stream_class(class).profile(*profile))
    };
    let sinks: Vec<_> = Profile::ALL.iter().map(sink).collect();
    let events = EventList::new();
    let tee = Tee::new().with(events.clone());
    let shared = sinks.iter().fold(tee, |tee, sink| tee.with(Arc::clone(sink)));
    match host {
        Host::Loopback => arguments.play(Some(Arc::new(shared)), drop)?,
        Host::Simulated(net) => arguments.simulate(net, Some(Arc::new(shared)))?,
    }
    let log = |sink: Arc<LineSink<Vec<u8>>>| {
        let sink =
            Arc::into_inner(sink).ok_or_else(|| io::Error::other("the client is still there"))?;
        Ok(String::from_utf8_lossy(&sink.into_writer()).into_owned())
    };
    let logs = sinks.into_iter().map(log).collect::<io::Result<_>>()?;
    Ok((logs, events))
}
