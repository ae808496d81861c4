//! URLs of requests as they were sent.

use std::borrow::Cow;

/// Returns a URL without userinfo and fragment, which are not sent.
pub(super) fn plain_url(url: &str) -> Cow<'_, str> {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    let Some((scheme, rest)) = url.split_once("://") else { return url.into() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]).into(),
        None => url.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn userinfo_and_fragment_are_removed() {
        let urls = [
            ("http://me:pw@a.test/x?y=@#z", "http://a.test/x?y=@"),
            ("http://a.test?b@c", "http://a.test?b@c"),
            ("https://a.test/", "https://a.test/"),
            ("*", "*"),
        ];
        for (url, plain) in urls {
            assert_eq!(plain_url(url), plain);
        }
    }
}
