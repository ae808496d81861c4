//! Captures of packets, as tshark dissects them.

use std::path::{Path, PathBuf};
use std::process::Command;

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::common::finished;

/// The fields of each message that tshark finds, separated by `|`.
const FIELDS: [&str; 8] = [
    "tcp.stream",
    "tcp.dstport",
    "http.request.method",
    "http.request.uri",
    "http.authorization",
    "http.response.code",
    "http.content_length",
    "http.file_data",
];

/// Returns the messages of HTTP in a capture, without any option that says where they are.
fn dissected(file: &Path) -> Vec<String> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file).args(["-Y", "http", "-T", "fields", "-E", "separator=|"]);
    command.args(FIELDS.iter().flat_map(|field| ["-e", field]));
    let lines = lines_of(&mut command);
    // What tshark finds wrong with packets, from warnings on.
    let mut wrong = Command::new("tshark");
    wrong.arg("-r").arg(file).args(["-Y", "_ws.malformed || _ws.expert.severity >= 0x600000"]);
    assert_eq!(lines_of(&mut wrong), [""; 0], "{}", file.display());
    lines
}

fn lines_of(command: &mut Command) -> Vec<String> {
    let finished = run(command, b"").unwrap();
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    String::from_utf8_lossy(&finished.stdout).lines().map(str::to_owned).collect()
}

/// Returns a file that a test of `limpid-sinks` compares with what it makes.
fn kept(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/pcap")).join(name)
}

#[test]
#[ignore = "needs tshark"]
fn kept_captures_have_their_messages() {
    let large = "t".repeat(40_000);
    let body =
        |text: &str, hidden: bool| if hidden { "*".repeat(text.len()) } else { text.to_owned() };
    for (name, hidden) in [("everything.pcapng", false), ("default.pcapng", true)] {
        let (secret, bearer) =
            if hidden { ("[secure]", "[secure]") } else { ("tiger", "Bearer tiger") };
        let expected = [
            format!("0|80|GET|/a?token={secret}|{bearer}|||"),
            format!("0|50000||||200|5|{}", body("tiger", hidden)),
            format!("0|80|POST|/b|||40000|{}", body(&large, hidden)),
            "0|50000||||204||".to_owned(),
            "1|8080|GET|/c||||".to_owned(),
            format!("1|50001||||200||{}", body("tiger", hidden)),
            "2|3128|CONNECT|www.example.com:443||||".to_owned(),
            "2|50002||||200||".to_owned(),
            "3|80|GET|/in-tunnel||||".to_owned(),
            "3|57347||||201|0|".to_owned(),
            "4|80|GET|/served||||".to_owned(),
            format!("4|50003||||203||{}", body("tiger", hidden)),
        ];
        assert_eq!(dissected(&kept(name)), expected, "{name}");
    }
}

#[test]
#[ignore = "needs tshark"]
fn plaintext_of_https_is_dissected() {
    let certificates = Certificates::new().unwrap();
    let config = certificates.server(Identity::Good).unwrap();
    let chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n\
                   5\r\nhello\r\n0\r\n\r\n";
    let moved = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n";
    let server = Server::tls(config, vec![[answer(moved), answer(chunked)].concat()]).unwrap();
    let port = server.port();
    let directory = Directory::new().unwrap();
    let file = directory.path().join("capture.pcapng");
    let (path, ca_file) = (file.to_string_lossy(), certificates.ca_file());
    let url = format!("https://localhost:{port}/a");
    let capture = ["--capture", "everything", "--pcap", &path, "-L"];
    let finished =
        finished([&capture[..], &["--cacert", &ca_file.to_string_lossy(), &url]].concat());
    server.finish().unwrap();
    assert_eq!((finished.code, &finished.stdout[..]), (0, &b"hello"[..]), "{}", finished.stderr);
    let messages = dissected(&file);
    let without_port: Vec<_> =
        messages.iter().map(|line| line.splitn(3, '|').last().unwrap()).collect();
    assert_eq!(without_port, ["GET|/a||||", "|||302|0|", "GET|/b||||", "|||200||hello"]);
}
