//! What requests are built from, over both drivers.

use std::collections::BTreeMap;

use limpid_core::client::{Proxy, Url};
use limpid_std::Error;
use serde_json::json;

use crate::over_both::{fields, sent, target};

#[test]
fn query_is_added_before_the_fragment() {
    let numbers = BTreeMap::from([("page", 2), ("size", 10)]);
    for request in sent!({}, |client, url| client
        .get(&format!("{url}search?lang=de#top"))
        .query(&[("q", "a b&c"), ("n", "ä")])
        .query([("x", 1.5)])
        .query(&numbers)
        .query(&[] as &[(&str, &str)]))
    {
        assert_eq!(target(&request), "/search?lang=de&q=a+b%26c&n=%C3%A4&x=1.5&page=2&size=10");
    }
    for request in sent!({}, |client, url| client.get(url).query(vec![("a", String::from("1"))])) {
        assert_eq!(target(&request), "/?a=1");
    }
}

#[test]
fn url_is_text_or_a_parsed_one() {
    for request in sent!({}, |client, url| client.get(format!("{url}a"))) {
        assert_eq!(target(&request), "/a");
    }
    for request in
        sent!({}, |client, url| client.get(url.parse::<Url>().unwrap()).query([("a", 1)]))
    {
        assert_eq!(target(&request), "/?a=1");
    }
    for request in sent!({}, |client, url| client.request("REPORT", &url.parse::<Url>().unwrap())) {
        assert!(request.head.starts_with("REPORT / "));
    }
}

#[test]
fn form_and_json_have_bodies_and_content_types() {
    for request in
        sent!({}, |client, url| client.post(url).form(&[("user", "me"), ("text", "a\nb")]))
    {
        assert_eq!(request.field("Content-Type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(request.body, b"user=me&text=a%0Ab");
    }
    for request in sent!({}, |client, url| client.put(url).json(&json!({ "a": [1, null] }))) {
        assert_eq!(request.field("Content-Type"), Some("application/json"));
        assert_eq!(request.body, br#"{"a":[1,null]}"#);
    }
}

#[test]
fn own_content_type_replaces_that_of_the_body() {
    for request in sent!({}, |client, url| client
        .patch(url)
        .json("text")
        .header("content-type", "application/merge-patch+json"))
    {
        let types = fields(&request, "Content-Type");
        assert_eq!(types, ["application/merge-patch+json"]);
    }
    for request in
        sent!({}, |client, url| client.post(url).form([("a", 1)]).without_header("Content-Type"))
    {
        assert_eq!(request.field("Content-Type"), None);
    }
}

#[test]
fn value_that_is_not_json_fails_the_request() {
    let client = limpid_std::Client::new();
    let value = BTreeMap::from([(vec![1], 1)]);
    let error = client.post("http://127.0.0.1:9/").json(&value).send().unwrap_err();
    assert!(matches!(error, Error::ToJson(_)) && !error.request_was_sent(), "{error}");
}

#[test]
fn credentials_are_basic_or_bearer() {
    for (password, expected) in [(Some("open"), "Basic bWU6b3Blbg=="), (None, "Basic bWU6")] {
        for request in sent!({}, |client, url| client.get(url).basic_auth("me", password)) {
            assert_eq!(request.field("Authorization"), Some(expected));
        }
    }
    for request in sent!({}, |client, url| client.get(url).bearer_auth("abc.def")) {
        assert_eq!(request.field("Authorization"), Some("Bearer abc.def"));
    }
}

#[test]
fn default_headers_are_added_unless_a_request_has_them() {
    for request in sent!(
        { .default_headers([("Accept", "text/css"), ("X-Team", "7"), ("X-Team", "8"), ("X-Off", "no")]).user_agent("me/1") },
        |client, url| client.get(url).headers(&[("accept", "text/html"), ("X-Own", "yes")]).without_header("x-off")
    ) {
        assert_eq!(fields(&request, "Accept"), ["text/html"]);
        assert_eq!(fields(&request, "X-Team"), ["7", "8"]);
        assert_eq!(fields(&request, "User-Agent"), ["me/1"]);
        assert_eq!((request.field("X-Own"), request.field("X-Off")), (Some("yes"), None));
    }
}

#[test]
fn prepared_requests_have_default_headers_too() {
    let client = limpid_std::Client::builder().user_agent("me/1").build();
    let prepared = client.post("http://127.0.0.1:9/").form([("a", 1)]).prepare().unwrap();
    let request = prepared.request();
    let fields = request.fields().fields();
    assert_eq!(fields.get("User-Agent"), Some(&b"me/1"[..]));
    assert_eq!(fields.get("Content-Type"), Some(&b"application/x-www-form-urlencoded"[..]));
}

#[test]
fn invalid_proxy_fails_try_build_or_every_request() {
    let builder = || limpid_std::Client::builder().proxy("http://localhost:1").proxy("gopher://x");
    assert!(matches!(builder().try_build(), Err(Error::Proxy(_))));
    let client = builder().build();
    let error = client.get("http://127.0.0.1:9/").send().unwrap_err();
    assert!(matches!(error, Error::Proxy(_)), "{error}");
    assert!(error.to_string().starts_with("the URL of a proxy is not valid: the proxy's scheme"));
    let prepared = limpid_std::Client::new().get("http://127.0.0.1:9/").prepare().unwrap();
    assert!(matches!(client.send(&prepared), Err(Error::Proxy(_))));
    let valid: Proxy = "localhost:1".parse().unwrap();
    limpid_std::Client::builder()
        .proxy(valid)
        .proxy(String::from("socks5://[::1]"))
        .try_build()
        .unwrap();
}

#[test]
fn try_build_reads_certificates() {
    let missing = || limpid_tokio::Client::builder().ca_file("/nowhere/ca.pem");
    assert!(matches!(missing().try_build(), Err(Error::TlsSetup(_))));
    let _ = missing().build();
}
