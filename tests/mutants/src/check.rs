//! Running the tests in a tree.

use std::fmt;
use std::io;
use std::path::Path;

use crate::command::{End, cargo};

/// The number of seeds of the simulation.
const SEEDS: &str = "2000";

/// The result of the tests for a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The tests of the core have failed.
    CaughtByTests,
    /// A seed of the simulation has failed.
    CaughtBySimulation,
    /// Everything has passed.
    Survived,
    /// It does not compile, so it tests nothing.
    DoesNotCompile,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CaughtByTests => "caught by the tests of the core",
            Self::CaughtBySimulation => "caught by the simulation",
            Self::Survived => "SURVIVED",
            Self::DoesNotCompile => "DOES NOT COMPILE",
        })
    }
}

/// Builds and tests the workspace at `root`: the core first, then the simulation, until one fails.
///
/// # Errors
/// cargo cannot be run.
pub fn check(root: &Path, target: &Path) -> io::Result<Outcome> {
    let run = |arguments: &[&str]| cargo(root, target, arguments);
    let core = ["test", "-q", "-p", "limpid-core", "--tests"];
    let simulation = ["run", "-q", "-p", "limpid-tests", "--bin", "simulate", "--", "0", SEEDS];
    if run(&[&core[..], &["--no-run"]].concat())? != End::Success {
        return Ok(Outcome::DoesNotCompile);
    }
    if run(&core)? != End::Success {
        return Ok(Outcome::CaughtByTests);
    }
    Ok(match run(&simulation)? {
        End::Success => Outcome::Survived,
        End::Failure | End::Hang => Outcome::CaughtBySimulation,
    })
}
