//! The minimum rate of a transfer.

use std::time::Duration;

use clap::Args;
use limpid_io::{BuildClient, ClientBuilder};

use super::seconds::Seconds;

/// The rate without `-Y`, in bytes per second, and the time without `-y`: those of curl.
const LIMIT: u32 = 1;
const TIME: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(crate) struct SpeedArgs {
    /// Fail if the server falls behind N bytes per second by the time of -y; 0 means no limit. A response that
    /// does not begin within this time fails too [default with -y: 1]
    #[arg(short = 'Y', long = "speed-limit", value_name = "N", value_parser = rate)]
    speed_limit: Option<u32>,
    /// How far the server may fall behind the rate of -Y, in seconds: a silent one fails after this time,
    /// one at half the rate after twice this time; 0 means no limit [default with -Y: 30]
    #[arg(short = 'y', long = "speed-time", value_name = "SECONDS")]
    speed_time: Option<Seconds>,
}

impl SpeedArgs {
    /// Sets the minimum rate, if there is one.
    pub(crate) fn set<C: BuildClient>(&self, builder: ClientBuilder<C>) -> ClientBuilder<C> {
        match self.minimum() {
            Some((rate, time)) => builder.minimum_rate(rate, time),
            None => builder,
        }
    }

    /// Returns how long a server may be silent.
    pub(super) fn silence(&self) -> Option<Duration> {
        self.minimum().filter(|(rate, _)| *rate > 0).map(|(_, time)| time)
    }

    fn minimum(&self) -> Option<(u32, Duration)> {
        let time = match self.speed_time {
            Some(Seconds(time)) => time?,
            None if self.speed_limit.is_none() => return None,
            None => TIME,
        };
        Some((self.speed_limit.unwrap_or(LIMIT), time))
    }
}

/// Reads a rate.
fn rate(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| {
        format!("write a whole number of bytes per second, such as 1000, and at most {}", u32::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_option_implies_the_other() {
        let minimum = |speed_limit, time: Option<&str>| {
            let speed_time = time.map(|time| time.parse().unwrap());
            SpeedArgs { speed_limit, speed_time }.minimum()
        };
        assert_eq!(minimum(None, None), None);
        assert_eq!(minimum(Some(5), None), Some((5, TIME)));
        assert_eq!(minimum(None, Some("2.5")), Some((1, Duration::from_millis(2500))));
        assert_eq!(minimum(Some(5), Some("2")), Some((5, Duration::from_secs(2))));
        assert_eq!(minimum(Some(5), Some("0")), None);
        assert_eq!(minimum(Some(0), Some("2")), Some((0, Duration::from_secs(2))), "no minimum");
    }

    #[test]
    fn rate_is_a_whole_number() {
        assert_eq!((rate("0"), rate("4294967295")), (Ok(0), Ok(u32::MAX)));
        for text in ["", "fast", "-1", "1.5", "10K", "4294967296"] {
            assert!(rate(text).unwrap_err().contains("bytes per second"), "{text}");
        }
    }
}
