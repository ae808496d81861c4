//! What is said of expectations that are not met.

use std::fmt::{self, Write};

use super::expectation::Expectation;
use crate::received::Received;

/// The expectations that were not met, and the requests that were not expected.
///
/// [`Mock::check`](crate::Mock::check) returns it, and [`Mock`](crate::Mock) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unmet {
    pub(super) problems: Vec<String>,
}

impl Unmet {
    /// Returns the problems, one text for each.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

/// Formats one problem on each line, with the nearest miss below it.
impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            f.write_str(problem)?;
        }
        Ok(())
    }
}

impl std::error::Error for Unmet {}

/// Returns what is wrong with the number of requests that have met an expectation.
pub(super) fn count(expectation: &Expectation, made: usize) -> Option<String> {
    let allowed = expectation.allowed();
    if allowed.contains(&made) {
        return None;
    }
    let wanted = match (*allowed.start(), *allowed.end()) {
        (least, usize::MAX) => format!("at least {}", times(least)),
        (exactly, _) => format!("exactly {}", times(exactly)),
    };
    Some(format!("expected {expectation} {wanted}; it was made {}", times(made)))
}

/// Returns the line about the request that misses an expectation by the least.
pub(super) fn nearest_request(expectation: &Expectation, requests: &[Received]) -> String {
    let misses = requests.iter().map(|request| (expectation.misses(request), request));
    let nearest = misses.filter(|(misses, _)| !misses.is_empty()).min_by_key(|(it, _)| it.len());
    match nearest {
        None => "\n  there was no other request".to_owned(),
        Some((misses, request)) => {
            format!("\n  the nearest request was {request}: {}", misses.join("; "))
        }
    }
}

/// Returns the text about a request that meets no expectation.
pub(super) fn unexpected(request: &Received, expectations: &[(Expectation, usize)]) -> String {
    let misses = expectations.iter().map(|(expectation, made)| {
        let misses = expectation.misses(request);
        (misses, expectation, made)
    });
    match misses.min_by_key(|(misses, ..)| misses.len()) {
        None => format!("unexpected request {request}"),
        Some((misses, expectation, made)) if misses.is_empty() => {
            let most = times(*expectation.allowed().end());
            format!(
                "unexpected request {request}\n  {expectation} is expected {most}, and this is request {}",
                made + 1
            )
        }
        Some((misses, expectation, _)) => format!(
            "unexpected request {request}\n  the nearest expectation is {expectation}: {}",
            misses.join("; ")
        ),
    }
}

fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}
