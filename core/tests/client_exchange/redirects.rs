//! Redirects: what is followed, what is sent on, and what a refused one is called (RFC 9110 section 15.4).

use std::error::Error as _;

use limpid_core::client::{Options, Request, UrlError, UrlProblem};
use limpid_core::error::{Cause, Error, Phase};
use limpid_core::http1::BodySize;

use crate::bench::{Bench, Stop};

const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// Returns a driver that has sent a request to this URL, with these fields and this body.
fn sent(
    method: &str,
    url: &str,
    fields: &[(&str, &str)],
    body: &'static [u8],
    options: Options,
) -> Bench {
    let builder = Request::builder(method.as_bytes(), url.parse().unwrap());
    let builder = fields
        .iter()
        .fold(builder, |builder, (name, value)| builder.field(name.as_bytes(), value.as_bytes()));
    let size = if body.is_empty() { BodySize::None } else { BodySize::Length(body.len() as u64) };
    let mut bench = Bench::of(builder.body(size).build(), options, body);
    bench.again = Some(body);
    assert!(matches!(bench.run(), Stop::Read(..)));
    bench.sent();
    bench
}

fn following(most: u32) -> Options {
    Options::with(|options| options.redirects = Some(most))
}

fn redirect(status: u16, location: &str) -> String {
    format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 3\r\n\r\nred")
}

/// Returns the head of the request that follows a redirect.
fn next_of(bench: &mut Bench, response: impl AsRef<[u8]>) -> String {
    let stop = bench.server_sends_bytes(response.as_ref());
    assert!(matches!(stop, Stop::Read(..)), "{stop:?}");
    bench.sent()
}

#[test]
fn location_that_is_not_followed_fails_no_response() {
    for location in ["com.example.app:/cb", "mailto:a@b", "http://host:99999/", "http://[::1/", ""]
    {
        let mut bench = sent("GET", "http://localhost/", &[], b"", Options::default());
        let stop = bench.server_sends(&redirect(302, location));
        assert_eq!(stop, Stop::Event("head 302".into()), "{location}");
        assert_eq!(bench.run(), Stop::Event("data red".into()));
        assert_eq!(bench.run(), Stop::Done);
    }
}

#[test]
fn empty_or_missing_location_is_not_followed() {
    for fields in ["Location:\r\n", "Location: \r\n", ""] {
        let mut bench = sent("GET", "http://localhost/", &[], b"", following(0));
        let response = format!("HTTP/1.1 302 Found\r\n{fields}Content-Length: 3\r\n\r\nred");
        assert_eq!(bench.server_sends(&response), Stop::Event("head 302".into()));
    }
}

#[test]
fn location_that_cannot_be_followed_is_in_the_error() {
    for (location, problem) in [
        ("com.example.app:/cb", UrlProblem::UnknownScheme),
        ("mailto:a@b", UrlProblem::UnknownScheme),
        ("tel:123", UrlProblem::UnknownScheme),
        ("ftp://host/", UrlProblem::UnknownScheme),
        ("http://host:99999/", UrlProblem::BadPort),
        ("//[::1/", UrlProblem::BadHost),
        ("http:///a", UrlProblem::NoHost),
        ("/a\tb", UrlProblem::ControlCharacter),
    ] {
        let mut bench = sent("GET", "http://localhost/", &[], b"", following(1));
        let Stop::Failed(error) = bench.server_sends(&redirect(302, location)) else {
            panic!("{location} is followed")
        };
        assert_eq!((error.cause, error.phase), (Cause::BadRedirect, Phase::Redirect), "{location}");
        assert_eq!(error.location(), Some(location));
        let source = error.source().and_then(|source| source.downcast_ref::<UrlError>());
        assert_eq!(source.map(|source| source.problem), Some(problem), "{location}");
        assert!(error.to_string().contains(&format!("{location:?}")), "{error}");
        assert!(bench.link.is_some(), "the connection can be used again");
    }
}

