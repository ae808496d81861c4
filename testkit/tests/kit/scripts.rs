//! Scripts in memory, and scripted clients.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use limpid_test::script::{Step, answer, expect, send};
use limpid_test::{ScriptedClient, Scripts};

#[test]
fn scripts_in_memory_report_what_they_have_read() {
    let scripts = Scripts::new(vec![
        vec![
            Step::ReadRequest,
            send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi"),
            Step::Close,
        ],
        vec![Step::ReadRequest, Step::Reset],
    ]);
    let client = limpid_std::Client::builder();
    let client = client.connector(scripts.network()).resolver(scripts.network()).build();
    assert_eq!(client.get("http://a.test/1").send().unwrap().text().unwrap(), "hi");
    let error = client.get("http://a.test/2").send().unwrap_err();
    assert!(error.to_string().contains("reset"), "{error}");
    let requests = scripts.finish().unwrap();
    let lines: Vec<_> = requests.iter().filter_map(|it| it.head.lines().next()).collect();
    assert_eq!(lines, ["GET /1 HTTP/1.1", "GET /2 HTTP/1.1"]);
}

#[test]
fn deviation_from_a_script_is_reported() {
    for (script, problem) in [
        (vec![expect("PUT ")], "the peer sent \"GET \" instead of \"PUT \""),
        (vec![Step::ReadRequest, Step::ReadHead], "the peer closed while more was expected"),
        (vec![Step::ReadBytes(3), Step::ExpectEnd], "instead of its end, the peer sent"),
    ] {
        let scripts = Scripts::new(vec![script]);
        let client = limpid_std::Client::builder();
        let timeout = std::time::Duration::from_millis(200);
        let client = client.connector(scripts.network()).read_timeout(timeout).build();
        client.get("http://192.0.2.1/").send().unwrap_err();
        drop(client);
        let said = scripts.finish().unwrap_err();
        assert!(said.contains(problem), "{said}");
    }
    let said = Scripts::new(vec![answer("HTTP/1.1 204 No Content\r\n\r\n")]).finish().unwrap_err();
    assert_eq!(said, "1 connection(s) too few");
}

/// Plays a client's script against a server that answers once.
fn play(bytes: &'static [u8], script: &[Step]) -> std::io::Result<Vec<limpid_test::Message>> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 4]).unwrap();
        stream.write_all(bytes).unwrap();
    });
    let played = ScriptedClient::play(address, script);
    serving.join().unwrap();
    played
}

#[test]
fn scripted_client_reads_responses_of_every_framing() {
    for (bytes, body, trailers) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"[..], "hi", ""),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\n",
            "hi",
            "A: b\r\n",
        ),
        (b"HTTP/1.1 200 OK\r\n\r\nhi", "hi", ""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "", ""),
    ] {
        let played = play(bytes, &[send("GET "), Step::ReadResponse, Step::ExpectEnd]).unwrap();
        assert_eq!((&*played[0].body, &*played[0].trailers), (body.as_bytes(), trailers));
    }
}

#[test]
fn scripted_client_says_where_bytes_differ() {
    let error = play(b"HTTP/1.0 200 OK\r\n", &[send("GET "), expect("HTTP/1.1")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the peer sent \"HTTP/1.0\" instead of \"HTTP/1.1\": the first difference is at byte 7"
    );
}
