//! Files that rotate at times of the clock.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

use super::file_config::{Schedule, When};

/// A schedule, and the next time at which the file rotates.
pub(super) struct Timer {
    schedule: Schedule,
    zone: TimeZone,
    next: Timestamp,
}

impl Timer {
    /// Returns the timer of a file that was last changed at `since`.
    pub(super) fn new(schedule: Schedule, since: SystemTime) -> Self {
        let zone = if schedule.utc { TimeZone::UTC } else { TimeZone::system() };
        let mut timer = Self { schedule, zone, next: Timestamp::MAX };
        timer.next = timer.after(timestamp(since));
        timer
    }

    /// Returns whether the file rotates now.
    pub(super) fn is_due(&self, now: SystemTime) -> bool {
        timestamp(now) >= self.next
    }

    /// Renames the file to the time that it begins at, removes the oldest files, and sets the next time.
    pub(super) fn rotate(&mut self, path: &Path, now: SystemTime) -> io::Result<()> {
        let to = self.name(path);
        match fs::rename(path, to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.remove_oldest(path)?;
        self.next = self.after(timestamp(now));
        Ok(())
    }

    /// Returns the name of the file that ends now, such as `app.log.2026-03-28`.
    fn name(&self, path: &Path) -> PathBuf {
        let end = self.next.to_zoned(self.zone.clone());
        let begin = end.checked_sub(self.interval()).unwrap_or(end);
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}", begin.strftime(self.schedule.when.suffix())));
        name.into()
    }

    /// Returns the interval. Days are those of the calendar, which a change of the clock makes longer.
    fn interval(&self) -> Span {
        let count = i64::from(self.schedule.interval.max(1));
        let span = Span::new();
        match self.schedule.when {
            When::Second => span.seconds(count),
            When::Minute => span.minutes(count),
            When::Hour => span.hours(count),
            When::Day => span.hours(count.saturating_mul(24).min(i64::from(u32::MAX))),
            When::Midnight => span.days(count.min(100_000)),
            When::Weekday(_) => span.days(7),
        }
    }

    /// Returns the first time to rotate after a moment.
    fn after(&self, moment: Timestamp) -> Timestamp {
        let zoned = moment.to_zoned(self.zone.clone());
        let days = match self.schedule.when {
            When::Midnight => i64::from(self.schedule.interval.clamp(1, 100_000)),
            When::Weekday(day) => 1 + days_until(zoned.date(), day),
            _ => {
                let next = zoned.checked_add(self.interval());
                return next.map_or(Timestamp::MAX, |next| next.timestamp());
            }
        };
        self.midnight(&zoned, days).unwrap_or(Timestamp::MAX)
    }

    /// Returns the beginning of the day that many days later.
    fn midnight(&self, zoned: &Zoned, days: i64) -> Option<Timestamp> {
        let date = zoned.date().checked_add(Span::new().days(days)).ok()?;
        Some(date.to_zoned(self.zone.clone()).ok()?.timestamp())
    }

    /// Removes the oldest rotated files, if their number is limited. Their names sort by time.
    fn remove_oldest(&self, path: &Path) -> io::Result<()> {
        let keep = usize::try_from(self.schedule.backup_count).unwrap_or(usize::MAX);
        let (Some(directory), Some(base)) = (path.parent(), path.file_name()) else {
            return Ok(());
        };
        if keep == 0 {
            return Ok(());
        }
        let mut rotated = Vec::new();
        for entry in fs::read_dir(directory)? {
            let name = entry?.file_name();
            let suffix = name
                .to_str()
                .zip(base.to_str())
                .and_then(|(name, base)| name.strip_prefix(base)?.strip_prefix('.'));
            if suffix.is_some_and(|suffix| self.schedule.when.has_form(suffix)) {
                rotated.push(name);
            }
        }
        rotated.sort();
        let surplus = rotated.len().saturating_sub(keep);
        rotated[..surplus].iter().try_for_each(|name| fs::remove_file(directory.join(name)))
    }
}

/// Returns how many days pass from a date to the next `day`, counted from Monday.
fn days_until(date: Date, day: u8) -> i64 {
    let day = Weekday::from_monday_zero_offset(i8::try_from(day).unwrap_or_default());
    day.map_or(0, |day| date.weekday().until(day).into())
}

impl When {
    /// Returns the format of the time in the name of a rotated file.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Second => "%Y-%m-%d_%H-%M-%S",
            Self::Minute => "%Y-%m-%d_%H-%M",
            Self::Hour => "%Y-%m-%d_%H",
            Self::Day | Self::Midnight | Self::Weekday(_) => "%Y-%m-%d",
        }
    }

    /// Returns whether a text has the form of a suffix.
    fn has_form(self, text: &str) -> bool {
        let form = self.suffix().replace("%Y", "0000").replace('%', "0");
        let is_like = |(form, found): (u8, u8)| match form {
            b'-' | b'_' => found == form,
            _ => found.is_ascii_digit(),
        };
        form.len() == text.len() && form.bytes().zip(text.bytes()).all(is_like)
    }
}

fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SystemTime {
        text.parse::<Timestamp>().unwrap().into()
    }

    fn timer(when: When, interval: u32, since: &str) -> Timer {
        Timer::new(Schedule { when, interval, backup_count: 0, utc: true }, at(since))
    }

    #[test]
    fn file_rotates_at_the_time_of_its_schedule() {
        let since = "2026-03-28T17:27:41Z"; // A Saturday.
        for (when, interval, next, name) in [
            (When::Second, 5, "2026-03-28T17:27:46Z", "a.log.2026-03-28_17-27-41"),
            (When::Minute, 1, "2026-03-28T17:28:41Z", "a.log.2026-03-28_17-27"),
            (When::Hour, 2, "2026-03-28T19:27:41Z", "a.log.2026-03-28_17"),
            (When::Day, 1, "2026-03-29T17:27:41Z", "a.log.2026-03-28"),
            (When::Midnight, 1, "2026-03-29T00:00:00Z", "a.log.2026-03-28"),
            (When::Midnight, 2, "2026-03-30T00:00:00Z", "a.log.2026-03-28"),
            (When::Weekday(0), 1, "2026-03-31T00:00:00Z", "a.log.2026-03-24"),
            (When::Weekday(5), 1, "2026-03-29T00:00:00Z", "a.log.2026-03-22"),
            (When::Weekday(6), 1, "2026-03-30T00:00:00Z", "a.log.2026-03-23"),
        ] {
            let timer = timer(when, interval, since);
            assert_eq!(timer.next, next.parse().unwrap(), "{when:?}");
            assert!(timer.is_due(at(next)) && !timer.is_due(at(since)), "{when:?}");
            assert_eq!(timer.name(Path::new("a.log")), Path::new(name), "{when:?}");
            assert!(when.has_form(&name["a.log.".len()..]), "{when:?}");
            assert!(!when.has_form("2026-03-2x") && !when.has_form("1"), "{when:?}");
        }
    }

    #[test]
    fn next_time_is_after_a_pause() {
        let mut timer = timer(When::Hour, 1, "2026-03-28T17:27:41Z");
        timer.rotate(Path::new("/nonexistent/a.log"), at("2026-03-30T09:00:00Z")).unwrap();
        assert_eq!(timer.next, "2026-03-30T10:00:00Z".parse().unwrap());
    }
}
