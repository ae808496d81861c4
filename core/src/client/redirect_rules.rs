//! What requests after a redirect keep of the one before.

use crate::stored::stored_struct;

/// What the request after a redirect keeps of the one before. By default, what httpx keeps.
///
/// ```
/// use limpid_core::client::{Options, RedirectRules};
///
/// let options = Options::with(|options| {
///     options.redirects = Some(5);
///     options.redirect_rules = RedirectRules { https_only: true, ..RedirectRules::default() };
/// });
/// assert!(options.redirect_rules.https_only);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RedirectRules {
    /// When the method and the body change. By default, a request becomes a GET without a body after 301 if it is a
    /// POST, and after 302 and 303 unless it is a HEAD.
    pub method: Option<RedirectMethod>,
    /// Whether what authenticates the client is sent to other origins too.
    pub trusted: bool,
    /// Whether the URL that redirected is sent as the Referer.
    pub referer: bool,
    /// Whether a redirect to a URL without TLS is an error, also if [`Options::https_only`](super::Options::https_only)
    /// permits such URLs for requests.
    pub https_only: bool,
}

/// After which statuses a request keeps its body. After the others of these, it becomes a GET without one, or keeps the
/// name of its method alone.
///
/// [`RedirectRules`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RedirectMethod {
    /// Whether the body is sent again after 301.
    pub body_after_301: bool,
    /// Whether the body is sent again after 302.
    pub body_after_302: bool,
    /// Whether the body is sent again after 303.
    pub body_after_303: bool,
    /// Whether the name of the method stays where the body does not.
    pub keeps_name: bool,
}

stored_struct! {
    RedirectRules { method trusted referer https_only }
    RedirectMethod { body_after_301 body_after_302 body_after_303 keeps_name }
}

impl RedirectRules {
    /// Returns the method of the next request, and whether it has no body.
    pub(super) fn next<'m>(&self, status: u16, method: &'m [u8]) -> (&'m [u8], bool) {
        let drops_body = match (&self.method, status) {
            (None, 301) => method == b"POST",
            (None, 302 | 303) => method != b"HEAD",
            (Some(rules), 301) => !rules.body_after_301,
            (Some(rules), 302) => !rules.body_after_302,
            (Some(rules), 303) => !rules.body_after_303,
            _ => false,
        };
        let keeps_name = self.method.is_some_and(|rules| rules.keeps_name);
        match drops_body && !keeps_name && method != b"HEAD" {
            true => (b"GET", true),
            false => (method, drops_body),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_and_body_stay_or_go_by_the_status() {
        let httpx = RedirectRules::default();
        assert_eq!(httpx.next(301, b"POST"), (&b"GET"[..], true));
        assert_eq!(httpx.next(301, b"PUT"), (&b"PUT"[..], false));
        assert_eq!(httpx.next(302, b"PUT"), (&b"GET"[..], true));
        assert_eq!(httpx.next(303, b"HEAD"), (&b"HEAD"[..], false));
        assert_eq!(httpx.next(307, b"POST"), (&b"POST"[..], false));

        let with = |method| RedirectRules { method: Some(method), ..RedirectRules::default() };
        let post = with(RedirectMethod { body_after_302: true, ..RedirectMethod::default() });
        assert_eq!(post.next(302, b"POST"), (&b"POST"[..], false));
        assert_eq!(post.next(303, b"POST"), (&b"GET"[..], true));
        let named = with(RedirectMethod { keeps_name: true, ..RedirectMethod::default() });
        assert_eq!(named.next(302, b"PATCH"), (&b"PATCH"[..], true));
    }
}
