//! Tests of URLs.

use alloc::string::{String, ToString};

use super::*;

fn normal(text: &str) -> String {
    text.parse::<Url>().unwrap().as_str().to_string()
}

#[test]
fn equivalent_urls_have_the_same_normal_form() {
    for (text, expected) in [
        ("http://h", "http://h"),
        ("http://h?x=1", "http://h?x=1"),
        ("HTTPS://H:443/", "https://h/"),
        ("http://h:/a", "http://h/a"),
        ("http://h:8080/a/./b/../c", "http://h:8080/a/c"),
        ("http://h/../..", "http://h/"),
        ("http://h/a/..", "http://h/"),
        ("http://h/?", "http://h/?"),
        ("http://h/%zz%2f", "http://h/%zz%2f"),
        ("http://h/a|b\\c[d]^`{e}", "http://h/a|b\\c[d]^%60%7Be%7D"),
        ("http://h/?`{}|^\"<>", "http://h/?`{}|^%22%3C%3E"),
        ("http://h/#`a b", "http://h/#%60a%20b"),
        ("http://u;x:p=w@h/", "http://u%3Bx:p%3Dw@h/"),
        ("http://a@b@h/", "http://a%40b@h/"),
        ("http://[::0:1]:80/", "http://[::1]/"),
        ("ws://h", "ws://h"),
        ("http://0x7f.1:81/a", "http://127.0.0.1:81/a"),
        ("http://127.1", "http://127.0.0.1"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://h.face/", "http://h.face/"),
        ("http://u@[FE80::1%25eth0]:80/", "http://u@[fe80::1%25eth0]/"),
        ("http://[fe80::1%eth0]:81", "http://[fe80::1%25eth0]:81"),
    ] {
        assert_eq!(normal(text), expected, "{text}");
        assert_eq!(normal(expected), expected, "{expected} is normal already");
    }
}

#[test]
fn target_is_never_empty() {
    for (text, target) in [("http://h", "/"), ("http://h?x", "/?x"), ("http://h/a#f", "/a")] {
        assert_eq!(text.parse::<Url>().unwrap().target(), target, "{text}");
    }
}

#[test]
fn error_has_the_offset() {
    for (text, problem, offset) in [
        ("example.com", UrlProblem::NoScheme, 0),
        ("localhost:8000", UrlProblem::NoScheme, 0),
        ("gopher://h", UrlProblem::UnknownScheme, 0),
        ("http:h", UrlProblem::NoHost, 5),
        ("http://", UrlProblem::NoHost, 7),
        ("http:///a", UrlProblem::NoHost, 7),
        ("http://u@:80/", UrlProblem::NoHost, 9),
        ("http://h:65536", UrlProblem::BadPort, 9),
        ("http://h:8a", UrlProblem::BadPort, 9),
        ("http://h h/", UrlProblem::BadHost, 7),
        ("http://[::1/", UrlProblem::BadHost, 7),
        ("http://1.2.3.400/", UrlProblem::BadHost, 7),
        ("http://a.1/", UrlProblem::BadHost, 7),
        ("http://a\\@b/", UrlProblem::Backslash, 8),
        ("http://u:p\\@b/", UrlProblem::Backslash, 10),
        ("http://a\\b/", UrlProblem::Backslash, 8),
        ("http://u\t@h/", UrlProblem::ControlCharacter, 8),
        ("http://u\u{7f}@h/", UrlProblem::ControlCharacter, 8),
        ("http://[fe80::1%25]eth0/", UrlProblem::BadPort, 19),
        ("http://h/\n", UrlProblem::ControlCharacter, 9),
    ] {
        assert_eq!(text.parse::<Url>(), Err(UrlError { problem, offset }), "{text}");
    }
}

#[test]
fn references_are_resolved_as_in_rfc_3986() {
    let base: Url = "http://u@a/b/c/d;p?q".parse().unwrap();
    for (reference, expected) in [
        ("g", "http://u@a/b/c/g"),
        ("./g/", "http://u@a/b/c/g/"),
        ("/g", "http://u@a/g"),
        ("//g", "http://g"),
        ("?y", "http://u@a/b/c/d;p?y"),
        ("g?y#s", "http://u@a/b/c/g?y#s"),
        ("#s", "http://u@a/b/c/d;p?q#s"),
        ("", "http://u@a/b/c/d;p?q"),
        (".", "http://u@a/b/c/"),
        ("../../../g", "http://u@a/g"),
        ("https://h/x", "https://h/x"),
    ] {
        assert_eq!(base.join(reference).unwrap().as_str(), expected, "{reference}");
    }
    assert!(base.join("http:g").is_err());
    assert!(base.join("mailto:x").is_err());
}

#[test]
fn credentials_are_decoded_and_hidden() {
    let url: Url = "http://me:p%40w@h/".parse().unwrap();
    assert_eq!(url.credentials(), Some((b"me".to_vec(), b"p@w".to_vec())));
    assert_eq!(url.redacted(), "http://me:[secure]@h/");
    assert_eq!(url.to_string().parse(), Ok(url.clone()));
    assert!(!alloc::format!("{url:?}").contains("p%40w"));
}

#[test]
fn zone_is_used_to_connect_and_is_not_sent() {
    for (text, host, authority, target) in [
        ("http://[fe80::1%25eth0]:81/a?b#c", "fe80::1%eth0", "[fe80::1]:81", "/a?b"),
        ("http://u:p@[fe80::1%25eth0]", "fe80::1%eth0", "[fe80::1]", "/"),
        ("http://[fe80::1%25eth0]?q", "fe80::1%eth0", "[fe80::1]", "/?q"),
    ] {
        let url: Url = text.parse().unwrap();
        assert_eq!((url.as_str(), url.host()), (text, host));
        assert_eq!((url.authority(), url.target()), (authority, target));
        assert!(!url.host_and_port().contains("eth0"));
        assert_eq!(url.join("/other").unwrap().host(), host, "a redirect to this host keeps it");
    }
}
