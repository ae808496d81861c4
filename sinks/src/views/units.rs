//! Durations and sizes for people.

use std::time::Duration;

/// Returns a duration with three digits, such as `4.20 ms`.
#[expect(clippy::cast_precision_loss, reason = "it is rounded to three digits")]
pub(super) fn duration(time: Duration) -> String {
    let nanos = time.as_nanos() as f64;
    match time.as_secs() {
        // What would be rounded up to 1000 has the next unit.
        0 if nanos < 999_500.0 => digits(nanos / 1e3, "µs"),
        0 if nanos < 999_500_000.0 => digits(nanos / 1e6, "ms"),
        0..60 => digits(nanos / 1e9, "s"),
        seconds @ 60..3_600 => format!("{}m {}s", seconds / 60, seconds % 60),
        seconds @ 3_600..360_000 => format!("{}h {}m", seconds / 3_600, seconds / 60 % 60),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// Returns a number of bytes with three digits, such as `1.20 kB`.
#[expect(clippy::cast_precision_loss, reason = "it is rounded to three digits")]
pub(super) fn size(bytes: u64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut number = bytes as f64 / 1e3;
    let mut units = ["kB", "MB", "GB", "TB", "PB", "EB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    while number >= 999.5
        && let Some(next) = units.next()
    {
        (number, unit) = (number / 1e3, next);
    }
    digits(number, unit)
}

fn digits(number: f64, unit: &str) -> String {
    let places = match number {
        0.0 => 0,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{number:.places$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_and_a_unit() {
        let shown = [0, 999, 4_200_000, 99_960_000, 999_600_000, 61_000_000_000, 7_260_000_000_000]
            .map(|nanos| duration(Duration::from_nanos(nanos)));
        let expected = ["0 µs", "1.00 µs", "4.20 ms", "100 ms", "1.00 s", "1m 1s", "2h 1m"];
        assert_eq!(shown, expected);
        assert_eq!(duration(Duration::from_nanos(u64::MAX)), "213503 d");
    }

    #[test]
    fn sizes_have_three_digits_and_a_unit() {
        let shown = [0, 999, 1_000, 999_499, 999_500, 12_345_678, u64::MAX].map(size);
        assert_eq!(shown, ["0 B", "999 B", "1.00 kB", "999 kB", "1.00 MB", "12.3 MB", "18.4 EB"]);
    }
}
