//! The condition of `-z`.

use std::fs;
use std::str::FromStr;
use std::time::SystemTime;

/// A condition on when a resource has changed (RFC 9110 sections 13.1.3 and 13.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeCondition {
    name: &'static str,
    time: SystemTime,
}

impl TimeCondition {
    /// Returns the name of the field.
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the value of the field.
    pub(crate) fn value(&self) -> String {
        httpdate::fmt_http_date(self.time)
    }
}

impl FromStr for TimeCondition {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, date) = match text.as_bytes().first() {
            Some(b'-') => ("If-Unmodified-Since", &text[1..]),
            Some(b'=') => ("Last-Modified", &text[1..]),
            Some(b'+') => ("If-Modified-Since", &text[1..]),
            _ => ("If-Modified-Since", text),
        };
        let of_file = || fs::metadata(date).and_then(|metadata| metadata.modified()).ok();
        let time = httpdate::parse_http_date(date).ok().or_else(of_file);
        let time = time.ok_or(
            "write a date such as 'Sun, 06 Nov 1994 08:49:37 GMT', or the name of a file, whose date is used",
        )?;
        Ok(Self { name, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_decides_the_field() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let read =
            |text: &str| text.parse::<TimeCondition>().map(|found| (found.name(), found.value()));
        assert_eq!(read(date), Ok(("If-Modified-Since", date.to_owned())));
        assert_eq!(read(&["-", date].concat()), Ok(("If-Unmodified-Since", date.to_owned())));
        assert_eq!(
            read("Sunday, 06-Nov-94 08:49:37 GMT"),
            Ok(("If-Modified-Since", date.to_owned()))
        );
        assert!(read("no such file").is_err());
    }
}
