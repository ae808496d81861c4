//! A prepared request that is sent many times on one connection, over both drivers.

use limpid_std::Error;
use limpid_tests::Request;
use limpid_tests::script::{Script, Step, send};
use limpid_tests::server::Server;

use crate::both::block_on;

/// No part of a response remains in the next.
const ANSWERS: [&str; 3] = [
    "HTTP/1.1 200 Fine\r\nFirst: yes\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nSum: 1\r\n\r\n",
    "HTTP/1.1 503 Later\r\nContent-Length: 2\r\n\r\nbb",
    "HTTP/1.1 204 No Content\r\nLast: yes\r\n\r\n",
];

/// The expectation for each: reason, names of the fields, body, and number of trailers.
const EXPECTED: [(&str, &str, &str, usize); 3] = [
    ("Fine", "First Transfer-Encoding", "a", 1),
    ("Later", "Content-Length", "bb", 0),
    ("No Content", "Last", "", 0),
];

fn script() -> Script {
    ANSWERS.iter().flat_map(|answer| [Step::ReadRequest, send(answer)]).collect()
}

/// Returns the head and the trailers of a response whose body was read.
macro_rules! told {
    ($head:expr) => {{
        let names = $head.fields().iter().map(|field| field.name.to_vec()).collect::<Vec<_>>();
        let reason = $head.reason().to_vec();
        (String::from_utf8(reason).unwrap(), String::from_utf8(names.join(&b' ')).unwrap())
    }};
}

fn check(requests: &[Request]) {
    assert_eq!(requests.len(), 3, "all on the one connection that the server takes");
    assert_eq!((requests[0].body.as_slice(), requests[0].field("Note")), (&b"ping"[..], Some("x")));
    assert!(requests.iter().all(|request| *request == requests[0]));
}

#[test]
fn prepared_request_is_sent_again_over_std() {
    let server = Server::tcp(vec![script()]).unwrap();
    let client = limpid_std::Client::default();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let request = client.post(&url).header("Note", "x").body("ping").prepare().unwrap();
    for expected in EXPECTED {
        let response = client.send(&request).unwrap();
        let (reason, names) = told!(response);
        let (mut body, mut bytes) = (response.into_body(), Vec::new());
        while let Some(piece) = body.next_piece().unwrap() {
            bytes.extend_from_slice(piece);
        }
        let body_text = String::from_utf8(bytes).unwrap();
        let told = (&*reason, &*names, &*body_text, body.trailers().len());
        assert_eq!(told, expected);
    }
    drop(client);
    check(&server.finish().unwrap());
}

#[test]
fn prepared_request_is_sent_again_over_tokio() {
    let server = Server::tcp(vec![script()]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    block_on(async {
        let client = limpid_tokio::Client::default();
        let request = client.post(&url).header("Note", "x").body("ping").prepare().unwrap();
        for expected in EXPECTED {
            let (mut response, mut bytes) = (client.send(&request).await.unwrap(), Vec::new());
            while let Some(piece) = response.next_piece().await.unwrap() {
                bytes.extend_from_slice(piece);
            }
            // The head lives as long as the response.
            let (reason, names) = told!(response);
            let body = String::from_utf8(bytes).unwrap();
            assert_eq!((&*reason, &*names, &*body, response.trailers().len()), expected);
        }
    });
    check(&server.finish().unwrap());
}

#[test]
fn prepared_request_rejects_one_shot_body() {
    let client = limpid_std::Client::default();
    let body = limpid_std::Body::reader(&b"once"[..], None);
    let refused = client.post("http://127.0.0.1:9/").body(body).prepare();
    assert!(matches!(refused, Err(Error::BodyOnce)), "{refused:?}");
}
