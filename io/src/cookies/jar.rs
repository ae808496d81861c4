//! A jar of cookies.

use std::fmt;
use std::io::{self, BufRead, ErrorKind, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cookie_store::serde::json;
use cookie_store::{Cookie as Stored, CookieDomain, CookieStore};
use limpid_core::fields::Fields;
use url::Url;

use super::cookie::Cookie;
use super::error::CookieError;
use super::netscape;

/// The cookies of one or more clients (RFC 6265). Clones share the cookies.
///
/// The rules are those of the crate `cookie_store`. There is no list of public suffixes: a server may set cookies for the
/// domains above its own as long as these contain a dot, as in curl without libpsl. So a client that is used with servers that
/// do not trust each other, below a suffix such as `co.uk`, should have a jar for each.
///
/// ```
/// use limpid_io::CookieJar;
///
/// let jar = CookieJar::new();
/// jar.insert("id=7; Path=/shop; Secure; HttpOnly", "https://www.example.com/")?;
/// let cookies = jar.cookies();
/// assert_eq!((&*cookies[0].name, &*cookies[0].domain), ("id", "www.example.com"));
///
/// // The file that curl reads with -b and writes with -c.
/// let mut file = Vec::new();
/// jar.save_netscape(&mut file)?;
/// let other = CookieJar::new();
/// other.load_netscape(&file[..])?;
/// assert_eq!(other.cookies(), cookies);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct CookieJar {
    store: Arc<Mutex<CookieStore>>,
}

impl fmt::Debug for CookieJar {
    /// Formats the number of cookies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieJar").field("cookies", &self.lock().iter_unexpired().count()).finish()
    }
}

impl CookieJar {
    /// Creates an empty jar.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, CookieStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Inserts a cookie as the server of this URL would with the field Set-Cookie. An expired one removes the one that it
    /// replaces.
    ///
    /// # Errors
    /// It is not a cookie, or the server may not set it.
    pub fn insert(&self, cookie: &str, url: &str) -> Result<(), CookieError> {
        let url = Url::parse(url).map_err(CookieError::new)?;
        self.insert_from(cookie, &url)
    }

    pub(super) fn insert_from(&self, cookie: &str, url: &Url) -> Result<(), CookieError> {
        let mut cookie = Stored::parse(cookie, url).map_err(CookieError::new)?.into_owned();
        // An address has no domains below it (RFC 6265 section 5.1.3).
        if let CookieDomain::Suffix(domain) = &cookie.domain
            && url.domain().is_none()
            && url.host_str() == Some(domain)
        {
            cookie.domain = CookieDomain::HostOnly(domain.clone());
        }
        if let CookieDomain::Suffix(domain) = &cookie.domain
            && !domain.contains('.')
            && url.host_str() != Some(domain)
        {
            return Err(CookieError::new("its domain is a top-level domain"));
        }
        self.lock().insert(cookie, url).map(drop).map_err(CookieError::new)
    }

    /// Inserts the cookies of a response to a request for this URL. Those that the server may not set are left out.
    pub(crate) fn receive(&self, fields: Fields<'_>, url: &str) {
        let Ok(url) = Url::parse(url) else { return };
        for cookie in fields.all("Set-Cookie") {
            if let Ok(cookie) = std::str::from_utf8(cookie) {
                // A cookie that is not accepted is ignored (RFC 6265 section 5.3).
                let _ = self.insert_from(cookie, &url);
            }
        }
    }

    /// Returns the cookies for a request to this URL, as the value of the field Cookie; empty without any. Those with
    /// longer paths come first (RFC 6265 section 5.4).
    #[must_use]
    pub fn for_url(&self, url: &str) -> String {
        let Ok(url) = Url::parse(url) else { return String::new() };
        let store = self.lock();
        let mut cookies = store.matches(&url);
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs = cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value()));
        // A cookie of a file can have bytes that no field may have.
        let valid = pairs.filter(|pair| !pair.bytes().any(|byte| byte.is_ascii_control()));
        valid.collect::<Vec<_>>().join("; ")
    }

    /// Returns the cookies that have not expired.
    #[must_use]
    pub fn cookies(&self) -> Vec<Cookie> {
        self.lock().iter_unexpired().map(Cookie::of).collect()
    }

    /// Removes all cookies.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Removes the cookies of the session, those without a time at which they expire: what curl's
    /// `--junk-session-cookies` does to a file.
    pub fn clear_session(&self) {
        let mut store = self.lock();
        let session = store.iter_any().filter(|cookie| !cookie.is_persistent());
        let keys: Vec<_> = session
            .map(|cookie| {
                (String::from(&cookie.domain), cookie.path.to_string(), cookie.name().to_owned())
            })
            .collect();
        for (domain, path, name) in keys {
            store.remove(&domain, &path, &name);
        }
    }

    /// Adds the cookies of a file that [`save_json`](Self::save_json) or the crate `cookie_store` wrote.
    ///
    /// # Errors
    /// The file cannot be read, or is not such a file.
    pub fn load_json(&self, from: impl BufRead) -> io::Result<()> {
        let invalid = |error| io::Error::new(ErrorKind::InvalidData, error);
        let loaded = json::load_all(from).map_err(invalid)?;
        let kept = self.lock().iter_any().cloned().collect::<Vec<_>>();
        let all = kept.into_iter().chain(loaded.iter_any().cloned());
        let joined = CookieStore::from_cookies(all.map(Ok::<_, io::Error>), false)?;
        *self.lock() = joined;
        Ok(())
    }

    /// Writes all cookies as JSON of the crate `cookie_store`, those of the session too.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn save_json(&self, mut to: impl Write) -> io::Result<()> {
        json::save_incl_expired_and_nonpersistent(&self.lock(), &mut to).map_err(io::Error::other)
    }

    /// Adds the cookies of a Netscape cookie file, which curl reads with `-b` and many programs write. Lines that are not
    /// cookies are ignored, as in curl.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load_netscape(&self, from: impl BufRead) -> io::Result<()> {
        netscape::load(from, |cookie, url| {
            if let Ok(url) = Url::parse(url) {
                // As above, a cookie that is not accepted is ignored.
                let _ = self.insert_from(cookie, &url);
            }
        })
    }

    /// Writes the cookies that have not expired as a Netscape cookie file, as curl does with `-c`.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn save_netscape(&self, to: impl Write) -> io::Result<()> {
        netscape::save(&self.cookies(), to)
    }
}
