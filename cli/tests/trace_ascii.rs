//! `--trace-ascii`, beside curl where the release whose lines it has is installed.

#![cfg(test)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{finished, limpid, output};
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::Server;

/// Fields in the order of both programs, which differ in it otherwise.
const SAME: [&str; 4] = ["-H", "Accept: */*", "-H", "User-Agent: x"];

/// Returns the dump of a program of one request, with `PORT` for the port.
fn dump_of(program: &dyn Fn() -> Command, script: &Script, arguments: &[&str]) -> String {
    let directory = Directory::new().unwrap();
    let file = directory.path().join("dump");
    let server = Server::tcp(vec![script.clone()]).unwrap();
    // A port of another length changes the sizes, which are compared between programs only.
    let port = server.port().to_string();
    let mut command = program();
    command.args(SAME).args(arguments).arg("--trace-ascii").arg(&file);
    let finished = run(command.arg(format!("http://127.0.0.1:{port}/")), b"").unwrap();
    server.finish().unwrap();
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    let dump = std::fs::read_to_string(file).unwrap();
    assert!(dump.contains(&port));
    dump.replace(&port, &"P".repeat(port.len()))
}

fn everything() -> Command {
    limpid(["-s", "--capture", "everything"])
}

/// Returns curl if it is the release whose dumps are imitated.
fn curl() -> Option<Command> {
    let curl = Path::new("/usr/bin/curl");
    let version = Command::new(curl).arg("--version").output().ok()?;
    let mut command = Command::new(curl);
    command.args(["-q", "-s", "--noproxy", "*"]);
    version.stdout.starts_with(b"curl 7.88.").then_some(command)
}

#[test]
fn dump_is_that_of_curl() {
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n";
    let long = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 130\r\nX: {}\r\n\r\n{}",
        "x".repeat(200),
        "y".repeat(130)
    );
    let binary = b"HTTP/1.0 200 OK\r\n\r\n\x00\xff\r\n\r\nabc\n".to_vec();
    let split = vec![
        Step::ReadRequest,
        send("HTTP/1.1 200 OK\r\nContent-Len"),
        Step::Sleep(std::time::Duration::from_millis(20)),
        send("gth: 2\r\n\r\nok"),
    ];
    let closing = vec![Step::ReadRequest, Step::Send(binary), Step::Close];
    for script in [answer(chunked), answer(long), closing, split] {
        let ours = dump_of(&everything, &script, &[]);
        assert!(ours.contains("\n=> Send header, "), "{ours}");
        if let Some(theirs) = curl().map(|_| dump_of(&|| curl().unwrap(), &script, &[])) {
            assert_eq!(ours, theirs);
        }
    }
}

#[test]
fn sent_data_has_its_own_dump() {
    let ok = "HTTP/1.1 204 No Content\r\n\r\n";
    let dump = dump_of(&everything, &answer(ok), &["-d", "a=1"]);
    assert!(
        dump.contains(
            "\n=> Send data, 3 bytes (0x3)\n0000: a=1\n<= Recv header, 25 bytes (0x19)\n"
        ),
        "{dump}"
    );
}

#[test]
fn plaintext_below_tls_is_dumped() {
    let certificates = Certificates::new().unwrap();
    let config = certificates.server(Identity::Good).unwrap();
    let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let server = Server::tls(config, vec![answer(hello)]).unwrap();
    let ca_file = certificates.ca_file().to_string_lossy().into_owned();
    let url = format!("https://localhost:{}/", server.port());
    let capture = ["--capture", "everything", "--trace-ascii", "-"];
    let directory = Directory::new().unwrap();
    let body = directory.path().join("body");
    let arguments = ["-s", "--cacert", &ca_file, "-o", &*body.to_string_lossy(), &url];
    let dump = output([&capture[..], &arguments].concat());
    server.finish().unwrap();
    assert!(dump.contains("\n0000: GET / HTTP/1.1\n0010: Host: localhost:"), "{dump}");
    assert!(dump.contains("\n<= Recv data, 5 bytes (0x5)\n0000: hello\n"), "{dump}");
}

#[test]
fn default_capture_shows_heads_without_secrets_and_sizes() {
    let body = "HTTP/1.1 200 OK\r\nSet-Cookie: a=tiger\r\nContent-Length: 5\r\n\r\ntiger";
    let arguments = ["-s", "-d", "tiger=tiger", "-u", "me:tiger"];
    let dump = dump_of(&|| limpid(arguments), &answer(body), &[]);
    assert!(!dump.contains("tiger"), "{dump}");
    let explained = dump.matches("Secrets of heads are hidden").count();
    assert_eq!(explained, 1, "{dump}");
    assert!(
        dump.contains("\n=> Send data, 11 bytes (0xb)\n<= Recv header, 17 bytes (0x11)\n"),
        "{dump}"
    );
    assert!(dump.contains("\n<= Recv header, 21 bytes (0x15)\n0000: Set-Cookie: "), "{dump}");
    assert!(dump.contains("\n<= Recv data, 5 bytes (0x5)\n== Info: "), "{dump}");
}

#[test]
fn file_that_cannot_be_opened_is_named() {
    let directory = Directory::new().unwrap();
    let file = directory.path().join("none").join("dump");
    let file = file.to_string_lossy();
    let finished = finished(["--trace-ascii", &file, "http://localhost:1/"]);
    assert_eq!(finished.code, 23);
    let expected = format!("cannot open {file} for --trace-ascii");
    assert!(finished.stderr.contains(&expected), "{}", finished.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_changes_no_request_and_is_said_once() {
    let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    let server = Server::tcp(vec![answer(hello)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = finished(["--trace-ascii", "/dev/full", &url]);
    server.finish().unwrap();
    assert_eq!((finished.code, &finished.stdout[..]), (0, &b"hello"[..]));
    let start = "limpid: lines of --trace-ascii to /dev/full are lost";
    assert!(finished.stderr.starts_with(start), "{}", finished.stderr);
    assert_eq!(finished.stderr.lines().count(), 1);
}
