//! Proxies of the environment, and what overrides them.

#![cfg(test)]

mod common;

use common::limpid;
use limpid_tests::Request;
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::command::{Finished, run};
use limpid_tests::script::{Script, Socks5, Step, answer, send};
use limpid_tests::server::{Listen, Server};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const PROXIED: &str = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied";

/// Runs the command in this environment, where `{proxy}` in a variable is the address of a server with this
/// script. Returns its output, and the requests to that server.
fn with_proxy(
    script: Option<Script>,
    variables: &[(&str, &str)],
    arguments: &[&str],
) -> (Finished, Vec<Request>) {
    let server = Server::tcp(script.into_iter().collect()).unwrap();
    let proxy = format!("127.0.0.1:{}", server.port());
    let mut command = limpid(arguments.iter().map(|text| text.replace("{proxy}", &proxy)));
    for (name, value) in variables {
        command.env(name, value.replace("{proxy}", &proxy));
    }
    let finished = run(&mut command, b"").unwrap();
    (finished, server.finish().unwrap())
}

/// Returns the output of a successful command.
fn printed(finished: Finished) -> String {
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""));
    String::from_utf8(finished.stdout).unwrap()
}

#[test]
fn requests_go_through_the_proxy_of_the_environment() {
    for variable in ["http_proxy", "all_proxy", "ALL_PROXY"] {
        let variables = [(variable, "http://me:pw@{proxy}")];
        let (finished, requests) =
            with_proxy(Some(answer(PROXIED)), &variables, &["http://a.invalid/x"]);
        assert_eq!(printed(finished), "proxied");
        assert!(
            requests[0].head.starts_with("GET http://a.invalid/x HTTP/1.1\r\n"),
            "{requests:?}"
        );
        assert_eq!(requests[0].field("Proxy-Authorization"), Some("Basic bWU6cHc="));
    }
}

#[test]
fn requests_over_tls_go_through_a_tunnel() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let origin = Server::tls(tls, vec![answer(HELLO)]).unwrap();
    let tunnel = vec![
        Step::ReadHead,
        send("HTTP/1.1 200 OK\r\n\r\n"),
        Step::Relay(([127, 0, 0, 1], origin.port()).into()),
    ];
    let ca_file = certificates.ca_file();
    let url = format!("https://localhost:{}/", origin.port());
    let arguments = ["--cacert", &ca_file.to_string_lossy(), &url];
    let (finished, requests) = with_proxy(Some(tunnel), &[("HTTPS_PROXY", "{proxy}")], &arguments);
    assert_eq!(printed(finished), "hello");
    let connect = format!("CONNECT localhost:{} HTTP/1.1\r\n", origin.port());
    assert!(requests[0].head.starts_with(&connect), "{requests:?}");
    origin.finish().unwrap();
}

#[test]
fn all_proxy_may_name_socks_proxy() {
    let origin = Server::tcp(vec![answer(HELLO)]).unwrap();
    let socks = Socks5 { method: 0, authenticates: true, reply: Some(0) };
    let script = vec![Step::Socks5(socks), Step::Relay(([127, 0, 0, 1], origin.port()).into())];
    let variables = [("ALL_PROXY", "socks5h://{proxy}")];
    let (finished, _) = with_proxy(Some(script), &variables, &["http://a.invalid/"]);
    assert_eq!(printed(finished), "hello");
    origin.finish().unwrap();
}

#[test]
fn no_proxy_hosts_bypass_proxy() {
    let arguments: [&[&str]; 2] = [&[], &["--noproxy", "192.0.2.1,127.0.0.0/8"]];
    for (index, no_proxy) in ["127.0.0.1", ""].into_iter().enumerate() {
        let origin = Server::tcp(vec![answer(HELLO)]).unwrap();
        let url = format!("http://127.0.0.1:{}/", origin.port());
        let variables = [("http_proxy", "http://{proxy}"), ("NO_PROXY", no_proxy)];
        let (finished, _) = with_proxy(None, &variables, &[arguments[index], &[&url]].concat());
        assert_eq!(printed(finished), "hello");
        origin.finish().unwrap();
    }
}

#[test]
fn argument_overrides_environment() {
    let variables = [("http_proxy", "http://missing.invalid"), ("no_proxy", "*")];
    let arguments = ["-x", "http://{proxy}", "--noproxy", "", "http://a.invalid/"];
    let (finished, _) = with_proxy(Some(answer(PROXIED)), &variables, &arguments);
    assert_eq!(printed(finished), "proxied");
}

