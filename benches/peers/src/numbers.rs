//! Numbers of readings, and their format.

use limpid_benches::Reading;

use crate::case::Shows;
use crate::run::Row;

/// The minimum, the median and the maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The minimum.
    pub min: f64,
    /// The median.
    pub median: f64,
    /// The maximum.
    pub max: f64,
}

impl Spread {
    /// Returns the spread of some numbers, or `None` without numbers.
    #[must_use]
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = match sorted.len() {
            0 => return None,
            n if n % 2 == 1 => sorted[middle],
            _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
        };
        Some(Self { min: sorted[0], median, max: sorted[sorted.len() - 1] })
    }

    /// Shows all three in the same format.
    #[must_use]
    pub fn show(&self, show: impl Fn(f64) -> String) -> String {
        [self.min, self.median, self.max].map(show).join(" / ")
    }
}

/// Returns wall-clock seconds for each unit, by round. The unit of a body is a GiB.
pub fn seconds(shows: Shows, row: &Row) -> impl Iterator<Item = f64> {
    let scale = scale(shows);
    row.readings.iter().map(move |reading| reading.per_unit(reading.seconds) * scale)
}

/// Returns seconds of CPU for each unit, by round.
pub fn cpu(shows: Shows, row: &Row) -> impl Iterator<Item = f64> {
    let scale = scale(shows);
    row.readings.iter().map(move |reading| reading.per_unit(reading.user + reading.system) * scale)
}

/// Returns the number of counted items in a unit.
#[must_use]
pub const fn scale(shows: Shows) -> f64 {
    match shows {
        Shows::Body => 1024.0 * 1024.0 * 1024.0,
        _ => 1.0,
    }
}

/// Returns `limit` divided by `row` for each round: above one is faster than the limit.
#[must_use]
pub fn ratio(limit: impl Iterator<Item = f64>, row: impl Iterator<Item = f64>) -> Option<Spread> {
    Spread::of(limit.zip(row).filter(|(_, row)| *row > 0.0).map(|(limit, row)| limit / row))
}

/// Returns allocations for each unit.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
pub fn allocations(shows: Shows, counted: &Reading) -> f64 {
    counted.per_unit(counted.allocations as f64) * scale(shows)
}

/// Returns allocated bytes for each unit.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
pub fn allocated(shows: Shows, counted: &Reading) -> f64 {
    counted.per_unit(counted.allocated as f64) * scale(shows)
}

/// Returns bytes of heap in use for each unit.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
pub fn heap(counted: &Reading) -> f64 {
    counted.per_unit(counted.heap as f64)
}

/// Shows seconds in a suitable unit.
#[must_use]
pub fn show_seconds(seconds: f64) -> String {
    let (number, unit) = match seconds {
        s if s < 0.9995e-6 => (s * 1e9, "ns"),
        s if s < 0.9995e-3 => (s * 1e6, "us"),
        s if s < 0.9995 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    match number {
        n if n < 10.0 => format!("{n:.2} {unit}"),
        n if n < 100.0 => format!("{n:.1} {unit}"),
        n => format!("{n:.0} {unit}"),
    }
}

/// Shows a number with commas between its thousands, and decimals only if it is small.
#[must_use]
pub fn show_count(number: f64) -> String {
    if number < 10.0 {
        let text = format!("{number:.2}");
        return text.strip_suffix(".00").map_or(text.clone(), str::to_owned);
    }
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_min_median_max() {
        let spread = Spread::of([3.0, 1.0, 2.0]).unwrap();
        assert_eq!(spread.show(show_count), "1 / 2 / 3");
        assert_eq!(Spread::of([4.0, 1.0]).unwrap().median, 2.5);
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn seconds_are_shown_in_suitable_unit() {
        assert_eq!(show_seconds(0.000_000_087), "87.0 ns");
        assert_eq!(show_seconds(0.0155), "15.5 ms");
        assert_eq!(show_count(1_234_567.0), "1,234,567");
        assert_eq!(show_count(0.0), "0");
        assert_eq!(show_count(1.5), "1.50");
    }

    #[test]
    fn ratios_are_of_pairs_of_a_round() {
        let ratio = ratio([2.0, 4.0].into_iter(), [1.0, 1.0].into_iter()).unwrap();
        assert_eq!((ratio.min, ratio.max), (2.0, 4.0));
    }
}
