//! The page with the tables.

use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use limpid_benches::{Failure, machine};

/// The markers around the tables in the page.
const BEGIN: &str = "<!-- What follows is written by benches/run --page. -->\n";
const END: &str = "<!-- What is above is written by benches/run --page. -->\n";

/// Replaces the tables in the page.
///
/// # Errors
/// The page cannot be read or written, or has no markers.
pub fn write(page: &Path, tables: &str) -> Result<(), Failure> {
    let text = std::fs::read_to_string(page)?;
    std::fs::write(page, replaced(&text, tables)?)?;
    Ok(())
}

fn replaced(text: &str, tables: &str) -> Result<String, Failure> {
    let parts = text.split_once(BEGIN).zip(text.split_once(END));
    let ((before, _), (_, after)) = parts.ok_or("the page has no place for tables")?;
    Ok(format!("{before}{BEGIN}\n{tables}\n{END}{after}"))
}

/// Returns the date, the machine and the versions of a measurement.
#[must_use]
pub fn circumstances() -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let mut lines = vec![format!("- Date: {}", today())];
    lines.push(format!("- Machine: {}, {} processors", processor(), machine::processors()));
    lines.extend(said("uname", &["-srm"]).map(|system| format!("- System: {system}")));
    lines.extend(said("rustc", &["--version"]).map(|compiler| format!("- Compiler: {compiler}")));
    lines.extend(said("valgrind", &["--version"]).map(|tool| format!("- Instructions: {tool}")));
    lines.push(format!("- Other libraries: {}", peers()));
    lines.join("\n") + "\n"
}

/// Returns the date in UTC.
fn today() -> String {
    let seconds = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    // Days since 1 March of the year 0, in eras of 400 years (Howard Hinnant, days_from_civil).
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year, if month < 10 { month + 3 } else { month - 9 });
    format!("{}-{month:02}-{day:02}", year + u64::from(month <= 2))
}

/// Returns the system's name of its processor.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name"));
    name.map_or_else(
        || std::env::consts::ARCH.to_owned(),
        |name| name.trim_start_matches([' ', '\t', ':']).to_owned(),
    )
}

/// Returns the peers with the versions in this build.
fn peers() -> String {
    let lock: Vec<&str> = include_str!("../Cargo.lock").lines().collect();
    let names = [
        "curl-sys",
        "httparse",
        "hyper",
        "log",
        "may_minihttp",
        "picohttpparser-sys",
        "reqwest",
        "rustls",
        "tokio",
        "tracing",
        "tracing-subscriber",
        "ureq",
        "ureq-proto",
    ];
    let version = |name: &&str| {
        let line = format!("name = \"{name}\"");
        let at = lock.iter().position(|other| *other == line)?;
        let version = lock.get(at + 1)?.strip_prefix("version = ")?.trim_matches('"');
        Some(format!("{name} {version}"))
    };
    names.iter().filter_map(version).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_replace_existing_ones() {
        let page = format!("before\n{BEGIN}old{END}after\n");
        let once = replaced(&page, "new").unwrap();
        assert_eq!(once, format!("before\n{BEGIN}\nnew\n{END}after\n"));
        assert_eq!(replaced(&once, "new").unwrap(), once);
        assert!(replaced("nothing", "new").is_err());
    }

    #[test]
    fn every_peer_has_a_version() {
        assert_eq!(peers().split(", ").count(), 13, "{}", peers());
    }
}
