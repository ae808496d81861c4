//! The server of Python's standard library.

use limpid_tests::real::python::Python;
use limpid_tests::real::{INDEX, big};

use crate::both::finished;

#[test]
#[ignore = "needs python3: run by .ci/run"]
fn python_s_http_1_0_opens_a_connection_for_each_request() {
    let python = Python::start("HTTP/1.0").unwrap();
    let url = format!("http://localhost:{}", python.port);
    let finished = finished(["-v", &format!("{url}/"), &format!("{url}/big")]);
    assert!(finished.stdout == [INDEX.as_bytes(), &big()].concat(), "{}", finished.stderr);
    assert_eq!(finished.stderr.matches("connect_tcp.complete").count(), 2, "{}", finished.stderr);
    assert!(finished.stderr.contains("return_value=(b'HTTP/1.0', 200, b'OK', "));
}

#[test]
#[ignore = "needs python3: run by .ci/run"]
fn python_s_http_1_1_keeps_its_connection() {
    let python = Python::start("HTTP/1.1").unwrap();
    let url = format!("http://localhost:{}/", python.port);
    let finished = finished(["-v", &url, &url]);
    assert_eq!(finished.stdout, INDEX.repeat(2).as_bytes(), "{}", finished.stderr);
    assert_eq!(finished.stderr.matches("connect_tcp.complete").count(), 1, "{}", finished.stderr);
}
