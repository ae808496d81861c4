//! Dates in the format of HTTP (RFC 9110 section 5.6.7).

const DAYS: [&[u8; 3]; 7] = [b"Thu", b"Fri", b"Sat", b"Sun", b"Mon", b"Tue", b"Wed"];
const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Returns a date such as `Sun, 06 Nov 1994 08:49:37 GMT`, from the number of seconds since the start
/// of 1970.
pub(super) fn text(unix: u64) -> [u8; 29] {
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

#[cfg(test)]
mod tests {
    use super::*;

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
