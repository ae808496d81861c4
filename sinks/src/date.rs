//! The time in lines.

use std::fmt::{self, Display, Formatter, Write};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::fmt::strtime::{BrokenDownTime, Config, PosixCustom};
use jiff::tz;

/// The format of a line's time: a pattern of `strftime`, such as `%Y-%m-%d %H:%M:%S`.
///
/// The conversions are [those of jiff], which include those of C; names of months and days are English, and
/// `%c` and `%x` are as in the C locale.
///
/// ```
/// use limpid_sinks::DateFormat;
///
/// let format: DateFormat = "%H:%M:%S%.3f".parse()?;
/// assert!("%Y-%".parse::<DateFormat>().is_err());
/// # Ok::<(), limpid_sinks::DateFormatError>(())
/// ```
///
/// [those of jiff]: https://docs.rs/jiff/0.2/jiff/fmt/strtime/index.html#conversion-specifications
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateFormat {
    pattern: Box<str>,
    /// Whether milliseconds follow the pattern.
    milliseconds: bool,
    /// Whether the text is constant within a second.
    by_second: bool,
}

impl DateFormat {
    /// Returns the documented format: `%Y-%m-%d %H:%M:%S`.
    #[must_use]
    pub fn documented() -> Self {
        Self { pattern: "%Y-%m-%d %H:%M:%S".into(), milliseconds: false, by_second: true }
    }

    /// Returns the default format of Python's logging: `2024-09-28 17:27:41,123`.
    #[must_use]
    pub fn python() -> Self {
        Self { milliseconds: true, ..Self::documented() }
    }
}

impl Default for DateFormat {
    fn default() -> Self {
        Self::documented()
    }
}

impl FromStr for DateFormat {
    type Err = DateFormatError;

    fn from_str(pattern: &str) -> Result<Self, DateFormatError> {
        let sample = Timestamp::UNIX_EPOCH.to_zoned(tz::TimeZone::UTC);
        let mut text = String::new();
        format_time(&BrokenDownTime::from(&sample), pattern, &mut text).map_err(DateFormatError)?;
        Ok(Self { pattern: pattern.into(), milliseconds: false, by_second: !has_fraction(pattern) })
    }
}

/// Formats a time as in the C locale.
fn format_time(time: &BrokenDownTime, pattern: &str, text: &mut String) -> Result<(), jiff::Error> {
    time.format_with_config(&Config::new().custom(PosixCustom::new()), pattern, text)
}

/// Returns whether a pattern shows parts of a second: `%f` or `%N`, with flags, widths and dots.
fn has_fraction(pattern: &str) -> bool {
    let mut rest = pattern;
    while let Some((_, after)) = rest.split_once('%') {
        let after = after.trim_start_matches(|c: char| !c.is_ascii_alphabetic() && c != '%');
        if after.starts_with(['f', 'N']) {
            return true;
        }
        rest = after.get(1..).unwrap_or_default();
    }
    false
}

/// An invalid date format.
///
/// [`DateFormat`] has an example.
#[derive(Clone, Debug)]
pub struct DateFormatError(jiff::Error);

impl Display for DateFormatError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "not a date format such as %Y-%m-%d %H:%M:%S: {}", self.0)
    }
}

impl std::error::Error for DateFormatError {}

/// The time zone of lines.
///
/// [`DateFormat`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeZone {
    /// The time zone of the system.
    #[default]
    Local,
    /// Coordinated universal time.
    Utc,
}

/// The formatted time of the previous line, often the same as that of the next.
pub(crate) struct Stamp {
    zone: tz::TimeZone,
    second: Option<u64>,
    text: String,
    /// The length of the pattern's part of the text.
    len: usize,
}

impl Stamp {
    pub(crate) fn new(zone: TimeZone) -> Self {
        let zone = match zone {
            TimeZone::Local => tz::TimeZone::system(),
            TimeZone::Utc => tz::TimeZone::UTC,
        };
        Self { zone, second: None, text: String::new(), len: 0 }
    }

