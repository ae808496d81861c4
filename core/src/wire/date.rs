//! Dates in the format of HTTP (RFC 9110 section 5.6.7).

const DAYS: [&[u8; 3]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];
const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Returns a date such as `Sun, 06 Nov 1994 08:49:37 GMT`, from the number of seconds since the start
/// of 1970.
pub(crate) fn text(unix: u64) -> [u8; 29] {
    let (days, time) = (unix / 86_400, unix % 86_400);
    let (year, month, day) = civil(days);
    let mut text = *b"Thu, 01 Jan 1970 00:00:00 GMT";
    text[..3].copy_from_slice(DAYS[index(days % 7)]);
    digits(&mut text[5..7], day);
    text[8..11].copy_from_slice(MONTHS[index(month)]);
    digits(&mut text[12..16], year);
    digits(&mut text[17..19], time / 3600);
    digits(&mut text[20..22], time / 60 % 60);
    digits(&mut text[23..25], time % 60);
    text
}

fn digits(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// Returns the Gregorian year, the month from 0 and the day from 1 of a day, which is counted from
/// the start of 1970.
fn civil(days: u64) -> (u64, u64, u64) {
    // In years that begin on the 1st of March, a leap day is the last day. Days count from the year
    // 0.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year + u64::from(month >= 10);
    (year, (month + 2) % 12, day)
}

/// Returns the number of seconds from the start of 1970 to a date in one of the three formats of RFC 9110 section
/// 5.6.7. `None` if it is not a date, or earlier.
///
/// The two digits of a year in the format of RFC 850 stand for 1970 to 2069.
pub(crate) fn parse(date: &[u8]) -> Option<u64> {
    let parts =
        date.split(|byte| matches!(byte, b' ' | b',' | b'-')).filter(|part| !part.is_empty());
    let mut found: [&[u8]; 6] = [b""; 6];
    let mut count = 0;
    for part in parts {
        *found.get_mut(count)? = part;
        count += 1;
    }
    match (count, found) {
        // The last is the format of C's asctime().
        (6, [name, day, month, year, time, b"GMT"]) | (5, [name, month, day, time, year, b""])
            if is_day_name(name) =>
        {
            seconds(day, month, year, time)
        }
        _ => None,
    }
}

/// Returns whether this is the name of a day, or its first three letters.
fn is_day_name(name: &[u8]) -> bool {
    let start = name.get(..3).and_then(|start| start.try_into().ok());
    start.is_some_and(|start: &[u8; 3]| DAYS.contains(&start))
        && name.iter().all(u8::is_ascii_alphabetic)
}

/// Returns the seconds since the start of 1970 to a date of these parts.
fn seconds(day: &[u8], month: &[u8], year: &[u8], time: &[u8]) -> Option<u64> {
    let month = MONTHS.iter().position(|name| *name == month)? as u64;
    let year = match (number(year)?, year.len()) {
        (year, 2) if year < 70 => 2000 + year,
        (year, 2) => 1900 + year,
        (year, 4) if year >= 1970 => year,
        _ => return None,
    };
    let (day, days) = (number(day)?, days_before(year, month));
    let mut clock = time.split(|byte| *byte == b':');
    let [hour, minute, second] = [clock.next(), clock.next(), clock.next()];
    let (hour, minute, second) = (number(hour?)?, number(minute?)?, number(second?)?);
    // A leap second is the second 60.
    let is_date = (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60
        && clock.next().is_none()
        && civil(days + day - 1) == (year, month, day);
    is_date.then(|| (days + day - 1) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Returns the number that at most four digits are.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 4 {
        return None;
    }
    digits.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'))
    })
}

/// Returns the number of days from the start of 1970 to the first day of this month, which counts from 0. The
/// inverse of [`civil`].
const fn days_before(year: u64, month: u64) -> u64 {
    // Years begin on the 1st of March.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let (era, of_era) = (year / 400, year % 400);
    let day = (153 * month + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_formats_are_read() {
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(date.as_bytes()), Some(784_111_777), "{date}");
        }
    }

    #[test]
    fn written_date_is_read_as_the_same_time() {
        for unix in (0..5_000_000_000).step_by(86_400 * 9 + 12_345) {
            assert_eq!(parse(&text(unix)), Some(unix));
        }
    }

    #[test]
    fn text_that_is_no_date_is_not_read() {
        for date in [
            "",
            "120",
            "soon",
            "Sun, 31 Feb 2024 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37 PST",
            "Sun, 06 Nov 1969 08:49:37 GMT",
            "Xxx, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
        ] {
            assert_eq!(parse(date.as_bytes()), None, "{date}");
        }
    }

    #[test]
    fn dates_have_the_format_of_the_rfc() {
        for (unix, expected) in [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (978_307_199, "Sun, 31 Dec 2000 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] {
            assert_eq!(core::str::from_utf8(&text(unix)).unwrap(), expected);
        }
    }
}
