//! The cookie files of Netscape, which curl reads and writes.

use std::fmt::Write as _;
use std::io::{self, BufRead, Write};
use std::time::{Duration, SystemTime};

use super::cookie::Cookie;

/// The begin of a line with a cookie that scripts do not receive. Other lines that begin with # are comments.
const HTTP_ONLY: &str = "#HttpOnly_";

/// The latest time that a date of HTTP can have.
const LAST: u64 = 253_402_300_799;

/// Passes each cookie of a file to `insert`, as the value of Set-Cookie, with a URL for which it may be set.
pub(super) fn load(from: impl BufRead, mut insert: impl FnMut(&str, &str)) -> io::Result<()> {
    for line in from.split(b'\n') {
        // A line that is not text has no cookie.
        if let Ok(line) = std::str::from_utf8(&line?)
            && let Some((cookie, url)) = parse(line.trim_end_matches('\r'))
        {
            insert(&cookie, &url);
        }
    }
    Ok(())
}

/// Returns the cookie of a line, if it has one.
fn parse(line: &str) -> Option<(String, String)> {
    let (http_only, line) = match line.strip_prefix(HTTP_ONLY) {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    if line.starts_with('#') {
        return None;
    }
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let (domain, below, path, secure) = (next()?, next()?, next()?, next()?);
    // The value may be missing, if it is empty.
    let (expires, name, value) = (next()?, next()?, next().unwrap_or(""));
    let (domain, expires) = (domain.trim_start_matches('.'), expires.parse::<u64>().ok()?);
    let is_true = |text: &str| text.eq_ignore_ascii_case("TRUE");
    let mut cookie = format!("{name}={value}; Path={path}");
    if is_true(below) {
        // Writing to a string does not fail.
        let _ = write!(cookie, "; Domain={domain}");
    }
    if expires > 0 {
        let date = SystemTime::UNIX_EPOCH + Duration::from_secs(expires.min(LAST));
        let _ = write!(cookie, "; Expires={}", httpdate::fmt_http_date(date));
    }
    cookie.push_str(if is_true(secure) { "; Secure" } else { "" });
    cookie.push_str(if http_only { "; HttpOnly" } else { "" });
    // curl writes an IPv6 address without the brackets that it has in URLs.
    let is_bare = domain.contains(':') && !domain.starts_with('[');
    let host = if is_bare { format!("[{domain}]") } else { domain.to_owned() };
    Some((cookie, format!("https://{host}/")))
}

/// Writes a file with these cookies.
pub(super) fn save(cookies: &[Cookie], mut to: impl Write) -> io::Result<()> {
    to.write_all(b"# Netscape HTTP Cookie File\n# The format is that of https://curl.se/docs/http-cookies.html\n\n")?;
    for cookie in cookies {
        let Cookie { name, value, domain, host_only, path, secure, http_only, expires } = cookie;
        let domain = domain.trim_start_matches('[').trim_end_matches(']');
        let shown = |flag: bool| if flag { "TRUE" } else { "FALSE" };
        let seconds = expires.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        writeln!(
            to,
            "{}{}{domain}\t{}\t{path}\t{}\t{}\t{name}\t{value}",
            if *http_only { HTTP_ONLY } else { "" },
            if *host_only { "" } else { "." },
            shown(!host_only),
            shown(*secure),
            seconds.map_or(0, |time| time.as_secs()),
        )?;
    }
    to.flush()
}
