//! Dates as curl reads them: `Sun, 06 Nov 1994 08:49:37 GMT`, `6 Nov 1994`, `19941106 08:49` and the like.

use std::time::SystemTime;

use time::{Date, Month, Time, UtcOffset};

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Names of zones, and their hours east of UTC.
const ZONES: [(&str, i8); 14] = [
    ("gmt", 0),
    ("ut", 0),
    ("utc", 0),
    ("z", 0),
    ("cet", 1),
    ("cest", 2),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

/// What the words of a date have said.
#[derive(Default)]
struct Parts {
    year: Option<i32>,
    month: Option<Month>,
    day: Option<u8>,
    time: Option<Time>,
    zone: Option<UtcOffset>,
    has_weekday: bool,
}

/// Reads a date, whose words may stand in any order, but for the day before the year. Without a time it is midnight, and without a
/// zone it is in UTC.
pub(super) fn read(text: &str) -> Option<SystemTime> {
    let mut parts = Parts::default();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let before = rest[..start].chars().next_back();
        rest = &rest[start..];
        let is_word = rest.starts_with(|c: char| c.is_ascii_alphabetic());
        let belongs = |c: char| match is_word {
            true => c.is_ascii_alphabetic(),
            false => c.is_ascii_digit() || c == ':',
        };
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        match is_word {
            true => parts.word(word),
            false => parts.number(word, before),
        }?;
        rest = &rest[end..];
    }
    let date = Date::from_calendar_date(parts.year?, parts.month?, parts.day?).ok()?;
    let time = date.with_time(parts.time.unwrap_or(Time::MIDNIGHT));
    Some(time.assume_offset(parts.zone.unwrap_or(UtcOffset::UTC)).into())
}

impl Parts {
    /// Takes the name of a weekday, a month or a zone.
    fn word(&mut self, word: &str) -> Option<()> {
        let word = word.to_ascii_lowercase();
        let short = word.get(..3).unwrap_or_default();
        let month = (1..).zip(MONTHS).find(|(_, month)| *month == short);
        let zone = ZONES.iter().find(|(name, _)| *name == word);
        if !self.has_weekday && WEEKDAYS.contains(&short) {
            self.has_weekday = true;
        } else if let (None, Some((number, _))) = (self.month, month) {
            self.month = Some(Month::try_from(number).ok()?);
        } else {
            let (_, hours) = zone.filter(|_| self.zone.is_none())?;
            self.zone = Some(UtcOffset::from_hms(*hours, 0, 0).ok()?);
        }
        Some(())
    }

    /// Takes digits, and perhaps colons between them, which follow the character `before`.
    fn number(&mut self, word: &str, before: Option<char>) -> Option<()> {
        if word.contains(':') {
            self.time = Some(time(word).filter(|_| self.time.is_none())?);
            return Some(());
        }
        let number: u32 = word.parse().ok()?;
        let day = u8::try_from(number).ok().filter(|day| (1..=31).contains(day));
        match before {
            Some(sign @ ('+' | '-'))
                if word.len() == 4 && number <= 1400 && self.zone.is_none() =>
            {
                let (hours, minutes) =
                    (i8::try_from(number / 100).ok()?, i8::try_from(number % 100).ok()?);
                let sign = if sign == '-' { -1 } else { 1 };
                self.zone = Some(UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?);
            }
            _ if word.len() == 8 && self.month.is_none() => {
                self.year = Some(word[..4].parse().ok()?);
                self.month = Some(word[4..6].parse::<u8>().ok()?.try_into().ok()?);
                self.day = Some(word[6..].parse().ok()?);
            }
            _ => match (self.day, day, self.year) {
                (None, Some(day), _) => self.day = Some(day),
                (_, _, None) => self.year = Some(full_year(i32::try_from(number).ok()?)),
                _ => return None,
            },
        }
        Some(())
    }
}

/// Reads hours and minutes, and seconds if there are any.
fn time(text: &str) -> Option<Time> {
    let mut numbers = text.split(':').map(|number| number.parse::<u8>().ok());
    let (hours, minutes) = (numbers.next()??, numbers.next()??);
    let seconds = numbers.next().unwrap_or(Some(0))?;
    let time = Time::from_hms(hours, minutes, seconds).ok()?;
    numbers.next().is_none().then_some(time)
}

/// Returns the year that two digits stand for.
const fn full_year(year: i32) -> i32 {
    match year {
        0..=70 => year + 2000,
        71..=99 => year + 1900,
        _ => year,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        read(text).map(httpdate::fmt_http_date)
    }

    #[test]
    fn dates_are_read_in_the_forms_that_curl_reads() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned());
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "06 Nov 1994 08:49:37",
            "Nov 6 1994 08:49:37 UTC",
            "1994 Nov 6 08:49:37",
            "GMT 08:49:37 06-Nov-94 Sunday",
            "19941106 08:49:37",
            "Sun, 06 Nov 1994 10:49:37 +0200",
            "06 Nov 1994 03:49:37 EST",
        ] {
            assert_eq!(shown(text), date, "{text}");
        }
        assert_eq!(shown("20040912").as_deref(), Some("Sun, 12 Sep 2004 00:00:00 GMT"));
        assert_eq!(shown("Sep 12 2004 15:05").as_deref(), Some("Sun, 12 Sep 2004 15:05:00 GMT"));
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "now",
            "1 day ago",
            "2004-09-12",
            "09/12/2004",
            "31 Feb 2004",
            "6 Nov",
            "6 Nov 1994 25:00",
            "20041399",
            "6 Nov 1994 8:00:00:00",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
