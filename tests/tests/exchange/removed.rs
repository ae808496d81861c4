//! Fields that are not added to a request, over both drivers.

use limpid_tests::Request;
use limpid_tests::script::{Step, send};
use limpid_tests::server::Server;

use crate::both::block_on;

const OK: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// Returns a server for two requests on one connection.
fn server() -> (Server, String) {
    let steps = [Step::ReadRequest, send(OK), Step::ReadRequest, send(OK)];
    let server = Server::tcp(vec![steps.into()]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    (server, url)
}

/// Checks that only the first request lacks the field, although both are built in the same memory.
fn check(requests: &[Request]) {
    assert_eq!((requests[0].field("Accept"), requests[0].field("Host")), (None, None));
    assert!(requests[1].field("Accept").is_some() && requests[1].field("Host").is_some());
    assert_eq!(requests[1].field("Content-Length"), Some("0"));
}

#[test]
fn removed_fields_are_not_sent_over_std() {
    let (server, url) = server();
    let client = limpid_std::Client::default();
    let request = client.get(&url).without_header("accept").without_header("Host");
    request.send().unwrap().bytes().unwrap();
    client.post(&url).send().unwrap().bytes().unwrap();
    drop(client);
    check(&server.finish().unwrap());
}

#[test]
fn removed_fields_are_not_sent_over_tokio() {
    let (server, url) = server();
    block_on(async move {
        let client = limpid_tokio::Client::default();
        let request = client.get(&url).without_header("accept").without_header("Host");
        request.send().await.unwrap().bytes().await.unwrap();
        client.post(&url).send().await.unwrap().bytes().await.unwrap();
    });
    check(&server.finish().unwrap());
}
