//! Durations.

use std::str::FromStr;
use std::time::Duration;

/// A duration in seconds; `None` means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seconds(pub(crate) Option<Duration>);

impl FromStr for Seconds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds: f64 = text.parse().map_err(|_| "write a number of seconds, such as 2.5")?;
        let time = Duration::try_from_secs_f64(seconds)
            .map_err(|_| "the number of seconds must be finite and not negative")?;
        Ok(Self((!time.is_zero()).then_some(time)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_seconds_mean_no_limit() {
        assert_eq!("0".parse(), Ok(Seconds(None)));
        assert_eq!("2.5".parse(), Ok(Seconds(Some(Duration::from_millis(2500)))));
        assert!("-1".parse::<Seconds>().is_err());
        assert!("nan".parse::<Seconds>().is_err());
        assert!("1e400".parse::<Seconds>().is_err());
    }
}
