//! `-b FILE`, `-c` and `-j`: cookies that are kept.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use limpid_core::client::Url;
use limpid_io::CookieJar;
use tempfile::NamedTempFile;

use crate::args::{CookieArgs, RequestArgs};
use crate::report;

/// The name of the field that a line of a file of heads can have.
const FIELD: &str = "Set-Cookie:";

/// The cookies of one set of options.
pub(super) struct Cookies<'a> {
    args: &'a CookieArgs,
    jar: CookieJar,
    /// Cookies of files of heads, which do not say which host set them.
    hostless: Vec<String>,
    /// The hosts for which these are in the jar.
    hosts: Mutex<BTreeSet<String>>,
    /// Held while the file is written, so that the last writer has the newest cookies.
    writing: Mutex<()>,
}

impl<'a> Cookies<'a> {
    /// Reads the files of all sets of options, which share the jar. This comes before the first transfer, so that no cookie of
    /// a file replaces one that a server set.
    pub(super) fn read_all(operations: &'a [RequestArgs]) -> Vec<Self> {
        let jar = CookieJar::new();
        operations.iter().map(|args| Self::read(&args.message.cookies, jar.clone())).collect()
    }

    fn read(args: &'a CookieArgs, jar: CookieJar) -> Self {
        let mut hostless = Vec::new();
        for path in args.files() {
            // As in curl, a file that cannot be read has no cookies: the first run of a script has none yet.
            let Ok(content) = content(path) else { continue };
            let read = CookieJar::new();
            let fields = fields(&content);
            hostless.extend(fields.filter(|cookie| !is_of_domain(cookie, &read)));
            // Reading and writing memory does not fail.
            let _ = read.load_netscape(&content[..]);
            if args.junk_session_cookies {
                read.clear_session();
                hostless.retain(|cookie| is_persistent(cookie));
            }
            let mut kept = Vec::new();
            let _ = read.save_netscape(&mut kept);
            let _ = jar.load_netscape(&kept[..]);
        }
        Self { args, jar, hostless, hosts: Mutex::default(), writing: Mutex::default() }
    }

    /// Returns the jar, if cookies are kept.
    pub(super) fn jar(&self) -> Option<&CookieJar> {
        self.args.keeps().then_some(&self.jar)
    }

    /// Gives the host of a URL the cookies whose host is not known. curl sends these to every host, also after a redirect;
    /// here only to those of the arguments.
    pub(super) fn add_hostless(&self, url: &Url) {
        let host = url.host();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if self.hostless.is_empty() || !hosts.insert(host.to_owned()) {
            return;
        }
        for cookie in &self.hostless {
            // One that is not a cookie is left out.
            let _ = self.jar.insert(cookie, &root(host));
        }
    }

    /// Writes the file of `-c`. As in curl, a failure does not change the exit code.
    pub(super) fn write(&self, shows_errors: bool) {
        let Some(path) = &self.args.cookie_jar else { return };
        if let Err(error) = self.write_to(path)
            && shows_errors
        {
            report::print_note(&format_args!(
                "cannot write the cookies to {}: {error}",
                path.display()
            ));
        }
    }

    fn write_to(&self, path: &Path) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = Vec::new();
        self.jar.save_netscape(&mut text)?;
        if path == Path::new("-") {
            return io::stdout().write_all(&text);
        }
        let existing = fs::metadata(path).ok();
        if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
            return fs::write(path, &text);
        }
        // No reader sees a part of the file. Cookies are secrets: a new file is for its owner only.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut file = NamedTempFile::new_in(parent.unwrap_or_else(|| Path::new(".")))?;
        file.write_all(&text)?;
        if let Some(existing) = existing {
            file.as_file().set_permissions(existing.permissions())?;
        }
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}

fn content(path: &str) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    match path {
        "-" => io::stdin().read_to_end(&mut content)?,
        path => File::open(path)?.read_to_end(&mut content)?,
    };
    Ok(content)
}

/// Returns the values of the fields Set-Cookie in a file of heads.
fn fields(content: &[u8]) -> impl Iterator<Item = String> {
    let lines =
        content.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let is_field =
        |line: &str| line.get(..FIELD.len()).is_some_and(|name| name.eq_ignore_ascii_case(FIELD));
    lines.filter(move |line| is_field(line)).map(|line| line[FIELD.len()..].trim().to_owned())
}

/// Inserts a cookie that has a domain. Returns whether it has one.
fn is_of_domain(cookie: &str, jar: &CookieJar) -> bool {
    let attributes = cookie.split(';').skip(1).filter_map(|attribute| attribute.split_once('='));
    let named = attributes.filter(|(name, _)| name.trim().eq_ignore_ascii_case("domain"));
    let domain = named.last().map(|(_, domain)| domain.trim().trim_start_matches('.'));
    let Some(domain) = domain.filter(|domain| !domain.is_empty()) else { return false };
    // One that is not accepted is left out.
    let _ = jar.insert(cookie, &root(domain));
    true
}

/// Returns whether a cookie without a domain expires at a time.
fn is_persistent(cookie: &str) -> bool {
    let jar = CookieJar::new();
    jar.insert(cookie, &root("localhost")).is_ok()
        && jar.cookies().iter().any(|cookie| cookie.expires.is_some())
}

/// Returns a URL of a host for which all of its cookies may be set, those without a path for all paths.
fn root(host: &str) -> String {
    match host.contains(':') {
        true => format!("https://[{host}]/"),
        false => format!("https://{host}/"),
    }
}
