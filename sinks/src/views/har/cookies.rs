//! Cookies of messages (RFC 6265).

use jiff::fmt::rfc2822::DateTimeParser;
use limpid_core::trace::capture::HIDDEN;

use super::document::Cookie;
use crate::exchanges::Field;

/// Returns the cookies of a request.
pub(super) fn sent(fields: &[Field]) -> Vec<Cookie> {
    let pairs = values(fields, "cookie").flat_map(|value| value.split(';'));
    pairs.map(pair).filter(|cookie| !cookie.name.is_empty()).collect()
}

/// Returns the cookies that a response sets.
pub(super) fn set(fields: &[Field]) -> Vec<Cookie> {
    values(fields, "set-cookie").map(cookie).filter(|cookie| !cookie.name.is_empty()).collect()
}

/// Returns the values of a field that are shown.
fn values<'f>(fields: &'f [Field], name: &str) -> impl Iterator<Item = &'f str> {
    let is_shown =
        move |field: &&Field| field.name.eq_ignore_ascii_case(name) && field.value != HIDDEN;
    fields.iter().filter(is_shown).map(|field| &*field.value)
}

fn pair(text: &str) -> Cookie {
    let (name, value) = text.split_once('=').unwrap_or(("", text));
    Cookie { name: name.trim().to_owned(), value: value.trim().to_owned(), ..Cookie::default() }
}

fn cookie(value: &str) -> Cookie {
    let mut parts = value.split(';');
    let mut cookie = parts.next().map(pair).unwrap_or_default();
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim().to_owned();
        match name.trim().to_ascii_lowercase().as_str() {
            "path" => cookie.path = Some(value),
            "domain" => cookie.domain = Some(value),
            "expires" => cookie.expires = time(&value),
            "httponly" => cookie.http_only = Some(true),
            "secure" => cookie.secure = Some(true),
            "samesite" => cookie.same_site = Some(value),
            _ => {}
        }
    }
    cookie
}

/// Returns a date of HTTP as HAR writes it, or `None` if it has another form.
fn time(date: &str) -> Option<String> {
    // An obsolete form has hyphens.
    let date = date.replace('-', " ");
    let zoned = DateTimeParser::new().parse_timestamp(&date).ok()?;
    Some(zoned.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: &str) -> Field {
        Field { name: name.into(), value: value.into() }
    }

    #[test]
    fn cookies_of_a_response_have_their_attributes() {
        let value = "id=a=b; Path=/x; Domain=example.com; Expires=Wed, 21 Oct 2015 07:28:00 GMT; \
            Secure; HttpOnly; SameSite=Lax";
        let [cookie] = &set(&[field("Set-Cookie", value)])[..] else { panic!() };
        assert_eq!((&*cookie.name, &*cookie.value), ("id", "a=b"));
        assert_eq!(cookie.expires.as_deref(), Some("2015-10-21T07:28:00Z"));
        assert_eq!((cookie.secure, cookie.http_only), (Some(true), Some(true)));
        assert_eq!(cookie.same_site.as_deref(), Some("Lax"));
        let odd = set(&[field("Set-Cookie", "a=b; Expires=soon"), field("Set-Cookie", "nonsense")]);
        assert_eq!((odd.len(), odd[0].expires.clone()), (1, None));
    }

    #[test]
    fn hidden_cookies_are_no_cookies() {
        let fields = [field("Cookie", "a=1; b=2"), field("Cookie", HIDDEN)];
        let names: Vec<_> = sent(&fields).into_iter().map(|cookie| cookie.name).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
