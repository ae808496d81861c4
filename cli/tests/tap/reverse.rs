//! Requests that are passed on to one server.

use std::io::{Read, Write};
use std::time::Duration;

use crate::proxy::{PATIENCE, Proxy, answering, head, lines, parts, server};

const HELLO: &str = "HTTP/1.1 200 Fine\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";

#[test]
fn request_goes_to_the_server_below_its_path() {
    let (address, heads) = answering(HELLO);
    let proxy = Proxy::start(&["--to", &format!("http://{address}/base/"), "--name", "me"]);
    let response =
        proxy.exchange("GET /a%2fb/../c?d=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (head, body) = parts(&response);
    assert!(head.starts_with("HTTP/1.1 200 Fine\r\n"), "{head}");
    assert_eq!(body, "hello");
    let received = heads.recv_timeout(PATIENCE).unwrap();
    let expected =
        ["GET /base/a%2fb/../c?d=%zz HTTP/1.1", &format!("Host: {address}"), "Via: 1.1 me"];
    assert_eq!(lines(&received), expected);
}

#[test]
fn host_of_the_client_can_be_kept() {
    let (address, heads) = answering(HELLO);
    let proxy = Proxy::start(&["--to", &format!("http://{address}"), "--keep-host"]);
    proxy.exchange("GET / HTTP/1.1\r\nHost: www.example\r\nConnection: close\r\n\r\n");
    let received = heads.recv_timeout(PATIENCE).unwrap();
    assert_eq!(lines(&received)[1], "Host: www.example");
    // A client of HTTP/1.0 need not send one.
    proxy.exchange("GET / HTTP/1.0\r\n\r\n");
    let received = heads.recv_timeout(PATIENCE).unwrap();
    assert!(received.contains(&format!("Host: {address}\r\n")), "{received}");
}

#[test]
fn server_that_cannot_be_reached_is_a_bad_gateway() {
    let refusing = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = refusing.local_addr().unwrap();
    drop(refusing);
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let response = proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let (head, body) = parts(&response);
    assert!(head.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{head}");
    assert!(
        body.starts_with(&format!("Bad Gateway: {address}: failed while connecting")),
        "{body}"
    );
    let [event] = &proxy.events("ForwardFailed", 1)[..] else { panic!() };
    assert_eq!(event["status"], 502);
    assert!(event["error"].as_str().unwrap().contains("connecting"), "{event}");
}

#[test]
fn server_that_does_not_answer_in_time_is_a_gateway_timeout() {
    let address = server(|mut stream| drop(stream.read_to_end(&mut Vec::new())));
    let to = format!("http://{address}");
    let proxy = Proxy::start(&["--to", &to, "--read-timeout", "0.1"]);
    let response = proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(response.starts_with("HTTP/1.1 504 Gateway Timeout\r\n"), "{response}");
    assert_eq!(proxy.events("ForwardFailed", 1)[0]["status"], 504);
}

#[test]
fn expectation_is_left_to_the_server() {
    let address = server(|mut stream| {
        let request = head(&mut stream).unwrap();
        assert!(request.contains("\r\nExpect: 100-continue\r\n"), "{request}");
        if request.starts_with("PUT") {
            stream.write_all(b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n").unwrap();
            return;
        }
        stream.write_all(b"HTTP/1.1 100 Go on\r\nX-A: 1\r\n\r\n").unwrap();
        let mut body = [0; 4];
        stream.read_exact(&mut body).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n").unwrap();
        stream.write_all(&body).unwrap();
    });
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let request = |method: &str| {
        format!(
            "{method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
        )
    };
    let mut stream = proxy.connect();
    stream.write_all(request("POST").as_bytes()).unwrap();
    assert_eq!(head(&mut stream).unwrap(), "HTTP/1.1 100 Go on\r\nX-A: 1\r\n\r\n");
    stream.write_all(b"body").unwrap();
    assert!(head(&mut stream).unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    let mut body = [0; 4];
    stream.read_exact(&mut body).unwrap();
    assert_eq!(&body, b"body");
    let refused = proxy.exchange(&request("PUT"));
    assert!(refused.starts_with("HTTP/1.1 417 No\r\n"), "{refused}");
}

#[test]
fn informational_responses_are_passed_on() {
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let response = format!("{hints}HTTP/1.1 100 Continue\r\n\r\n{HELLO}");
    let (address, _heads) = answering(response);
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let response = proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let rest = response.strip_prefix(hints).unwrap_or_else(|| panic!("{response}"));
    // A client that did not expect 100 does not get it.
    assert!(rest.starts_with("HTTP/1.1 200 Fine\r\n"), "{rest}");
    let response = proxy.exchange("GET / HTTP/1.0\r\n\r\n");
    assert!(response.starts_with("HTTP/1.1 200 Fine\r\n"), "{response}");
}

#[test]
fn trailers_are_passed_on_in_both_directions() {
    let address = server(|mut stream| {
        let request = head(&mut stream).unwrap();
        assert!(request.contains("\r\nTE: trailers\r\nConnection: TE\r\n"), "{request}");
        let mut body = Vec::new();
        while !body.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            body.push(byte[0]);
        }
        assert_eq!(
            body,
            b"3\r\nabc\r\n0\r\nX-Sum: 1\r\nx-sum: 2\r\n\r\n",
            "{}",
            body.escape_ascii()
        );
        let head = "HTTP/1.1 200 OK\r\nTrailer: X-End\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream
            .write_all(
                format!("{head}2\r\nde\r\n0\r\nX-End: 3\r\nContent-Length: 9\r\n\r\n").as_bytes(),
            )
            .unwrap();
    });
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let response = proxy.exchange(
        "POST / HTTP/1.1\r\nHost: x\r\nTE: trailers;q=1, trailers\r\nTransfer-Encoding: chunked\r\n\
         Connection: close\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\nHost: evil\r\nx-sum: 2\r\n\r\n",
    );
    let (head, body) = parts(&response);
    assert!(head.contains("\r\nTrailer: X-End\r\n"), "{head}");
    assert_eq!(body, "2\r\nde\r\n0\r\nX-End: 3\r\n\r\n");
}

#[test]
fn client_that_leaves_cancels_the_request() {
    let (sender, closed) = std::sync::mpsc::channel();
    let address = server(move |mut stream| {
        head(&mut stream).unwrap();
        sender.send("begun").unwrap();
        // No response: the proxy closes the connection.
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
        sender.send("closed").unwrap();
    });
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let mut stream = proxy.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert_eq!(closed.recv_timeout(PATIENCE).unwrap(), "begun");
    drop(stream);
    assert_eq!(closed.recv_timeout(Duration::from_secs(20)).unwrap(), "closed");
}

#[test]
fn client_that_closes_its_direction_is_still_answered() {
    let (address, _heads) = answering(HELLO);
    let slow = server(|mut stream| drop(stream.read_to_end(&mut Vec::new())));
    for (address, expected) in [(address, "HTTP/1.1 200 "), (slow, "HTTP/1.1 504 ")] {
        let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
        let mut stream = proxy.connect();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.starts_with(expected), "{response}");
    }
}

#[test]
fn tunnels_are_not_opened() {
    let (address, _heads) = answering(HELLO);
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let response = proxy.exchange(&format!(
        "CONNECT {address} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    ));
    assert!(response.starts_with("HTTP/1.1 501 "), "{response}");
}

/// A server that answers requests on one connection: POST after its body, PUT before it, DELETE with a refusal before
/// it, and closes.
fn keeping() -> std::net::SocketAddr {
    server(|mut stream| {
        while let Ok(request) = head(&mut stream) {
            if request.starts_with('P') && !request.starts_with("PUT") {
                stream.read_exact(&mut [0; 4]).unwrap();
            }
            let is_refused = request.starts_with("POST") || request.starts_with("DELETE");
            let status = if is_refused { "404 Not Found" } else { "200 OK" };
            let response = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok");
            stream.write_all(response.as_bytes()).unwrap();
            if request.starts_with("DELETE") {
                return;
            }
        }
    })
}

#[test]
fn connection_of_a_client_is_kept() {
    let proxy = Proxy::start(&["--to", &format!("http://{}", keeping())]);
    let mut stream = proxy.connect();
    for method in ["POST", "PATCH", "DELETE", "POST", "DELETE", "POST"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
        stream.write_all(request.as_bytes()).unwrap();
        let response = head(&mut stream).unwrap();
        assert!(!response.contains("\r\nConnection: close\r\n"), "{method} {response}");
        stream.read_exact(&mut [0; 2]).unwrap();
    }
}

#[test]
fn rest_of_a_request_is_read_after_an_early_success() {
    let proxy = Proxy::start(&["--to", &format!("http://{}", keeping())]);
    let mut stream = proxy.connect();
    let long = vec![b'x'; 1 << 20];
    let request = format!("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", long.len());
    stream.write_all(request.as_bytes()).unwrap();
    assert!(head(&mut stream).unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    stream.read_exact(&mut [0; 2]).unwrap();
    stream.write_all(&long).unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody").unwrap();
    assert!(head(&mut stream).unwrap().starts_with("HTTP/1.1 404 "));
}

#[test]
fn early_refusal_ends_the_connection_of_the_client() {
    let (address, _heads) = answering("HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno");
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let mut stream = proxy.connect();
    stream.write_all(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nbegin").unwrap();
    let response = head(&mut stream).unwrap();
    assert!(response.starts_with("HTTP/1.1 413 No\r\n"), "{response}");
    assert!(response.contains("\r\nConnection: close\r\n"), "{response}");
}
