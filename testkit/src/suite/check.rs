//! Holding a driver against all scenarios.

use std::fmt::{self, Display, Formatter};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use limpid_sinks::python::Profile;

use super::ability::Ability;
use super::certificates::Certificates;
use super::comparable::comparable;
use super::diff::diff;
use super::driver::Driver;
use super::run::{Played, cancel_at_every_poll, play};
use super::scenario::{Scenario, scenarios};

/// How many scenarios run at the same time. They wait most of the time.
const AT_ONCE: usize = 16;

/// What a driver did with the scenarios. [`check`] returns it; the [module](super) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many scenarios passed.
    pub passed: usize,
    /// The scenarios that were left out, each with what the driver has not.
    pub skipped: Vec<(String, Ability)>,
    /// The scenarios that this machine cannot play, each with the reason.
    pub unplayable: Vec<(String, &'static str)>,
    /// The scenarios that failed.
    pub failed: Vec<Failure>,
}

/// A scenario that failed. The [module](super) has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The name of the scenario.
    pub scenario: String,
    /// What it is about.
    pub description: String,
    /// What is wrong: differences of lines, or another problem.
    pub problem: String,
}

impl Report {
    /// Returns whether scenarios passed and none failed.
    #[must_use]
    pub const fn is_passed(&self) -> bool {
        self.passed > 0 && self.failed.is_empty()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { passed, skipped, unplayable, failed } = self;
        writeln!(f, "{passed} passed, {} failed", failed.len())?;
        let mut lacking: Vec<Ability> = skipped.iter().map(|(_, ability)| *ability).collect();
        lacking.sort_unstable();
        for group in lacking.chunk_by(|one, other| one == other) {
            writeln!(f, "{} skipped: {} would be needed", group.len(), group[0])?;
        }
        for (scenario, reason) in unplayable {
            writeln!(f, "{scenario} skipped: {reason}")?;
        }
        for Failure { scenario, description, problem } in failed {
            writeln!(f, "\n{scenario}: {description}\n{problem}")?;
        }
        Ok(())
    }
}

/// Plays every scenario over a driver, and compares the lines that its events make with those recorded.
///
/// # Errors
/// The certificates of the servers cannot be created, or the data is invalid.
pub fn check(driver: &dyn Driver) -> io::Result<Report> {
    let certificates = Certificates::new()?;
    check_each(driver, &[], |scenario| {
        let played = play(scenario, driver, &certificates);
        played.map_or_else(
            |error| Some(error.to_string()),
            |played| problem(scenario, driver, &played),
        )
    })
}

/// Plays every scenario over a driver once for each poll of its exchanges, with the request cancelled there: every span that
/// has started must end.
///
/// # Errors
/// The certificates of the servers cannot be created, or the data is invalid.
pub fn check_cancellation(driver: &dyn Driver) -> io::Result<Report> {
    let certificates = Certificates::new()?;
    check_each(driver, &[Ability::Cancellation], |scenario| {
        match cancel_at_every_poll(scenario, driver, &certificates) {
            Ok(found) if found.is_empty() => None,
            Ok(found) => Some(format!("{found:#?}")),
            Err(error) => Some(error.to_string()),
        }
    })
}

/// Returns what is wrong with a result, if something is.
fn problem(scenario: &Scenario, driver: &dyn Driver, played: &Played) -> Option<String> {
    let mut profiles = Profile::ALL.iter().zip(&played.printed);
    let lines = profiles.find_map(|(profile, printed)| {
        let expected = scenario.expected(driver.stream_class(), *profile);
        let lines = diff(&comparable(&expected.stderr), &comparable(&printed.stderr))?;
        Some(format!("lines of {profile}:\n{lines}"))
    });
    lines.or_else(|| played.problems.clone())
}

/// Runs a check of each scenario that the driver can play.
fn check_each(
    driver: &dyn Driver,
    needed: &[Ability],
    problem: impl Fn(&Scenario) -> Option<String> + Sync,
) -> io::Result<Report> {
    let mut report = Report::default();
    let mut playable = Vec::new();
    for scenario in scenarios()?.into_iter().filter(|scenario| !scenario.configures_logging()) {
        let needs = scenario.needs();
        let lacks = |ability: &&Ability| driver.lacks().contains(ability);
        match (needs.iter().chain(needed).find(lacks), scenario.unplayable()) {
            (Some(ability), _) => report.skipped.push((scenario.title(), *ability)),
            (None, Some(reason)) => report.unplayable.push((scenario.title(), reason)),
            (None, None) => playable.push(scenario),
        }
    }
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(scenario) = playable.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Some(problem) = problem(scenario) else { continue };
                    let (scenario, description) = (scenario.title(), scenario.description.clone());
                    let failure = Failure { scenario, description, problem };
                    failed.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
                }
            });
        }
    });
    report.failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.failed.sort_by(|one, other| one.scenario.cmp(&other.scenario));
    report.passed = playable.len() - report.failed.len();
    Ok(report)
}
