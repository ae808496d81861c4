//! Holding a driver against all scenarios.

use std::fmt::{self, Display, Formatter};
use std::io;

use super::ability::Ability;
use super::certificates::Certificates;
use super::driver::Driver;
use super::run::{at_once, cancel_at_every_poll, play};
use super::scenario::{Scenario, scenarios};

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
    check_each(driver, &[], |scenario| match play(scenario, driver, &certificates) {
        Ok(played) => played.problem(scenario, driver.stream_class()),
        Err(error) => Some(error.to_string()),
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
    let failures = at_once(&playable, |scenario| {
        let (name, description) = (scenario.title(), scenario.description.clone());
        problem(scenario).map(|problem| Failure { scenario: name, description, problem })
    });
    report.failed = failures.into_iter().flatten().collect();
    report.passed = playable.len() - report.failed.len();
    Ok(report)
}
