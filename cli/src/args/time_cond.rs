//! The condition of `-z`.

use std::convert::Infallible;
use std::fs;
use std::str::FromStr;
use std::time::SystemTime;

use super::date;

/// A condition on when a resource has changed (RFC 9110 sections 13.1.3 and 13.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeCondition {
    /// The text is neither a date nor the name of a file: of one that is to be downloaded first, perhaps.
    None,
    /// It has changed since then.
    ModifiedSince(SystemTime),
    /// It has not changed since then.
    UnmodifiedSince(SystemTime),
    /// Its last change, which is stated.
    LastModified(SystemTime),
}

impl TimeCondition {
    /// Returns the field that states the condition.
    pub(crate) fn field(&self) -> Option<(&'static str, String)> {
        let (name, time) = match self {
            Self::None => return None,
            Self::ModifiedSince(time) => ("If-Modified-Since", time),
            Self::UnmodifiedSince(time) => ("If-Unmodified-Since", time),
            Self::LastModified(time) => ("Last-Modified", time),
        };
        Some((name, httpdate::fmt_http_date(*time)))
    }

    /// Returns whether a resource that was last modified at this time meets the condition.
    pub(crate) fn allows(&self, modified: SystemTime) -> bool {
        match self {
            Self::ModifiedSince(time) => modified > *time,
            Self::UnmodifiedSince(time) => modified < *time,
            Self::None | Self::LastModified(_) => true,
        }
    }
}

impl FromStr for TimeCondition {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (condition, date): (fn(SystemTime) -> Self, _) = match text.as_bytes().first() {
            Some(b'-') => (Self::UnmodifiedSince, &text[1..]),
            Some(b'=') => (Self::LastModified, &text[1..]),
            Some(b'+') => (Self::ModifiedSince, &text[1..]),
            _ => (Self::ModifiedSince, text),
        };
        let of_file = || fs::metadata(date).and_then(|metadata| metadata.modified()).ok();
        Ok(date::read(date).or_else(of_file).map_or(Self::None, condition))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn sign_decides_the_field() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let read = |text: &str| text.parse::<TimeCondition>().unwrap().field();
        assert_eq!(read(date), Some(("If-Modified-Since", date.to_owned())));
        assert_eq!(read(&["-", date].concat()), Some(("If-Unmodified-Since", date.to_owned())));
        assert_eq!(read(&["=", date].concat()), Some(("Last-Modified", date.to_owned())));
        assert_eq!(read("no such file"), None);
    }

    #[test]
    fn time_of_the_condition_itself_does_not_meet_it() {
        let [before, time, after] =
            [0, 1, 2].map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        let allowed =
            |condition: TimeCondition| [before, time, after].map(|at| condition.allows(at));
        assert_eq!(allowed(TimeCondition::ModifiedSince(time)), [false, false, true]);
        assert_eq!(allowed(TimeCondition::UnmodifiedSince(time)), [true, false, false]);
        assert_eq!(allowed(TimeCondition::None), [true; 3]);
    }
}