#[test]
fn redirect_without_tls_is_refused_where_only_https_is_permitted() {
    let mut options = following(1);
    options.redirect_rules.https_only = true;
    for location in ["http://me:tiger@host/a", "ws://host/a", "/a"] {
        let mut bench = sent("GET", "http://localhost/", &[], b"", options.clone());
        let Stop::Failed(error) = bench.server_sends(&redirect(302, location)) else {
            panic!("{location} is followed")
        };
        assert_eq!((error.cause, error.phase), (Cause::NotHttps, Phase::Redirect), "{location}");
        let text = error.to_string();
        assert!(text.contains("the redirect to ") && text.contains("https_only"), "{text}");
        assert!(!text.contains("tiger"), "{text}");
    }
}

#[test]
fn location_in_an_error_is_short_and_shows_no_secret() {
    let refused = |location: &str| -> Error {
        let mut bench = sent("GET", "http://localhost/", &[], b"", following(1));
        match bench.server_sends(&redirect(302, location)) {
            Stop::Failed(error) => error,
            stop => panic!("{stop:?}"),
        }
    };
    for location in
        ["app://me:tiger@host/", "app://host/?access_token=tiger", "http://u:tiger@h:x/"]
    {
        let text = refused(location).to_string();
        assert!(!text.contains("tiger") && text.contains("host") | text.contains("h:x"), "{text}");
    }
    assert!(refused(&format!("app:{}", "a".repeat(5000))).to_string().len() < 400);
}

#[test]
fn limit_of_zero_redirects_refuses_the_first() {
    for (most, redirects) in [(0, 1), (2, 3)] {
        let mut bench = sent("GET", "http://localhost/", &[], b"", following(most));
        for _ in 1..redirects {
            next_of(&mut bench, redirect(302, "/again"));
        }
        let Stop::Failed(error) = bench.server_sends(&redirect(302, "/again")) else { panic!() };
        assert_eq!(bench.redirects.len(), redirects, "also the head of the last is emitted");
        assert_eq!(error.cause, Cause::TooManyRedirects);
    }
}

#[test]
fn change_to_get_drops_the_fields_of_the_content() {
    let of_content = [
        ("Content-Type", "text/plain"),
        ("content-language", "de"),
        ("Content-Encoding", "gzip"),
        ("Content-Location", "/x"),
        ("Content-MD5", "x"),
        ("Content-Digest", "x"),
        ("Digest", "x"),
        ("Repr-Digest", "x"),
        ("Last-Modified", "x"),
        ("Content-Length", "8"),
        ("Expect", "100-continue"),
    ];
    let fields = [&of_content[..], &[("X-Other", "1"), ("Contents", "2")]].concat();
    for (method, status, changes) in [
        ("POST", 301, true),
        ("POST", 302, true),
        ("POST", 303, true),
        ("PUT", 303, true),
        ("POST", 307, false),
        ("POST", 308, false),
        ("PUT", 301, false),
    ] {
        let mut bench = sent(method, "http://localhost/", &fields[..10], b"the body", following(1));
        let head = next_of(&mut bench, redirect(status, "/there")).to_lowercase();
        assert_eq!(head.starts_with("get /there"), changes, "{method} {status}: {head}");
        for (name, _) in &of_content[..10] {
            let has = head.contains(&format!("\r\n{}: ", name.to_lowercase()));
            assert_eq!(has, !changes, "{method} {status}: {name}");
        }
        assert_eq!(head.ends_with("the body"), !changes);
    }
    let mut bench = sent("POST", "http://localhost/", &fields[10..], b"", following(1));
    let head = next_of(&mut bench, redirect(303, "/there"));
    assert!(!head.contains("Expect") && !head.contains("Content-Length"), "{head}");
    assert!(head.contains("X-Other: 1\r\nContents: 2\r\n"), "{head}");
}

#[test]
fn credentials_stay_within_the_origin() {
    const SECRETS: [(&str, &str); 4] = [
        ("Authorization", "Bearer tiger"),
        ("cookie", "a=tiger"),
        ("Proxy-Authorization", "Basic tiger"),
        ("X-API-Key", "tiger"),
    ];
    let base = "http://localhost:8000/a";
    for (location, stays) in [
        ("/b", true),
        ("?b", true),
        ("//LOCALHOST:8000/b", true),
        ("http://localhost:8000", true),
        ("http://localhost/b", false),
        ("http://localhost:8001/b", false),
        ("http://sub.localhost:8000/b", false),
        ("http://127.0.0.1:8000/b", false),
        ("//other/b", false),
    ] {
        let fields = [&SECRETS[..], &[("X-Kept", "1")]].concat();
        let mut bench = sent("GET", base, &fields, b"", following(1));
        let head = next_of(&mut bench, redirect(307, location));
        assert_eq!(head.matches("tiger").count(), if stays { SECRETS.len() } else { 0 }, "{head}");
        assert!(head.contains("X-Kept: 1\r\n"), "{head}");
    }
}