    /// Discards the previous time, so the next is formatted.
    pub(crate) fn invalidate(&mut self) {
        self.second = None;
    }

    /// Returns `time` as text. Times before 1970 are shown as 1970.
    pub(crate) fn show(&mut self, time: SystemTime, format: &DateFormat) -> &str {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        if !format.by_second || self.second != Some(since.as_secs()) {
            self.format(since, format);
        }
        if format.milliseconds {
            self.text.truncate(self.len);
            let _ = write!(self.text, ",{:03}", since.subsec_millis());
        }
        &self.text
    }

    fn format(&mut self, since: Duration, format: &DateFormat) {
        self.text.clear();
        let time = Timestamp::UNIX_EPOCH.saturating_add(since).unwrap_or(Timestamp::MAX);
        let time = BrokenDownTime::from(&time.to_zoned(self.zone.clone()));
        if format_time(&time, &format.pattern, &mut self.text).is_err() {
            // The pattern was validated when it was parsed; on failure the line is written without
            // a time.
            self.text.clear();
        }
        self.len = self.text.len();
        self.second = Some(since.as_secs());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(millis)
    }

    #[test]
    fn documented_format_equals_its_parsed_text() {
        assert_eq!("%Y-%m-%d %H:%M:%S".parse::<DateFormat>().unwrap(), DateFormat::documented());
    }

    #[test]
    fn second_is_formatted_once() {
        let mut stamp = Stamp::new(TimeZone::Utc);
        let format = DateFormat::documented();
        assert_eq!(stamp.show(at(1_727_544_461_000), &format), "2024-09-28 17:27:41");
        // The text in the cache was not formatted again.
        stamp.text.push('!');
        assert_eq!(stamp.show(at(1_727_544_461_999), &format), "2024-09-28 17:27:41!");
        assert_eq!(stamp.show(at(1_727_544_462_000), &format), "2024-09-28 17:27:42");
        assert_eq!(stamp.show(at(1_727_544_461_000), &format), "2024-09-28 17:27:41");
    }

    #[test]
    fn fraction_of_second_is_formatted_for_every_line() {
        let mut stamp = Stamp::new(TimeZone::Utc);
        let python = DateFormat::python();
        assert_eq!(stamp.show(at(1_727_544_461_007), &python), "2024-09-28 17:27:41,007");
        assert_eq!(stamp.show(at(1_727_544_461_123), &python), "2024-09-28 17:27:41,123");
        stamp.invalidate();
        let fraction: DateFormat = "%S%.3f".parse().unwrap();
        assert_eq!(stamp.show(at(1_007), &fraction), "01.007");
        assert_eq!(stamp.show(at(1_123), &fraction), "01.123");
    }

    #[test]
    fn dates_match_c_locale() {
        let format: DateFormat = "%c|%x|%X|%a %e %b %y|%p|%Z".parse().unwrap();
        let shown = "Sat Sep 28 17:27:41 2024|09/28/24|17:27:41|Sat 28 Sep 24|PM|UTC";
        assert_eq!(Stamp::new(TimeZone::Utc).show(at(1_727_544_461_000), &format), shown);
    }

    #[test]
    fn fractions_are_found_in_patterns() {
        for pattern in ["%f", "%.f", "%3f", "%.3f", "%N", "%-9N", "%H%%%f"] {
            assert!(has_fraction(pattern), "{pattern}");
        }
        for pattern in ["%Y-%m-%d", "%%f", "%-d of N", "f", "%:z", ""] {
            assert!(!has_fraction(pattern), "{pattern}");
        }
    }

    #[test]
    fn invalid_format_error_gives_reason() {
        for pattern in ["%", "%H:%M:%", "%!"] {
            let error = pattern.parse::<DateFormat>().unwrap_err().to_string();
            assert!(error.starts_with("not a date format"), "{error}");
        }
    }
}
