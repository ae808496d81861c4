//! Where the proxy listens, and arguments that are refused.

use limpid_tests::directory::Directory;

use crate::common::finished;
use crate::proxy::Proxy;

/// Returns the error message of `limpid tap` with these arguments.
fn refused(arguments: &[&str]) -> String {
    let finished = finished([&["tap"], arguments].concat());
    assert_eq!(finished.code, 2, "{}", finished.stderr);
    finished.stderr
}

#[test]
fn other_machines_are_let_in_only_if_the_address_is_given_twice() {
    for listen in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "[::ffff:192.0.2.1]:1"] {
        let message = refused(&["--listen", listen]);
        assert!(
            message.contains(&format!("--listen {listen} --allow-remote {listen}")),
            "{message}"
        );
        let message = refused(&["--listen", listen, "--allow-remote", "0.0.0.0:2"]);
        assert!(message.contains("write the same address twice"), "{message}");
    }
}

#[test]
fn proxy_for_other_machines_says_so() {
    let arguments = ["--listen", "0.0.0.0:0", "--allow-remote", "0.0.0.0:0"];
    let mut proxy = Proxy::start_with(&arguments);
    proxy.line("every machine that reaches 0.0.0.0:");
    // It does not connect to itself, by whatever address.
    let port = proxy.address.port();
    let request =
        format!("GET http://127.1.2.3:{port}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let response = proxy.exchange(&request);
    assert!(response.starts_with("HTTP/1.1 508 "), "{response}");
}

#[test]
fn invalid_arguments_are_refused() {
    assert!(refused(&[]).contains("--listen"));
    assert!(refused(&["--listen", "example.com:80"]).contains("127.0.0.1:8080"));
    assert!(refused(&["--listen", "1", "--to", "ftp://a"]).contains("--to"));
    assert!(refused(&["--listen", "1", "--to", "http://a/?b"]).contains("a query"));
    assert!(refused(&["--listen", "1", "--to", "http://a", "--ca", "x"]).contains("--ca"));
    assert!(refused(&["--listen", "1", "--keep-host"]).contains("--to"));
    assert!(refused(&["--listen", "1", "--name", "a b"]).contains("--name"));
}

#[test]
fn address_in_use_is_an_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let finished = finished(["tap", "--listen", &address]);
    assert_eq!(finished.code, 7);
    assert!(
        finished.stderr.contains(&format!("cannot listen on {address}")),
        "{}",
        finished.stderr
    );
}

#[test]
fn incomplete_authority_is_an_error() {
    let directory = Directory::new().unwrap();
    directory.write("ca.pem", "-----BEGIN CERTIFICATE-----\n").unwrap();
    let path = directory.path().to_string_lossy().into_owned();
    let finished = finished(["tap", "--listen", "0", "--ca", &path]);
    assert_eq!(finished.code, 77);
    assert!(finished.stderr.contains("ca-key.pem"), "{}", finished.stderr);
}