#[test]
fn https_of_the_same_host_is_another_origin() {
    let mut bench = sent("GET", "http://u:p@localhost/", &[("Cookie", "a")], b"", following(1));
    assert_eq!(bench.server_sends(&redirect(301, "https://localhost/")), Stop::Trust);
    let request = bench.exchange.request();
    assert_eq!(request.url().as_str(), "https://localhost/");
    assert!(request.fields().fields().get("Authorization").is_none());
    assert!(request.fields().fields().get("Cookie").is_none());
}

#[test]
fn userinfo_of_a_url_stays_within_the_origin() {
    for (location, expected) in [
        ("/b", Some("Basic dTpw")),
        ("http://localhost/b", Some("Basic dTpw")),
        ("//other/b", None),
        ("http://x:y@other/b", None),
        ("http://x:y@other:99?q#f", None),
    ] {
        let mut bench = sent("GET", "http://u:p@localhost/", &[], b"", following(2));
        let head = next_of(&mut bench, redirect(302, location));
        let value = head.lines().find_map(|line| line.strip_prefix("Authorization: "));
        assert_eq!(value, expected, "{location}");
        if expected.is_none() {
            let url = bench.exchange.request().url();
            assert_eq!(url.credentials(), None, "{url:?}");
            let host = head.lines().find_map(|line| line.strip_prefix("Host: "));
            assert_eq!(host, Some(url.authority()));
            assert!(head.starts_with(&format!("GET {} HTTP", url.target())), "{head}");
            // What was dropped does not come back.
            let head = next_of(&mut bench, redirect(302, "http://localhost/"));
            assert!(!head.contains("Authorization"), "{head}");
        }
    }
}

#[test]
fn host_field_of_the_caller_stays_within_the_origin() {
    for (location, host) in [("/b", "virtual.test"), ("http://other/", "other")] {
        let fields = [("Host", "virtual.test")];
        let mut bench = sent("GET", "http://localhost/", &fields, b"", following(1));
        let head = next_of(&mut bench, redirect(302, location));
        assert!(head.contains(&format!("\r\nHost: {host}\r\n")), "{head}");
        assert_eq!(head.matches("Host: ").count(), 1);
    }
}

#[test]
fn bytes_of_a_location_are_kept() {
    for (location, latin1, target) in [
        (&b"/caf\xe9"[..], false, "/caf%E9"),
        (b"/caf\xe9", true, "/caf%C3%A9"),
        ("/café?q=ü".as_bytes(), false, "/caf%C3%A9?q=%C3%BC"),
        ("/café".as_bytes(), true, "/caf%C3%A9"),
        (b"/\xc3\xa9\xff?\x80", false, "/%C3%A9%FF?%80"),
        (b"/%e9 %", false, "/%e9%20%"),
    ] {
        let options = Options::with(|options| {
            options.redirects = Some(1);
            options.latin1_location = latin1;
        });
        let mut bench = sent("GET", "http://localhost/", &[], b"", options);
        let response =
            [b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ", location, b"\r\n\r\n"]
                .concat();
        let head = next_of(&mut bench, response);
        assert!(head.starts_with(&format!("GET {target} HTTP/1.1\r\n")), "{head}");
    }
    let mut bench = sent("GET", "http://localhost/", &[], b"", following(1));
    let head = next_of(&mut bench, redirect(302, "http://münchen.test/ü"));
    assert!(head.contains("Host: xn--mnchen-3ya.test\r\n"), "{head}");
}

#[test]
fn response_after_a_redirect_is_returned() {
    let mut bench = sent("GET", "http://localhost/a#top", &[], b"", following(1));
    next_of(&mut bench, redirect(302, "b"));
    assert_eq!(bench.redirects, [302], "its head is emitted");
    assert_eq!(bench.server_sends(OK), Stop::Event("head 204".into()));
    assert_eq!(bench.exchange.request().url().as_str(), "http://localhost/b#top");
    assert_eq!(bench.run(), Stop::Done);
}
