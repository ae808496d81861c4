//! Log lines without what differs from run to run.

/// The lines of a log with `TIME` for each time and `ADDRESS` for each address of an object, and
/// each text of `aside` replaced by the one beside it, in the order given.
#[must_use]
pub fn normalise(log: &str, aside: &[(&str, &str)]) -> Vec<String> {
    log.lines()
        .map(|line| {
            let line = without_address(&without_time(line));
            aside.iter().fold(line, |line, (text, name)| line.replace(text, name))
        })
        .collect()
}

/// A time stands in the first brackets.
fn without_time(line: &str) -> String {
    let parts = line.split_once(" [").and_then(|(level, rest)| {
        let (_, message) = rest.split_once("] ")?;
        Some(format!("{level} [TIME] {message}"))
    });
    parts.unwrap_or_else(|| line.to_owned())
}

fn without_address(line: &str) -> String {
    let parts = line.split_once(" at 0x").and_then(|(before, rest)| {
        let (_, after) = rest.split_once('>')?;
        Some(format!("{before} at ADDRESS>{after}"))
    });
    parts.unwrap_or_else(|| line.to_owned())
}
