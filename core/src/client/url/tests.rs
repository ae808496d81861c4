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
    assert_eq!(url.to_string(), "http://me:[secure]@h/");
    assert!(!alloc::format!("{url:?}").contains("p%40w"));
}