#[test]
fn redirect_chooses_proxy_again() {
    let origin = Server::tcp(vec![answer(HELLO)]).unwrap();
    let elsewhere = format!(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{}/\r\nContent-Length: 0\r\n\r\n",
        origin.port()
    );
    let variables = [("http_proxy", "{proxy}"), ("no_proxy", "127.0.0.1")];
    let (finished, requests) =
        with_proxy(Some(answer(elsewhere)), &variables, &["-L", "http://a.invalid/"]);
    assert_eq!(printed(finished), "hello");
    assert_eq!(requests.len(), 1);
    assert!(origin.finish().unwrap()[0].head.starts_with("GET / HTTP/1.1\r\n"));
}

// Environment variables of Windows are case-insensitive.
#[cfg(not(windows))]
#[test]
fn uppercase_http_proxy_is_ignored() {
    let origin = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", origin.port());
    let (finished, _) = with_proxy(None, &[("HTTP_PROXY", "http://{proxy}")], &[&url]);
    assert_eq!(printed(finished), "hello");
    origin.finish().unwrap();
}

#[test]
fn invalid_proxy_variable_is_named() {
    let bad = [
        ("https_proxy", "ftp://me:tiger@localhost", "http, https, socks5 or socks5h"),
        ("ALL_PROXY", "http://localhost:port", "the URL's port"),
        ("http_proxy", "http://", "no host"),
    ];
    for (variable, value, why) in bad {
        let (finished, _) = with_proxy(None, &[(variable, value)], &["http://127.0.0.1:1/"]);
        assert_eq!(finished.code, 2);
        let line = finished.stderr.trim_end();
        assert!(line.starts_with("limpid: (2) ") && line.lines().count() == 1, "{line}");
        assert!(line.contains(variable) && line.contains(why), "{line}");
        assert!(!line.contains("tiger"), "{line}");
    }
}

/// Returns the line of a request that fails with this code.
fn refused(code: i32, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut command = limpid(arguments);
    command.envs(variables.iter().copied());
    let finished = run(&mut command, b"").unwrap();
    assert_eq!(finished.code, code, "{}", finished.stderr);
    finished.stderr.lines().next().unwrap().to_owned()
}

#[test]
fn dead_proxy_is_named_before_the_origin() {
    let dead = Server::start(Listen::Refuse, vec![]).unwrap();
    let authority = format!("127.0.0.1:{}", dead.port());
    let [http, socks] = ["http", "socks5h"].map(|scheme| format!("{scheme}://{authority}"));
    for url in ["http://a.invalid/", "https://a.invalid/"] {
        for (variables, arguments) in [
            (&[][..], &["-x", &http, url][..]),
            (&[], &["-x", &socks, url]),
            (&[("http_proxy", &*http), ("https_proxy", &http)], &[url]),
            (&[("ALL_PROXY", &socks)], &[url]),
        ] {
            let line = refused(7, variables, arguments);
            let start = format!("limpid: (7) proxy {authority}, for a.invalid:");
            assert!(line.starts_with(&start), "{line}");
        }
    }
    let line = refused(5, &[], &["-x", "http://dead.invalid:3128", "http://a.test/"]);
    assert!(line.starts_with("limpid: (5) proxy dead.invalid:3128, for a.test:80: "), "{line}");
}

#[test]
fn proxy_that_requires_credentials_is_named_with_a_hint() {
    let response = "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n";
    let proxy = Server::tcp(vec![answer(response)]).unwrap();
    let authority = format!("127.0.0.1:{}", proxy.port());
    let line = refused(56, &[], &["-x", &authority, "https://a.test/"]);
    proxy.finish().unwrap();
    assert!(
        line.starts_with(&format!("limpid: (56) proxy {authority}, for a.test:443: ")),
        "{line}"
    );
    assert!(line.contains("status 407") && line.contains("user:password"), "{line}");
}

#[test]
fn ipv6_addresses_are_in_brackets() {
    // Port 1 is not connected to, or refuses.
    for (arguments, start) in [
        (&["http://[::1]:1/"][..], "[::1]:1: "),
        (&["-x", "http://[::1]:1", "http://a.test/"], "proxy [::1]:1, for a.test:80: "),
        (&["-x", "socks5://[::1]:1", "http://[::2]/"], "proxy [::1]:1, for [::2]:80: "),
    ] {
        let line = refused(7, &[], arguments);
        assert!(line.starts_with(&format!("limpid: (7) {start}")), "{line}");
    }
}
