//! Comparison of a count with its number.

use std::fmt;

/// The largest remainder of a division that is not a count.
const NOTHING: f64 = 0.005;

/// Returns whether a count is above a number by more than the fraction `tolerance`.
pub(super) fn is_above(actual: f64, number: f64, tolerance: f64) -> bool {
    actual > number * (1.0 + tolerance) + NOTHING
}

/// The result of comparing a count with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within 2 %.
    Held,
    /// More than 2 % less: the number in the file can be lowered.
    Better,
    /// More than 2 % more.
    Exceeded,
    /// The file has no number for it.
    Unknown,
}

impl Verdict {
    /// Compares a count with the number in the file.
    #[must_use]
    pub fn of(actual: f64, number: Option<f64>) -> Self {
        const TOLERANCE: f64 = 0.02;
        match number {
            None => Self::Unknown,
            Some(number) if is_above(actual, number, TOLERANCE) => Self::Exceeded,
            Some(number) if actual < number * (1.0 - TOLERANCE) - NOTHING => Self::Better,
            Some(_) => Self::Held,
        }
    }

    /// Returns whether a change with this verdict fails.
    #[must_use]
    pub const fn fails(self) -> bool {
        matches!(self, Self::Exceeded | Self::Unknown)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Held => "held",
            Self::Better => "better; --bless lowers the number",
            Self::Exceeded => "EXCEEDED",
            Self::Unknown => "NO NUMBER; --bless writes one",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_percent_are_tolerated() {
        assert_eq!(Verdict::of(1020.0, Some(1000.0)), Verdict::Held);
        assert_eq!(Verdict::of(1021.0, Some(1000.0)), Verdict::Exceeded);
        assert_eq!(Verdict::of(979.0, Some(1000.0)), Verdict::Better);
    }

    #[test]
    fn remainder_is_zero_and_a_hundredth_is_not() {
        assert_eq!(Verdict::of(0.004, Some(0.0)), Verdict::Held);
        assert_eq!(Verdict::of(0.01, Some(0.0)), Verdict::Exceeded);
    }

    #[test]
    fn count_without_number_fails() {
        assert!(Verdict::of(1.0, None).fails());
    }
}
