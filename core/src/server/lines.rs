//! The fields that are added to every response, as encoded lines: Date (RFC 9110 section 6.6.1),
//! which is encoded again when the second has changed, and Server.

use alloc::vec::Vec;
use core::time::Duration;

use crate::fields::Fields;
use crate::time::Mono;
use crate::wire::{date, token};

/// The lines of Date and Server, one after the other, where present.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    /// Where the line of Server starts.
    server: usize,
    /// How long after the start of 1970 the driver's clock started.
    origin: Duration,
    /// When the line of Date is outdated; without one, the end of time.
    until: Mono,
    /// How often the line of Date was encoded.
    edition: u64,
}

/// A line of Date with a placeholder for the time.
const DATE: &[u8] = b"Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";

/// The lengths of the fields' names: bit `n` stands for `n` bytes.
const LENGTHS: u32 = 1 << b"Date".len() | 1 << b"Server".len();

impl Lines {
    /// Creates the lines of a server with this name, if it is given and valid, and without a clock.
    pub(super) fn new(name: Option<&str>) -> Self {
        let name = name.filter(|name| token::is_text(name.as_bytes()));
        let bytes = name.map(|name| [b"Server: ", name.as_bytes(), b"\r\n"].concat());
        let (origin, until) = (Duration::ZERO, Mono::from_nanos(u64::MAX));
        Self { bytes: bytes.unwrap_or_default(), server: 0, origin, until, edition: 0 }
    }

    /// Sets the time of day: `now` on the driver's clock is `unix` after the start of 1970.
    pub(super) fn set_date(&mut self, now: Mono, unix: Duration) {
        if self.server == 0 {
            self.bytes.splice(..0, DATE.iter().copied());
            self.server = DATE.len();
        }
        self.origin = unix.saturating_sub(Duration::from_nanos(now.as_nanos()));
        self.until = now;
    }

    /// Returns whether the second of the line of Date has passed.
    #[inline]
    pub(super) const fn is_outdated(&self, now: Mono) -> bool {
        now.as_nanos() >= self.until.as_nanos()
    }

    /// Updates the lines. Returns their edition, which differs after they have changed.
    #[inline]
    pub(super) fn set(&mut self, now: Mono) -> u64 {
        if self.is_outdated(now) {
            self.update_date(now);
        }
        self.edition
    }

    /// Returns the lines as of the last [`set`](Self::set), without those that `fields` contain.
    pub(super) fn missing_in(&self, fields: Fields<'_>) -> &[u8] {
        let (mut start, mut end) = (0, self.bytes.len());
        for (_, name) in fields.names_of_lengths(LENGTHS) {
            if name.eq_ignore_ascii_case(b"Date") {
                start = self.server;
            } else if name.eq_ignore_ascii_case(b"Server") {
                end = self.server;
            }
        }
        &self.bytes[start..end]
    }

    /// Encodes the line of Date for the current second, if there is a clock.
    #[cold]
    fn update_date(&mut self, now: Mono) {
        if self.server == 0 {
            return;
        }
        let unix = self.origin + Duration::from_nanos(now.as_nanos());
        let second = Duration::from_secs(unix.as_secs());
        let time = date::text(unix.as_secs());
        self.bytes[b"Date: ".len()..][..time.len()].copy_from_slice(&time);
        self.edition += 1;
        self.until = now + (second + Duration::from_secs(1) - unix);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::FieldBlock;

    #[test]
    fn date_follows_the_clock() {
        let now = Mono::from_nanos(5_000_000_000);
        let mut lines = Lines::new(None);
        lines.set_date(now, Duration::from_millis(784_111_777_500));
        let first = lines.set(now);
        let mut after = |millis| {
            let edition = lines.set(now + Duration::from_millis(millis));
            let time = core::str::from_utf8(&lines.missing_in(Fields::EMPTY)[23..31]).unwrap();
            (time.to_owned(), edition - first)
        };
        assert_eq!(after(0), ("08:49:37".to_owned(), 0));
        assert_eq!(after(499), ("08:49:37".to_owned(), 0));
        assert_eq!(after(500), ("08:49:38".to_owned(), 1));
        assert_eq!(after(60_000), ("08:50:37".to_owned(), 2));
    }

    #[test]
    fn date_follows_a_jump_of_the_clock() {
        let mut lines = Lines::new(None);
        let (start, later) = (Mono::from_nanos(0), Mono::from_nanos(1_000_000_000));
        lines.set_date(start, Duration::from_secs(784_111_777));
        let first = lines.set(start);
        assert!(!lines.is_outdated(start) && lines.is_outdated(later));
        // The clock was an hour fast.
        lines.set_date(later, Duration::from_secs(784_111_778 - 3600));
        assert_eq!(lines.set(later), first + 1);
        assert_eq!(&lines.missing_in(Fields::EMPTY)[23..31], b"07:49:38");
    }

    /// Returns the lines that are missing in fields with these names.
    fn beside<'l>(lines: &'l Lines, names: &[&str]) -> &'l [u8] {
        let fields: FieldBlock = names.iter().map(|name| (name.as_bytes(), &b"x"[..])).collect();
        lines.missing_in(fields.fields())
    }

    #[test]
    fn response_may_set_either_line_itself() {
        let mut lines = Lines::new(Some("me"));
        let now = Mono::from_nanos(0);
        let without = lines.set(now);
        assert_eq!(lines.missing_in(Fields::EMPTY), b"Server: me\r\n");
        lines.set_date(now, Duration::ZERO);
        assert_ne!(lines.set(now), without);
        assert_eq!(lines.missing_in(Fields::EMPTY), [DATE, b"Server: me\r\n"].concat());
        assert_eq!(beside(&lines, &["dATE"]), b"Server: me\r\n");
        assert_eq!(beside(&lines, &["Server"]), DATE);
        assert_eq!(beside(&lines, &["server", "X", "date"]), b"");
    }

    #[test]
    fn invalid_server_name_is_omitted() {
        assert_eq!(Lines::new(Some("a\r\nb: c")).missing_in(Fields::EMPTY), b"");
    }
}
