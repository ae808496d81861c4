//! The golden scenarios over each driver: the lines are those recorded from httpx and httpx2.
//!
//! `LIMPID_GOLDEN=tls- cargo test -p limpid-tests --test golden` plays the scenarios with `tls-` in
//! their names.

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;

use limpid_sinks::python::Profile;
use limpid_test::suite::{Driver as _, Played, Scenario, asynchronous, at_once, diff, scenarios};
use limpid_tests::certificates::Certificates;
use limpid_tests::golden::{Driver, play};

/// A scenario and its result over each driver.
struct Run {
    scenario: Scenario,
    std: io::Result<Played>,
    tokio: io::Result<Played>,
    /// `None` if the scenario tests the output of a process and not the network.
    sim: Option<io::Result<Played>>,
}

/// Returns the results of all scenarios, which are played once for all tests.
fn runs() -> &'static io::Result<Vec<Run>> {
    static RUNS: OnceLock<io::Result<Vec<Run>>> = OnceLock::new();
    RUNS.get_or_init(|| run(&playable()?))
}

/// Returns the selected scenarios that this machine can play.
fn playable() -> io::Result<Vec<Scenario>> {
    let only = env::var("LIMPID_GOLDEN").unwrap_or_default();
    let mut playable = scenarios()?;
    playable.retain(|scenario| scenario.name.contains(&only));
    let asked = playable.len();
    for scenario in &playable {
        if let Some(reason) = scenario.unplayable() {
            writeln!(io::stderr(), "{} is skipped: {reason}", scenario.name)?;
        }
    }
    playable.retain(|scenario| scenario.unplayable().is_none());
    if playable.len() < asked {
        writeln!(io::stderr(), "{} of {asked} scenarios are skipped", asked - playable.len())?;
    }
    Ok(playable)
}

fn run(scenarios: &[Scenario]) -> io::Result<Vec<Run>> {
    let certificates = Certificates::new()?;
    let play = |scenario: &Scenario, driver| {
        let program = Path::new(env!("CARGO_BIN_EXE_golden-client"));
        play(scenario, driver, &certificates, program)
    };
    let mut runs = at_once(scenarios, |scenario| {
        let (std, tokio) = (play(scenario, Driver::Std), play(scenario, Driver::Tokio));
        let in_process = !scenario.configures_logging();
        let sim = in_process.then(|| play(scenario, Driver::Sim));
        Run { scenario: scenario.clone(), std, tokio, sim }
    });
    runs.sort_by(|one, other| one.scenario.name.cmp(&other.scenario.name));
    Ok(runs)
}

/// Returns the problem of a scenario's result, if there is one.
fn wrong(scenario: &Scenario, driver: Driver, played: &io::Result<Played>) -> Option<String> {
    let played = match played {
        Ok(played) => played,
        Err(error) => return Some(error.to_string()),
    };
    assert_eq!(played.printed.len(), Profile::ALL.len());
    played.problem(scenario, driver.stream_class())
}

/// Fails with the names and problems of all scenarios that have one.
fn assert_right(runs: &[Run], wrong: impl Fn(&Run) -> Option<String>) {
    let wrong: Vec<String> = runs
        .iter()
        .filter_map(|run| {
            let (title, description) = (run.scenario.title(), &run.scenario.description);
            wrong(run).map(|wrong| format!("{title}: {description}\n{wrong}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} failed\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn std_prints_expected_lines() {
    assert_right(runs().as_ref().unwrap(), |run| wrong(&run.scenario, Driver::Std, &run.std));
}

#[test]
fn tokio_prints_expected_lines() {
    assert_right(runs().as_ref().unwrap(), |run| wrong(&run.scenario, Driver::Tokio, &run.tokio));
}

#[test]
fn simulated_driver_prints_expected_lines() {
    assert_right(runs().as_ref().unwrap(), |run| {
        wrong(&run.scenario, Driver::Sim, run.sim.as_ref()?)
    });
}

#[test]
fn drivers_print_same_lines() {
    assert_right(runs().as_ref().unwrap(), |run| match (&run.std, &run.tokio) {
        (Ok(std), Ok(tokio)) => {
            let mut profiles = std.printed.iter().zip(&tokio.printed);
            profiles.find_map(|(std, tokio)| diff(&asynchronous(&std.stderr), &tokio.stderr))
        }
        // Another test checks this.
        _ => None,
    });
}

#[test]
fn data_has_all_scenarios() {
    let scenarios = scenarios().unwrap();
    assert_eq!(scenarios.len(), 2 * 149);
    let (mut always, mut by_default) = (0, 0);
    for Scenario { name, recorded, intended, like_httpx, .. } in &scenarios {
        let Some(intended) = intended else { continue };
        assert!(intended.section.starts_with("RFC "), "{name}: {}", intended.section);
        assert!(!intended.why.is_empty(), "{name} needs a reason");
        assert_ne!(intended.lines, recorded.stderr, "{name} is as recorded");
        assert!(!(*like_httpx && intended.by_default), "{name} is like httpx");
        *(if intended.by_default { &mut by_default } else { &mut always }) += 1;
    }
    assert_eq!((always, by_default), (2, 11));
}
