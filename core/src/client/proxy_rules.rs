//! The rules that choose a proxy for a request.

use crate::values::Arc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::no_proxy::NoProxy;
use super::proxy::{Proxy, ProxyError};
use super::url::Url;
use crate::stored::{Reader, Stored, stored_struct};
use crate::trace::Capture;

/// The rules that choose a proxy for a request. By default, no proxy is used.
///
/// ```
/// use limpid_core::client::ProxyRules;
///
/// let rules = ProxyRules::from_environment(|name| match name {
///     "https_proxy" => Some("http://proxy.test:3128".to_owned()),
///     "NO_PROXY" => Some("localhost,.internal.test".to_owned()),
///     _ => None,
/// })?;
/// let proxy = rules.proxy_for(&"https://example.com/".parse()?);
/// assert_eq!(proxy.map(|proxy| (proxy.host(), proxy.port())), Some(("proxy.test", 3128)));
/// assert_eq!(rules.proxy_for(&"http://example.com/".parse()?), None);
/// assert_eq!(rules.proxy_for(&"https://git.internal.test/".parse()?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxyRules {
    /// For URLs without TLS.
    plain: Option<Rule>,
    /// For URLs with TLS.
    secure: Option<Rule>,
    except: NoProxy,
}

/// A proxy, and the setting that named it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    proxy: Arc<Proxy>,
    why: &'static str,
}

stored_struct! { ProxyRules { plain secure except } }

/// The setting of a proxy that is not a variable of the environment.
const BY_OPTION: &str = "an option of the client names it";

impl Stored for Rule {
    fn store(&self, to: &mut Vec<u8>) {
        let Self { proxy, why } = self;
        proxy.store(to);
        reasons().iter().position(|reason| reason == why).unwrap_or(0).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (proxy, why) = from.read::<(_, usize)>()?;
        Some(Self { proxy, why: *reasons().get(why)? })
    }
}

/// Returns the settings that can name a proxy, in the order of their numbers in the stored form.
fn reasons() -> [&'static str; 6] {
    let [a, b, c, d, e] =
        ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].map(set_by);
    [BY_OPTION, a, b, c, d, e]
}

/// The variables for URLs without TLS. `HTTP_PROXY` is not one of them: a CGI script receives the
/// field Proxy of a request in it, which every client can send.
const PLAIN: [&str; 3] = ["http_proxy", "all_proxy", "ALL_PROXY"];
/// The variables for URLs with TLS.
const SECURE: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// The variables that list exceptions.
const EXCEPT: [&str; 2] = ["no_proxy", "NO_PROXY"];

impl ProxyRules {
    /// Reads the rules from the environment, as curl does: `http_proxy` is for `http` URLs,
    /// `https_proxy` or `HTTPS_PROXY` for `https` URLs, `all_proxy` or `ALL_PROXY` for both where the
    /// others are not set, and `no_proxy` or `NO_PROXY` lists exceptions. `lookup` returns the value
    /// of a variable; an empty value counts as not set.
    ///
    /// # Errors
    /// A variable that is used is not the URL of a proxy.
    pub fn from_environment(
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ProxyVariableError> {
        let first = |names: &[&'static str]| {
            let value = |name: &&'static str| lookup(name).filter(|value| !value.is_empty());
            names.iter().find_map(|name| Some((*name, value(name)?)))
        };
        let proxy = |names| match first(names) {
            None => Ok(None),
            Some((variable, value)) => match value.parse() {
                Ok(proxy) => Ok(Some(Rule { proxy: Arc::new(proxy), why: set_by(variable) })),
                Err(error) => Err(ProxyVariableError { variable, error }),
            },
        };
        let except = first(&EXCEPT).map(|(_, list)| NoProxy::from(list.as_str()));
        Ok(Self {
            plain: proxy(&PLAIN)?,
            secure: proxy(&SECURE)?,
            except: except.unwrap_or_default(),
        })
    }

    /// Returns rules with the same exceptions, and this proxy for everything else.
    #[must_use]
    pub fn through(self, proxy: Proxy) -> Self {
        let proxy = Some(Rule { proxy: Arc::new(proxy), why: BY_OPTION });
        Self { plain: proxy.clone(), secure: proxy, ..self }
    }

    /// Returns rules with the same proxies, and only these exceptions.
    #[must_use]
    pub fn except(self, hosts: NoProxy) -> Self {
        Self { except: hosts, ..self }
    }

    /// Returns rules with the secrets of the proxies masked.
    pub(super) fn masked(&self, capture: Capture) -> Self {
        let masked = |rule: &Rule| Rule { proxy: Arc::new(rule.proxy.masked(capture)), ..*rule };
        Self {
            plain: self.plain.as_ref().map(masked),
            secure: self.secure.as_ref().map(masked),
            except: self.except.clone(),
        }
    }

    /// Returns the proxy for requests to this URL; `None` if they go to the server directly.
    #[must_use]
    pub fn proxy_for(&self, url: &Url) -> Option<&Proxy> {
        self.choose(url).map(|proxy| &**proxy)
    }

    pub(super) fn choose(&self, url: &Url) -> Option<&Arc<Proxy>> {
        let rule = self.rule(url).filter(|_| !self.is_exception(url));
        rule.map(|rule| &rule.proxy)
    }

    /// Returns which setting named the proxy for requests to this URL, or why no proxy is used.
    pub(super) fn why(&self, url: &Url) -> &'static str {
        match self.rule(url) {
            None => "no proxy is set",
            Some(_) if self.is_exception(url) => "the host is an exception (no_proxy)",
            Some(rule) => rule.why,
        }
    }

