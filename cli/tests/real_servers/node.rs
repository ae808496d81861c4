//! Node's server: chunked bodies, trailers, early hints, and a truncated body.

use limpid_tests::real::node::Node;

use crate::both::{finished, output};

#[test]
#[ignore = "needs node: run by .ci/run"]
fn node_echoes_what_it_is_sent() {
    let node = Node::start().unwrap();
    let echo = format!("http://localhost:{}/echo", node.port);
    let answer = output(["-i", "-d", "some data", &echo]);
    assert!(answer.contains("X-Length: 9\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nsome data"), "{answer}");
    let answer = output(["-i", "-H", "Transfer-Encoding: chunked", "-d", "in chunks", &echo]);
    assert!(answer.contains("X-Length: none\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nin chunks"), "{answer}");
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn node_s_trailers_and_hints_are_told() {
    let node = Node::start().unwrap();
    let url = format!("http://localhost:{}", node.port);
    let finished = finished(["-vv", &format!("{url}/trailers"), &format!("{url}/hints")]);
    assert_eq!(String::from_utf8_lossy(&finished.stdout), "first,secondhinted");
    assert!(
        finished.stderr.contains("limpid.http1 - trailer name=b'X-Checksum' value=b'abc'"),
        "{}",
        finished.stderr,
    );
    assert!(finished.stderr.contains("103, b'Early Hints'"), "{}", finished.stderr);
    assert_eq!(finished.stderr.matches("connect_tcp.started").count(), 1, "{}", finished.stderr);
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn node_s_cut_body_is_an_error_that_says_how_much_came() {
    let node = Node::start().unwrap();
    let finished = finished([format!("http://localhost:{}/cut", node.port)]);
    assert_eq!((finished.code, finished.stdout.as_slice()), (18, b"cut".as_slice()));
    assert!(finished.stderr.starts_with("limpid: (18) "), "{}", finished.stderr);
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn node_s_redirect_is_followed_on_the_same_connection() {
    let node = Node::start().unwrap();
    let finished = finished(["-v", "-L", &format!("http://localhost:{}/redirect", node.port)]);
    assert_eq!(finished.stdout, b"hello from node\n", "{}", finished.stderr);
    assert_eq!(finished.stderr.matches("connect_tcp.started").count(), 1, "{}", finished.stderr);
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn node_s_codings_are_decoded_for_who_wants_that() {
    let node = Node::start().unwrap();
    for page in ["gzip", "br"] {
        let url = format!("http://localhost:{}/{page}", node.port);
        assert_eq!(output(["--compressed", &url]), "compressed by node\n".repeat(1000));
        let coded = finished([&url]);
        assert!((1..1000).contains(&coded.stdout.len()), "{page}: {}", coded.stdout.len());
    }
}
