//! Arguments that make no sense, and URLs that are none.

use crate::common::finished;
use crate::failing::{Failing, one_line};

/// The line for arguments that are refused before anything is done.
fn refused(arguments: &[&str]) -> String {
    one_line(2, &finished(arguments))
}

#[test]
fn a_field_without_colon() {
    let line = refused(&["-H", "X-Cache HIT", "http://localhost/"]);
    assert!(line.contains("'X-Cache HIT'") && line.contains("'Name: value'"), "{line}");
}

#[test]
fn a_field_that_would_split_the_request() {
    let line = refused(&["-H", "X: a\r\nY: b", "http://localhost/"]);
    assert!(line.contains("control character"), "{line}");
}

#[test]
fn a_logger_or_level_that_is_unknown() {
    let line = refused(&["--log", "httpx=loud", "http://localhost/"]);
    assert!(line.contains("loud"), "{line}");
}

#[test]
fn times_that_are_none() {
    for option in ["--connect-timeout", "--read-timeout", "--pool-timeout", "--max-time"] {
        for time in ["soon", "nan", "inf", "1e400"] {
            let line = refused(&[option, time, "http://localhost/"]);
            assert!(line.contains(time) && line.contains(option), "{line}");
        }
        assert!(refused(&[&format!("{option}=-1"), "http://localhost/"]).contains("-1"));
    }
}

#[test]
fn a_proxy_that_is_none() {
    for (proxy, why) in [
        ("ftp://localhost", "http, https, socks5 or socks5h"),
        ("http://localhost:99999", "port"),
        ("http://", "host"),
    ] {
        let line = refused(&["-x", proxy, "http://localhost/"]);
        assert!(line.contains(proxy) && line.contains(why), "{line}");
    }
}

#[test]
fn an_address_that_is_none() {
    for (argument, why) in [
        ("localhost", "HOST:PORT:ADDRESS"),
        ("localhost:80", "HOST:PORT:ADDRESS"),
        ("localhost:http:127.0.0.1", "port"),
        ("local host:80:127.0.0.1", "host"),
        ("localhost:80:", "addresses"),
        ("localhost:80:127.0.0.1,localhost", "addresses"),
    ] {
        let line = refused(&["--resolve", argument, "http://localhost/"]);
        assert!(line.contains(&format!("'{argument}'")) && line.contains(why), "{line}");
    }
}

#[test]
fn a_name_that_no_server_has() {
    let line = refused(&["--tls-server-name", "www example", "https://localhost/"]);
    assert!(line.contains("'www example'") && line.contains("host name"), "{line}");
}

#[test]
fn a_driver_that_is_unknown() {
    let line = refused(&["--driver", "curio", "http://localhost/"]);
    assert!(line.contains("'curio'") && line.contains("std and tokio"), "{line}");
}

#[test]
fn a_capture_mode_that_is_unknown() {
    let line = refused(&["--capture", "some", "http://localhost/"]);
    assert!(line.contains("redacted, default, private or everything"), "{line}");
}

#[test]
fn options_that_contradict_each_other() {
    refused(&["-k", "--cacert", "ca.pem", "https://localhost/"]);
    assert!(refused(&["--key", "key.pem", "https://localhost/"]).contains("--cert"));
    refused(&["-v", "--log", "httpx=info", "https://localhost/"]);
    refused(&["-o", "a", "-o", "b", "http://localhost/"]);
}

#[test]
fn options_that_are_unknown_and_urls_that_are_missing() {
    assert!(refused(&["--nope", "http://localhost/"]).contains("--nope"));
    assert!(refused(&["-v"]).contains("URL"));
}

#[test]
fn a_scheme_that_is_unknown() {
    for url in ["ftp://localhost/", "gopher://localhost/", "file:///etc/passwd"] {
        let failing = Failing::with(1, &[url]);
        failing.says(&[url]);
        assert!(failing.trace.is_empty(), "nothing was begun");
    }
}

#[test]
fn a_url_that_is_malformed() {
    for url in [
        "http://",
        "http:///path",
        "http://local host/",
        "http://[::1/",
        "http://localhost:99999/",
        "http://localhost:http/",
        "http://localhost/\u{1}",
        "",
    ] {
        let failing = Failing::with(3, &[url]);
        assert!(!failing.line.is_empty(), "{url}");
        assert!(failing.trace.is_empty(), "nothing was begun");
    }
}

#[test]
fn a_method_that_is_no_token() {
    let server = limpid_tests::server::Server::tcp(vec![vec![], vec![]]).unwrap();
    let url = format!("http://localhost:{}/", server.port());
    let failing = Failing::with(43, &["-X", "GET /", &url]);
    failing.says(&["method"]);
    failing.closes_after(
        "httpcore.http11 - send_request_headers.failed \
         exception=LocalProtocolError(LocalProtocolError('Illegal method characters'))",
    );
    server.finish().unwrap();
}
