//! Dates of fields (RFC 9110 section 5.6.7), which count whole seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The end of the year 9999, after which a date has no form.
const END: u64 = 253_402_300_800;

/// Returns the date of a field value; `None` if it is not valid.
pub(super) fn parse(value: &[u8]) -> Option<SystemTime> {
    httpdate::parse_http_date(std::str::from_utf8(value).ok()?.trim()).ok()
}

/// Returns a time without its fraction of a second; `None` if a field cannot have it.
pub(super) fn whole(time: SystemTime) -> Option<SystemTime> {
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    (seconds < END).then(|| UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Returns the text of a time that [`whole`] has returned.
pub(super) fn format(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}