    #[inline]
    const fn rule(&self, url: &Url) -> Option<&Rule> {
        if url.scheme().is_secure() { self.secure.as_ref() } else { self.plain.as_ref() }
    }

    fn is_exception(&self, url: &Url) -> bool {
        self.except.covers(url.host(), url.port())
    }
}

/// Returns the reason for a proxy that this environment variable named.
fn set_by(variable: &str) -> &'static str {
    match variable {
        "http_proxy" => "the environment variable http_proxy names it",
        "https_proxy" => "the environment variable https_proxy names it",
        "HTTPS_PROXY" => "the environment variable HTTPS_PROXY names it",
        "all_proxy" => "the environment variable all_proxy names it",
        _ => "the environment variable ALL_PROXY names it",
    }
}

impl From<Proxy> for ProxyRules {
    /// Returns rules that use this proxy for everything.
    fn from(proxy: Proxy) -> Self {
        Self::default().through(proxy)
    }
}

/// An environment variable that is not the URL of a proxy.
///
/// [`ProxyRules`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyVariableError {
    /// The name of the variable.
    pub variable: &'static str,
    /// What is wrong with its value.
    pub error: ProxyError,
}

impl fmt::Display for ProxyVariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the environment variable {} is not a proxy's URL: {}", self.variable, self.error)
    }
}

impl core::error::Error for ProxyVariableError {}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned;
    use alloc::string::ToString;

    use super::*;
    use crate::client::UrlProblem;

    fn rules(variables: &[(&str, &str)]) -> Result<ProxyRules, ProxyVariableError> {
        ProxyRules::from_environment(|name| {
            let (_, value) = variables.iter().find(|(variable, _)| *variable == name)?;
            Some((*value).to_owned())
        })
    }

    /// Returns the host of the proxy that requests to `url` go through.
    fn host(variables: &[(&str, &str)], url: &str) -> Option<String> {
        let url = url.parse().unwrap();
        rules(variables).unwrap().proxy_for(&url).map(|proxy| proxy.host().to_owned())
    }

    #[test]
    fn each_scheme_has_its_variable() {
        let both = [("http_proxy", "http://a.test"), ("https_proxy", "http://b.test")];
        assert_eq!(host(&both, "http://h/").as_deref(), Some("a.test"));
        assert_eq!(host(&both, "ws://h/").as_deref(), Some("a.test"));
        assert_eq!(host(&both, "https://h/").as_deref(), Some("b.test"));
        assert_eq!(host(&both, "wss://h/").as_deref(), Some("b.test"));
        assert_eq!(host(&[("HTTPS_PROXY", "c.test:1")], "https://h/").as_deref(), Some("c.test"));
    }

    #[test]
    fn upper_case_variable_for_http_is_ignored() {
        assert_eq!(host(&[("HTTP_PROXY", "http://evil.test")], "http://h/"), None);
    }

    #[test]
    fn all_proxy_is_used_where_no_other_variable_is_set() {
        let variables = [("ALL_PROXY", "socks5h://s.test"), ("https_proxy", "http://b.test")];
        assert_eq!(host(&variables, "http://h/").as_deref(), Some("s.test"));
        assert_eq!(host(&variables, "https://h/").as_deref(), Some("b.test"));
    }

    #[test]
    fn empty_variable_counts_as_not_set() {
        let variables = [("https_proxy", ""), ("HTTPS_PROXY", "http://b.test"), ("no_proxy", "")];
        assert_eq!(host(&variables, "https://h/").as_deref(), Some("b.test"));
    }

    #[test]
    fn exceptions_apply_to_every_proxy_until_replaced() {
        let environment = rules(&[("http_proxy", "a.test:1"), ("NO_PROXY", "h")]).unwrap();
        let url = "http://h/".parse().unwrap();
        assert_eq!(environment.proxy_for(&url), None);
        let through = environment.through("http://b.test".parse().unwrap());
        assert_eq!(through.proxy_for(&url), None);
        let replaced = through.except(NoProxy::from("other"));
        assert_eq!(replaced.proxy_for(&url).unwrap().host(), "b.test");
    }

    #[test]
    fn reason_has_the_setting_that_named_the_proxy() {
        let (plain, secure) = ("http://h/".parse().unwrap(), "https://h/".parse().unwrap());
        for variable in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            let why = rules(&[(variable, "a.test:1")]).unwrap().why(&secure);
            assert_eq!(why, std::format!("the environment variable {variable} names it"));
        }
        let rules = rules(&[("http_proxy", "a.test:1"), ("no_proxy", "h")]).unwrap();
        assert_eq!(rules.why(&plain), "the host is an exception (no_proxy)");
        assert_eq!(rules.why(&secure), "no proxy is set");
        let rules = rules.except(NoProxy::default());
        assert_eq!(rules.why(&plain), "the environment variable http_proxy names it");
        let rules = rules.through("b.test:1".parse().unwrap());
        assert_eq!(rules.why(&secure), "an option of the client names it");
    }

    #[test]
    fn error_contains_the_variable_and_not_its_value() {
        let error = rules(&[("https_proxy", "ftp://me:tiger@a.test")]).unwrap_err();
        assert_eq!((error.variable, error.error), ("https_proxy", ProxyError::Scheme));
        let error = rules(&[("ALL_PROXY", "http://me:tiger@a.test:x")]).unwrap_err();
        assert_eq!(error.variable, "ALL_PROXY");
        assert!(matches!(error.error, ProxyError::Url(url) if url.problem == UrlProblem::BadPort));
        assert!(!error.to_string().contains("tiger"));
    }
}
