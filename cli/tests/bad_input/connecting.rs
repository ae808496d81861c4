//! Unknown hosts and closed ports.

use limpid_tests::script::answer;
use limpid_tests::server::{Listen, Server};

use crate::failing::Failing;

#[test]
fn unknown_host_fails() {
    let failing = Failing::with(6, &["http://missing.invalid/"]);
    failing.says(&["missing.invalid:80", "resolving the host name"]);
    let prefix = "httpcore.connection - connect_tcp.failed exception=ConnectError(gaierror";
    let expected = [
        format!("{prefix}(-2, 'Name or service not known'))"),
        // The error without a resolver.
        format!("{prefix}(-3, 'Temporary failure in name resolution'))"),
    ];
    assert_eq!(failing.trace.len(), 1);
    assert!(expected.contains(&failing.trace[0]), "{:?}", failing.trace);
}

#[test]
fn closed_port_fails() {
    let server = Server::start(Listen::Refuse, vec![]).unwrap();
    let authority = format!("127.0.0.1:{}", server.port());
    let failing = Failing::with(7, &[&format!("http://{authority}/")]);
    failing.says(&[&authority, "connecting", "connection refused"]);
    failing.ends_with(
        "httpcore.connection - connect_tcp.failed \
         exception=ConnectError(ConnectionRefusedError(111, 'Connection refused'))",
    );
}

#[test]
fn last_transfer_determines_exit_code() {
    let server = Server::start(Listen::Refuse, vec![]).unwrap();
    let refused = format!("http://127.0.0.1:{}/", server.port());
    let finished = crate::common::finished([&refused, "ftp://localhost/"]);
    assert_eq!(finished.code, 1);
    let codes: Vec<&str> = finished
        .stderr
        .lines()
        .map(|line| &line[..11])
        .filter(|line| !line.starts_with(' '))
        .collect();
    assert_eq!(codes, ["limpid: (7)", "limpid: (1)"]);
}

#[test]
fn silent_option_suppresses_messages() {
    let finished = crate::common::finished(["-s", "ftp://localhost/"]);
    assert_eq!((finished.code, finished.stderr.as_str()), (1, ""));
}

#[test]
fn trace_after_failure_is_redacted_and_bounded() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: /?token=planted\r\nSet-Cookie: a=planted\r\n\
        Content-Length: 0\r\n\r\n";
    let script = [answer(moved), answer(moved), answer(moved), answer("no HTTP")].concat();
    let server = Server::tcp(vec![script]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = crate::common::finished(["-L", "-u", "me:planted", &url]);
    assert!(!finished.stderr.contains("planted"), "{}", finished.stderr);
    let lines: Vec<&str> = finished.stderr.lines().collect();
    assert_eq!(lines.len(), 22, "{}", finished.stderr);
    assert!(lines[1].ends_with(" earlier lines; -v shows all)"), "{}", lines[1]);
    drop(server);
}
