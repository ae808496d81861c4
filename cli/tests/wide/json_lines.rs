//! The lines of `--log-json`, read by the programs that people read such files with.

use std::fs;
use std::path::Path;
use std::process::Command;

use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::common::finished;

/// Requests of which some fail, and texts of which some are not UTF-8.
const RESPONSES: [&[u8]; 4] = [
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 404 caf\xe9\r\nX-Name: caf\xc3\xa9\r\nX-Bytes: \xff\xfe\r\nTransfer-Encoding: chunked\r\n\r\n\
      3\r\n\x00\xff\x01\r\n0\r\nDigest: 1\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: /?a=1&token=2\r\nContent-Length: 0\r\n\r\n",
    b"nonsense\r\n\r\n",
];

#[test]
#[ignore = "needs duckdb, polars and jq: run by .ci/wide"]
fn duckdb_polars_and_jq_read_json_lines_without_casts() {
    let directory = Directory::new().unwrap();
    let (events, all) = (directory.file("events.jsonl"), directory.file("all.jsonl"));
    let path = events.to_string_lossy().into_owned();
    let mut lines = String::new();
    for (response, capture) in RESPONSES
        .into_iter()
        .flat_map(|response| ["default", "everything"].map(|it| (response, it)))
    {
        let server = Server::tcp(vec![answer(response)]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        finished(["-s", "--log-json", &path, "--capture", capture, &url]);
        lines.push_str(&fs::read_to_string(&events).unwrap());
        server.finish().unwrap();
    }
    fs::write(&all, lines).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut reader = Command::new("python3");
    reader.arg(folder.join("tests/wide/json_lines.py"));
    reader.arg(folder.join("../docs/events.schema.json")).arg(&all);
    let read = run(&mut reader, b"").unwrap();
    assert_eq!(read.code, 0, "{}", read.stderr);
    println!("JSON lines: {}", String::from_utf8_lossy(&read.stdout).trim());
}
