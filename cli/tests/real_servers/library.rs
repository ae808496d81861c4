//! Features without an option: the libraries of both drivers against the same servers.

use std::io::{Read, Write};

use limpid_io::{BuildClient, ClientBuilder};
use limpid_tests::real::INDEX;
use limpid_tests::real::nginx::Nginx;
use limpid_tests::real::node::Node;
use limpid_tests::real::tinyproxy::Tinyproxy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How much is sent through an echoing protocol.
const MUCH: usize = 64 * 1024;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn client<C: BuildClient>() -> C {
    ClientBuilder::default().build()
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn node_is_asked_whether_it_wants_a_body() {
    let node = Node::start().unwrap();
    let url = |path| format!("http://localhost:{}/{path}", node.port);
    let (wanted, refused) = (url("echo"), url("refuse"));

    let blocking: limpid_std::Client = client();
    for (url, status, informational, body) in
        [(&wanted, 200, vec![100], "a body"), (&refused, 413, vec![], "too much")]
    {
        let mut heard = Vec::new();
        let request = blocking.post(url).body("a body").expect_continue();
        let response = request.on_informational(|head| heard.push(head.status)).send().unwrap();
        let answer = (response.status(), response.text().unwrap());
        assert_eq!(answer, (status, body.to_owned()));
        assert_eq!(heard, informational);
    }
    block_on(async {
        let client: limpid_tokio::Client = client();
        for (url, status, body) in [(&wanted, 200, "a body"), (&refused, 413, "too much")] {
            let request = client.post(url).body("a body").expect_continue();
            let response = request.send().await.unwrap();
            let answer = (response.status(), response.text().await.unwrap());
            assert_eq!(answer, (status, body.to_owned()));
        }
    });
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn node_hears_trailers() {
    let node = Node::start().unwrap();
    let url = format!("http://localhost:{}/echo", node.port);
    let blocking: limpid_std::Client = client();
    let body = limpid_std::Body::from("in chunks");
    let body = body.trailers(|fields| fields.push(b"X-Checksum", b"abc"));
    let response = blocking.post(&url).body(body).send().unwrap();
    assert_eq!(response.field("X-Trailer"), Some(&b"abc"[..]));
    assert_eq!(response.text().unwrap(), "in chunks");
    block_on(async {
        let client: limpid_tokio::Client = client();
        let body = limpid_tokio::Body::from("in chunks");
        let body = body.trailers(|fields| fields.push(b"X-Checksum", b"abc"));
        let response = client.post(&url).body(body).send().await.unwrap();
        assert_eq!(response.field("X-Trailer"), Some(&b"abc"[..]));
        assert_eq!(response.text().await.unwrap(), "in chunks");
    });
}

#[test]
#[ignore = "needs node: run by .ci/run"]
fn node_changes_to_a_protocol_of_its_own() {
    let node = Node::start().unwrap();
    let url = format!("http://localhost:{}/", node.port);
    let said = vec![b'x'; MUCH];

    let blocking: limpid_std::Client = client();
    let request = blocking.get(&url).header("Connection", "upgrade").header("Upgrade", "echo");
    let mut echo = request.send().unwrap().upgrade().unwrap();
    let mut ready = [0; 6];
    echo.read_exact(&mut ready).unwrap();
    assert_eq!(&ready, b"ready\n");
    echo.write_all(&said).unwrap();
    echo.shutdown().unwrap();
    let mut heard = Vec::new();
    echo.read_to_end(&mut heard).unwrap();
    assert!(heard == said, "{}", heard.len());

    block_on(async {
        let client: limpid_tokio::Client = client();
        let request = client.get(&url).header("Connection", "upgrade").header("Upgrade", "echo");
        let mut echo = request.send().await.unwrap().upgrade().unwrap();
        let mut ready = [0; 6];
        echo.read_exact(&mut ready).await.unwrap();
        assert_eq!(&ready, b"ready\n");
        echo.write_all(&said).await.unwrap();
        echo.shutdown().await.unwrap();
        let mut heard = Vec::new();
        echo.read_to_end(&mut heard).await.unwrap();
        assert!(heard == said, "{}", heard.len());
    });
}

/// The caller opens a tunnel by requesting the proxy as a server.
#[test]
#[ignore = "needs tinyproxy and nginx: run by .ci/run"]
fn tinyproxy_opens_a_tunnel_for_the_caller() {
    let (nginx, proxy) = (Nginx::start().unwrap(), Tinyproxy::start(None).unwrap());
    let url = format!("http://127.0.0.1:{}/", proxy.port);
    let target = format!("127.0.0.1:{}", nginx.http);
    let request = format!("GET / HTTP/1.1\r\nHost: {target}\r\nConnection: close\r\n\r\n");

    let blocking: limpid_std::Client = client();
    let mut tunnel =
        blocking.request("CONNECT", &url).target(&target).send().unwrap().upgrade().unwrap();
    tunnel.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    tunnel.read_to_string(&mut page).unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.ends_with(INDEX), "{page}");

    block_on(async {
        let client: limpid_tokio::Client = client();
        let connect = client.request("CONNECT", &url).target(&target);
        let mut tunnel = connect.send().await.unwrap().upgrade().unwrap();
        tunnel.write_all(request.as_bytes()).await.unwrap();
        let mut page = String::new();
        tunnel.read_to_string(&mut page).await.unwrap();
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.ends_with(INDEX), "{page}");
    });
}
