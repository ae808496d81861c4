//! References relative to a URL (RFC 3986 section 5.2).

use alloc::string::String;

use super::absolute::Url;
use super::error::{UrlError, UrlProblem};
use super::parse::is_scheme;
use super::scheme::Scheme;

impl Url {
    /// Resolves `reference` relative to this URL (RFC 3986 section 5.2). A reference without a
    /// fragment inherits that of this URL (RFC 9110 section 10.2.2).
    ///
    /// # Errors
    /// The result is not a valid URL.
    ///
    /// ```
    /// # use limpid_core::client::Url;
    /// let base: Url = "http://h/a/b?q#top".parse()?;
    /// assert_eq!(base.join("../c?x")?.as_str(), "http://h/c?x#top");
    /// assert_eq!(base.join("//other/")?.as_str(), "http://other/#top");
    /// # Ok::<(), limpid_core::client::UrlError>(())
    /// ```
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        let mut text = if let Some(name) = scheme(reference) {
            if Scheme::from_name(name).is_none() {
                return Err(UrlError { problem: UrlProblem::UnknownScheme, offset: 0 });
            }
            String::new()
        } else if reference.starts_with("//") {
            [self.scheme.name(), ":"].concat()
        } else {
            self.before(reference)
        };
        text.push_str(reference);
        if let Some(fragment) = self.fragment().filter(|_| !reference.contains('#')) {
            text.push('#');
            text.push_str(fragment);
        }
        text.parse()
    }

    /// Returns the part of this URL that precedes a reference without an authority.
    fn before(&self, reference: &str) -> String {
        let path = self.path();
        let kept = match reference.bytes().next() {
            Some(b'/') => "",
            Some(b'?') => path,
            None | Some(b'#') => self.target(),
            Some(_) => &path[..=path.rfind('/').unwrap_or(0)],
        };
        [&self.text[..self.authority.end], kept].concat()
    }
}

/// Returns the scheme with which a reference starts (RFC 3986 section 4.2). In contrast to a URL that
/// a person writes, `host:80` has one.
fn scheme(reference: &str) -> Option<&str> {
    reference.split_once(':').map(|(name, _)| name).filter(|name| is_scheme(name))
}
