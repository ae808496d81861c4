//! The numbers of one commit, which later work must keep regardless of blessings.

use super::count::Count;
use super::file::Numbers;
use super::verdict::is_above;
use crate::failure::Failure;

/// The file of the numbers. It is a part of the program, which never opens it.
const TEXT: &str = include_str!("../../baseline.toml");

/// The tolerated excess over that commit.
const TOLERANCE: f64 = 0.03;

/// What may exceed that commit by more, and by how much, because it does more than it did then.
const LARGER: &[(&str, Count, f64)] = &[
    // A connection knows its runtime, so that one client works in several, and has room for marks of a recorder.
    ("idle-connection", Count::HeapBytes, 0.04),
    // A server notes which connections are idle, to make room for new ones, and asks before each input whether that is
    // recorded.
    ("tokio-serve", Count::Instructions, 0.055),
    // A client asks whether anything has arrived before it uses a connection again, notes who holds
    // connections, and watches the minimum rate of servers, also while its future is dropped.
    // It also asks before each input whether that is recorded. The sizes of buffers are settings, and an idle connection
    // leaves the memory for positions of fields to others.
    ("tokio-prepared", Count::Instructions, 0.095),
    ("tokio-prepared-32", Count::Instructions, 0.1),
    ("tokio-prepared-4096", Count::Instructions, 0.105),
    ("tokio-get", Count::Instructions, 0.06),
    ("blocking-prepared", Count::Instructions, 0.06),
    ("blocking-get", Count::Instructions, 0.04),
    // The events of a GET have the head that was sent, sizes, addresses and links to each other.
    ("ring", Count::Instructions, 0.25),
    ("blocking-get-traced", Count::Instructions, 0.11),
    ("blocking-prepared-traced", Count::Instructions, 0.16),
    // Secrets are looked for wherever a line may have them.
    ("documented-lines", Count::Instructions, 0.045),
];

/// The costs of limpid at [`Baseline::COMMIT`]. They can be read and compared, but not changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline(Numbers);

impl Baseline {
    /// The commit that was measured.
    pub const COMMIT: &str = "097a469";

    /// Parses the numbers.
    ///
    /// # Errors
    /// The errors of [`Numbers::parse`].
    pub fn load() -> Result<Self, Failure> {
        Numbers::parse(TEXT).map(Self)
    }

    /// Returns the number of a gate, if the gate existed then.
    #[must_use]
    pub fn get(&self, gate: &str, count: Count) -> Option<f64> {
        self.0.get(gate, count)
    }

    /// Returns whether `actual` is no worse than at that commit: at most 3 % higher, or more for the
    /// counts that features need it for, and for allocations not higher at all. A gate without a number
    /// always holds.
    #[must_use]
    pub fn holds(&self, gate: &str, count: Count, actual: f64) -> bool {
        let tolerance = tolerance(gate, count);
        self.get(gate, count).is_none_or(|number| !is_above(actual, number, tolerance))
    }
}

/// Returns the tolerated excess of a count.
fn tolerance(gate: &str, count: Count) -> f64 {
    let larger = LARGER.iter().find(|(name, of, _)| (*name, *of) == (gate, count));
    match (count, larger) {
        (Count::Allocations, _) => 0.0,
        (_, Some((.., tolerance))) => *tolerance,
        _ => TOLERANCE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::{FOLDER, GATES, GATES_FILE};

    /// Returns the committed baseline, and every number in it.
    fn baseline() -> (Baseline, Vec<(&'static str, Count, f64)>) {
        let baseline = Baseline::load().unwrap();
        let counts =
            GATES.iter().flat_map(|gate| gate.counts.iter().map(move |count| (gate, *count)));
        let numbers = counts.filter_map(|(gate, count)| {
            baseline.get(gate.name, count).map(|number| (gate.name, count, number))
        });
        let numbers = numbers.collect();
        (baseline, numbers)
    }

    #[test]
    fn baseline_holds_below_its_tolerance_and_fails_above() {
        let (baseline, numbers) = baseline();
        // For a small number, a thousandth is less than the remainder of a division.
        for (gate, count, number) in numbers.into_iter().filter(|(_, _, number)| *number > 10.0) {
            let more = tolerance(gate, count).max(TOLERANCE);
            assert!(baseline.holds(gate, count, number * (0.999 + more)), "{gate} {count}");
            assert!(!baseline.holds(gate, count, number * (1.001 + more)), "{gate} {count}");
        }
    }

    #[test]
    fn baseline_tolerates_no_allocation_and_no_system_call() {
        let (baseline, numbers) = baseline();
        for (gate, count, number) in numbers {
            let more = match count {
                // One in fifty turns.
                Count::Allocations => 0.02,
                Count::SystemCalls => 1.0,
                _ => continue,
            };
            assert!(baseline.holds(gate, count, number));
            assert!(!baseline.holds(gate, count, number + more), "{gate} {count}");
        }
    }

    #[test]
    fn baseline_does_not_hold_what_it_has_no_number_for() {
        assert!(baseline().0.holds("a-later-gate", Count::Instructions, 1e12));
    }

    #[test]
    fn baseline_has_the_numbers_of_its_commit() {
        let (_, numbers) = baseline();
        let sum: f64 = numbers.iter().map(|(_, _, number)| number).sum();
        // A changed number or a removed gate changes these.
        assert_eq!((numbers.len(), format!("{sum:.2}").as_str()), (53, "185544.10"));
    }

    #[test]
    fn committed_gates_are_within_the_baseline() {
        let (baseline, numbers) = baseline();
        let gates = Numbers::parse(include_str!("../../gates.toml")).unwrap();
        for (gate, count, _) in numbers {
            let now = gates.get(gate, count).unwrap();
            assert!(baseline.holds(gate, count, now), "{gate} {count}: {now}");
        }
    }

    #[test]
    fn blessing_writes_the_gates_and_not_the_baseline() {
        let folder = std::env::temp_dir().join(format!("limpid-gates-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let names = || {
            let entries = std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap());
            entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "toml"))
        };
        for entry in names() {
            std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
        }
        let mut worse = Numbers::new("another".into());
        for (gate, count, number) in baseline().1 {
            worse.set(gate, count, number * 2.0 + 1.0);
        }
        worse.bless(&folder).unwrap();
        for entry in names() {
            let before = std::fs::read(entry.path()).unwrap();
            let after = std::fs::read(folder.join(entry.file_name())).unwrap();
            assert_eq!(after != before, entry.file_name() == GATES_FILE, "{:?}", entry.file_name());
        }
        let written = std::fs::read_to_string(folder.join(GATES_FILE)).unwrap();
        assert_eq!(Numbers::parse(&written).unwrap(), worse);
        std::fs::remove_dir_all(&folder).unwrap();
        for (gate, count, number) in baseline().1 {
            assert!(!baseline().0.holds(gate, count, number * 2.0 + 1.0), "{gate} {count}");
        }
    }
}
