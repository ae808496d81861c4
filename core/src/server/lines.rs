//! The fields that every response should have, as lines that need no other look: Date (RFC 9110
//! section 6.6.1), written anew only when the second has changed, and Server.

use alloc::vec::Vec;
use core::time::Duration;

use super::date;
use crate::time::Mono;
use crate::wire::token;

/// The lines of Date and of Server, one after the other, as far as there are any.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    /// Where the line of Server starts.
    server: usize,
    day: Option<Day>,
}

/// The time of day, as the driver has told it.
#[derive(Clone, Copy, Debug)]
struct Day {
    /// How long after 1970 the driver's clock began.
    origin: Duration,
    /// When the line of Date is no longer right.
    until: Mono,
}

/// A line of Date, of which the time is to be written.
const DATE: &[u8] = b"Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";

impl Lines {
    /// Those of a server of this name, if it has one that can be sent, and without a clock.
    pub(super) fn new(name: Option<&str>) -> Self {
        let name = name.filter(|name| token::is_text(name.as_bytes()));
        let bytes = name.map(|name| [b"Server: ", name.as_bytes(), b"\r\n"].concat());
        Self { bytes: bytes.unwrap_or_default(), server: 0, day: None }
    }

    /// `now` on the driver's clock is `unix` after the start of 1970.
    pub(super) fn set_date(&mut self, now: Mono, unix: Duration) {
        if self.server == 0 {
            self.bytes.splice(..0, DATE.iter().copied());
            self.server = DATE.len();
        }
        let origin = unix.saturating_sub(Duration::from_nanos(now.as_nanos()));
        self.day = Some(Day { origin, until: now });
    }

    /// Sees to it that the lines are right, and tells until when they are, if there is an end to that.
    #[inline]
    pub(super) fn set(&mut self, now: Mono) -> Option<Mono> {
        if let Some(day) = self.day
            && now >= day.until
        {
            self.turn(day.origin, now);
        }
        self.day.map(|day| day.until)
    }

    /// The lines as they were [`set`](Self::set), but for those that the response has of its own.
    #[inline]
    pub(super) fn beside(&self, has_date: bool, has_server: bool) -> &[u8] {
        let start = if has_date { self.server } else { 0 };
        let end = if has_server { self.server } else { self.bytes.len() };
        &self.bytes[start..end]
    }

    /// The next second has come, or one after it.
    #[cold]
    fn turn(&mut self, origin: Duration, now: Mono) {
        let unix = origin + Duration::from_nanos(now.as_nanos());
        let second = Duration::from_secs(unix.as_secs());
        let time = date::text(unix.as_secs());
        self.bytes[b"Date: ".len()..][..time.len()].copy_from_slice(&time);
        self.day = Some(Day { origin, until: now + (second + Duration::from_secs(1) - unix) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_goes_with_the_clock() {
        let now = Mono::from_nanos(5_000_000_000);
        let mut lines = Lines::new(None);
        lines.set_date(now, Duration::from_millis(784_111_777_500));
        let mut after = |millis| {
            let now = now + Duration::from_millis(millis);
            assert!(lines.set(now).unwrap() > now);
            core::str::from_utf8(&lines.beside(false, false)[23..31]).unwrap().to_owned()
        };
        assert_eq!(after(0), "08:49:37");
        assert_eq!(after(499), "08:49:37");
        assert_eq!(after(500), "08:49:38");
        assert_eq!(after(60_000), "08:50:37");
    }

    #[test]
    fn a_response_may_have_either_of_its_own() {
        let mut lines = Lines::new(Some("me"));
        let now = Mono::from_nanos(0);
        assert_eq!(lines.set(now), None);
        assert_eq!(lines.beside(false, false), b"Server: me\r\n");
        lines.set_date(now, Duration::ZERO);
        assert_eq!(lines.set(now), Some(now + Duration::from_secs(1)));
        assert_eq!(lines.beside(false, false), [DATE, b"Server: me\r\n"].concat());
        assert_eq!(lines.beside(true, false), b"Server: me\r\n");
        assert_eq!(lines.beside(false, true), DATE);
        assert_eq!(lines.beside(true, true), b"");
    }

    #[test]
    fn a_name_that_cannot_be_sent_is_none() {
        assert_eq!(Lines::new(Some("a\r\nb: c")).beside(false, false), b"");
    }
}
