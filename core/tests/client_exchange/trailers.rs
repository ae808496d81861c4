//! Trailers of requests and responses (RFC 9110 section 6.5).

use limpid_core::client::{Options, Request};
use limpid_core::error::{Cause, Misuse};

use crate::bench::{Bench, Stop};

fn post(name: &str, value: &str) -> Bench {
    let mut bench = Bench::new("POST", &[], b"seven!!");
    bench.trailers.push(name.as_bytes(), value.as_bytes());
    bench
}

#[test]
fn trailers_follow_the_last_chunk() {
    let mut bench = post("Sum", "7");
    assert!(matches!(bench.run(), Stop::Read(..)));
    let sent = bench.sent();
    assert!(sent.ends_with("\r\n\r\n7\r\nseven!!\r\n0\r\nSum: 7\r\n\r\n"), "{sent:?}");
}

#[test]
fn field_that_must_precede_the_body_is_refused_as_a_trailer() {
    for (name, misuse) in [
        ("Content-Length", Misuse::TrailerForbidden(0)),
        ("Authorization", Misuse::TrailerForbidden(0)),
        ("No Token", Misuse::FieldName(0)),
    ] {
        let Stop::Failed(error) = post(name, "7").run() else { panic!("{name}") };
        let Cause::Misuse(found) = error.cause else { panic!("{error}") };
        assert_eq!(found.misuse, misuse);
    }
}

#[test]
fn response_trailers_are_available_at_its_end() {
    let mut bench = Bench::new("GET", &[], b"");
    bench.run();
    let response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSum: 0\r\n\r\n";
    assert_eq!(bench.server_sends(response), Stop::Event("head 200".to_owned()));
    assert_eq!(bench.exchange.trailers().get("Sum"), None);
    assert_eq!(bench.run_to_end(), Ok(()));
    assert_eq!(bench.exchange.trailers().get("Sum"), Some(&b"0"[..]));
}

#[test]
fn trailers_of_a_followed_redirect_are_discarded() {
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let options = Options::with(|options| options.redirects = Some(1));
    let mut bench = Bench::of(request, options, b"");
    bench.run();
    let fields = "Location: /there\r\nTransfer-Encoding: chunked";
    bench.server_sends(&format!("HTTP/1.1 302 Found\r\n{fields}\r\n\r\n0\r\nSum: 0\r\n\r\n"));
    bench.server_sends("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(bench.run_to_end(), Ok(()));
    assert_eq!(bench.exchange.trailers().get("Sum"), None);
}
