//! Invalid arguments and URLs.

use crate::common::finished;
use crate::failing::{Failing, one_line};

/// Returns the message for arguments that are rejected before any action.
fn refused(arguments: &[&str]) -> String {
    one_line(2, &finished(arguments))
}

#[test]
fn field_without_colon_is_rejected() {
    let line = refused(&["-H", "X-Cache HIT", "http://localhost/"]);
    assert!(line.contains("'X-Cache HIT'") && line.contains("'Name: value'"), "{line}");
}

#[test]
fn field_that_splits_request_is_rejected() {
    let line = refused(&["-H", "X: a\r\nY: b", "http://localhost/"]);
    assert!(line.contains("control character"), "{line}");
}

#[test]
fn unknown_logger_or_level_is_rejected() {
    let line = refused(&["--log", "httpx=loud", "http://localhost/"]);
    assert!(line.contains("loud"), "{line}");
}

#[test]
fn invalid_format_of_lines_is_rejected() {
    let line = refused(&["-v", "--log-format", "%(exchang)s", "http://localhost/"]);
    assert!(line.contains("there is no field \"exchang\""), "{line}");
    refused(&["--log-config", "log.json", "--log-format", "%(name)s", "http://localhost/"]);
}

#[test]
fn invalid_times_are_rejected() {
    for option in
        ["--connect-timeout", "--read-timeout", "--pool-timeout", "--max-time", "--speed-time"]
    {
        for time in ["soon", "nan", "inf", "1e400"] {
            let line = refused(&[option, time, "http://localhost/"]);
            assert!(line.contains(time) && line.contains(option), "{line}");
        }
        assert!(refused(&[&format!("{option}=-1"), "http://localhost/"]).contains("-1"));
    }
}

#[test]
fn invalid_minimum_rate_is_rejected() {
    for option in ["-Y", "--speed-limit"] {
        for rate in ["fast", "1.5", "10K", "4294967296", ""] {
            let line = refused(&[option, rate, "http://localhost/"]);
            let why = "whole number of bytes per second";
            assert!(line.contains("--speed-limit") && line.contains(why), "{line}");
            assert!(line.contains(rate), "{line}");
        }
    }
    assert!(refused(&["--speed-limit=-1", "http://localhost/"]).contains("-1"));
}

#[test]
fn invalid_number_of_redirects_is_rejected() {
    for number in ["-2", "many", "1.5", "4294967296"] {
        let line = refused(&["-L", "--max-redirs", number, "http://localhost/"]);
        assert!(line.contains(&format!("'{number}'")) && line.contains("-1"), "{line}");
    }
}

#[test]
fn invalid_proxy_is_rejected() {
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
fn invalid_address_is_rejected() {
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
fn invalid_server_name_is_rejected() {
    let line = refused(&["--tls-server-name", "www example", "https://localhost/"]);
    assert!(line.contains("'www example'") && line.contains("host name"), "{line}");
}

#[test]
fn unknown_driver_is_rejected() {
    let line = refused(&["--driver", "curio", "http://localhost/"]);
    assert!(line.contains("'curio'") && line.contains("std and tokio"), "{line}");
}

#[test]
fn unknown_capture_mode_is_rejected() {
    let line = refused(&["--capture", "some", "http://localhost/"]);
    assert!(line.contains("redacted, default, private or everything"), "{line}");
}

#[test]
fn unknown_view_and_views_of_other_lines_are_rejected() {
    let line = refused(&["--view", "wire", "http://localhost/"]);
    assert!(line.contains("wire") && line.contains("curl"), "{line}");
    refused(&["--view", "curl", "--log", "httpx=info", "http://localhost/"]);
    refused(&["--view", "curl", "--log-config", "log.json", "http://localhost/"]);
}

#[test]
fn invalid_collector_is_rejected() {
    for url in ["localhost:4318", "", "ftp://localhost/", "http://"] {
        let line = refused(&["--otlp", url, "http://localhost/"]);
        assert!(line.contains("the URL of --otlp is invalid"), "{line}");
    }
}

#[test]
fn contradicting_options_are_rejected() {
    refused(&["-F", "a=1", "-d", "b=2", "http://localhost/"]);
    assert!(refused(&["--key", "key.pem", "https://localhost/"]).contains("--cert"));
    refused(&["-v", "--log", "httpx=info", "https://localhost/"]);
    refused(&["-f", "--fail-with-body", "http://localhost/"]);
    refused(&["-O", "-J", "-i", "http://localhost/"]);
    for both in [["-I", "-da"], ["-Ta", "-da"], ["-I", "-Ta"]] {
        assert!(refused(&[&both[..], &["http://localhost/"]].concat()).contains("method"));
    }
}

#[test]
fn unknown_options_and_missing_urls_are_rejected() {
    assert!(refused(&["--nope", "http://localhost/"]).contains("--nope"));
    assert!(refused(&["-v"]).contains("URL"));
}

#[test]
fn unknown_scheme_is_rejected() {
    for url in ["ftp://localhost/", "gopher://localhost/", "file:///etc/passwd"] {
        let failing = Failing::with(1, &[url]);
        failing.says(&[url]);
        assert!(failing.trace.is_empty(), "nothing was begun");
    }
}

#[test]
fn malformed_url_is_rejected() {
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
fn method_that_is_not_a_token_is_rejected() {
    // Port 1 is not connected to.
    let failing = Failing::with(43, &["-X", "GET /", "http://localhost:1/"]);
    failing.says(&["method"]);
    failing.logs_nothing();
}

#[test]
fn secrets_of_arguments_are_hidden_in_messages() {
    let url = "http://127.0.0.1:1/";
    for arguments in [
        &["-H", "Authorization Bearer tiger", url][..],
        &["-H", "X-Vault-Token tiger", url],
        &["-H", "Cookie: a\r\ntiger", url],
        &["-x", "ftp://me:tiger@localhost", url],
        &["-x", "http://me:tiger@localhost:99999", url],
        &["-x", "http://tiger@localhost:http", url],
        &["--resolve", "http://h/?token=tiger", url],
        &["ftp://me:tiger@localhost/"],
        &["http://me:tiger@localhost:99999/"],
        &["http://me:a/tiger@localhost/"],
        &["http://localhost:http/?code=tiger"],
        &["http://local host/?a=1;token=tiger"],
        &["http://localhost:x/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.tiger"],
        &["/?private_token=tiger"],
        &["-o", "a", "-o", "b", "http://me:tiger@localhost/"],
        &["--log-hide", "x-badge", "ftp://localhost/?x_badge=tiger"],
        &["http://me:tiger@127.0.0.1:1/?state=tiger"],
    ] {
        let finished = finished(arguments);
        assert_ne!(finished.code, 0, "{arguments:?}");
        assert!(!finished.stderr.is_empty(), "{arguments:?}");
        assert!(!finished.stderr.contains("tiger"), "{arguments:?}: {}", finished.stderr);
    }
}

#[test]
fn names_that_are_not_secret_are_shown() {
    let shown = |arguments: &[&str]| finished(arguments).stderr.contains("state=1");
    assert!(!shown(&["ftp://localhost/?state=1"]));
    assert!(shown(&["--log-show", "state", "ftp://localhost/?state=1"]));
    assert!(!shown(&["--log-show", "state", "--log-hide", "*tate", "ftp://localhost/?state=1"]));
}
