//! What an exchange sends for a request: fields that are added, removed or refused.

use limpid_core::client::{Action, Exchange, Options, Proxy, Request, RequestBuilder};
use limpid_core::error::{Cause, Misuse, MisuseError, Phase};
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;
use limpid_core::trace::{ExchangeId, NoSink};

use crate::bench::{Bench, Stop};

fn request(method: &str) -> RequestBuilder {
    Request::builder(method.as_bytes(), "http://u:p@localhost/a".parse().unwrap())
}

/// Returns the head that is sent for a request.
fn head(request: RequestBuilder, options: Options) -> String {
    let mut bench = Bench::of(request.build(), options, b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    bench.sent()
}

#[test]
fn empty_body_of_post_put_and_patch_is_announced() {
    for (method, announced) in [
        ("POST", 1),
        ("PUT", 1),
        ("PATCH", 1),
        ("GET", 0),
        ("HEAD", 0),
        ("DELETE", 0),
        ("OPTIONS", 0),
        ("post", 0),
    ] {
        let head = head(request(method), Options::default());
        assert_eq!(head.matches("\r\nContent-Length: 0\r\n").count(), announced, "{head}");
    }
    let given = head(request("POST").field(b"content-length", b"0"), Options::default());
    assert_eq!(given.to_lowercase().matches("content-length").count(), 1, "{given}");
    let removed = head(request("POST").without(b"Content-Length"), Options::default());
    assert!(!removed.contains("Content-Length"), "{removed}");
}

#[test]
fn chunked_body_has_no_length() {
    let builder = request("POST").field(b"Transfer-Encoding", b"chunked");
    assert_eq!(builder.build().size(), BodySize::Unknown);
}

#[test]
fn removed_fields_are_not_added() {
    for name in ["Host", "Accept", "User-Agent", "Authorization", "Accept-Encoding"] {
        for proxy in [None, Some("http://localhost:3128")] {
            let options = Options::with(|options| {
                options.decode = true;
                options.redirects = Some(1);
                if let Some(proxy) = proxy {
                    let proxy: Proxy = proxy.parse().unwrap();
                    options.proxies = options.proxies.clone().through(proxy);
                }
            });
            let line = format!("\r\n{name}: ");
            assert!(head(request("GET"), options.clone()).contains(&line), "{name}");
            let lower = name.to_lowercase();
            let removed = request("GET").without(lower.as_bytes());
            let mut bench = Bench::of(removed.build(), options, b"");
            bench.run();
            assert!(!bench.sent().contains(&line), "{name}");
            bench.server_sends("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
            let next = bench.sent();
            assert!(next.contains("/b HTTP/1.1\r\n") && !next.contains(&line), "{next}");
        }
    }
}

#[test]
fn removing_a_name_that_is_not_added_has_no_effect() {
    let head = head(request("GET").field(b"X-A", b"1").without(b"X-A"), Options::default());
    assert!(head.contains("X-A: 1\r\n"), "{head}");
}

#[test]
fn invalid_request_is_refused_before_a_connection_is_opened() {
    let cases = [
        (request("GET").field(b"X-A", b"a\r\nb"), Misuse::FieldValue(4)),
        (request("GET").field(b"X A", b"a"), Misuse::FieldName(4)),
        (request("GET").field(b"Host", b"a").field(b"Host", b"b"), Misuse::HostRepeated),
        (request("POST").field(b"Content-Length", b"5"), Misuse::Framing),
        (request("POST").field(b"Content-Length", b"5").body(BodySize::Length(4)), Misuse::Framing),
        (request("POST").field(b"Transfer-Encoding", b"gzip"), Misuse::Framing),
        (request("A B"), Misuse::Method),
        (request("GET").target(b"/a b"), Misuse::Target),
    ];
    for (builder, expected) in cases {
        for proxied in [false, true] {
            let options = Options::with(|options| {
                if proxied {
                    let proxy: Proxy = "http://localhost:3128".parse().unwrap();
                    options.proxies = options.proxies.clone().through(proxy);
                }
            });
            let request = builder.clone().build();
            let mut exchange = Exchange::new(ExchangeId(1), request, options.into());
            let now = Mono::from_nanos(0);
            assert_eq!(exchange.poll(now, &NoSink), Action::Failed, "{expected:?}");
            let error = exchange.take_error().unwrap();
            let Cause::Misuse(MisuseError { misuse, .. }) = error.cause else { panic!("{error}") };
            assert_eq!((misuse, error.phase), (expected, Phase::Idle));
            assert!(error.to_string().starts_with("failed: send_request: "), "{error}");
        }
    }
}

#[test]
fn invalid_request_like_one_of_httpx_is_refused_with_a_connection() {
    let options = Options::with(|options| options.validate_connected = true);
    let mut bench = Bench::of(request("GET").field(b"X A", b"a").build(), options, b"");
    let Stop::Failed(error) = bench.run() else { panic!() };
    assert_eq!(error.phase, Phase::SendHead);
}
