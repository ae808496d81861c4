//! The heads of redirects that are followed.

use std::sync::{Arc, Mutex};

use limpid_tests::script::{Script, Step, send};
use limpid_tests::server::Server;

use crate::both::block_on;

/// Returns a server that redirects twice, and then answers.
fn redirecting() -> Server {
    let redirect = "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 3\r\n\r\nred";
    let last = "HTTP/1.1 301 Moved Permanently\r\nLocation: /last\r\nContent-Length: 0\r\n\r\n";
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let script: Script = [redirect, last, ok]
        .into_iter()
        .flat_map(|answer| [Step::ReadHead, send(answer)])
        .collect();
    Server::tcp(vec![script]).unwrap()
}

#[test]
fn callback_receives_the_head_of_each_redirect() {
    let server = redirecting();
    let client = limpid_std::Client::builder().redirects(Some(5)).build();
    let mut seen = Vec::new();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let request = client.get(&url).on_redirect(|head| {
        seen.push((head.status, head.fields.get("Location").map(<[u8]>::to_vec)));
    });
    assert_eq!(request.send().unwrap().text().unwrap(), "ok");
    assert_eq!(seen, [(302, Some(b"/next".to_vec())), (301, Some(b"/last".to_vec()))]);
    drop(client);
    server.finish().unwrap();
}

#[test]
fn callback_receives_the_head_of_each_redirect_on_tokio() {
    let server = redirecting();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let statuses = Arc::clone(&seen);
    let body = block_on(async {
        let client = limpid_tokio::Client::builder().redirects(Some(5)).build();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let request = client.get(&url);
        let request = request.on_redirect(move |head| statuses.lock().unwrap().push(head.status));
        request.send().await.unwrap().text().await.unwrap()
    });
    assert_eq!((body.as_str(), &*seen.lock().unwrap()), ("ok", &vec![302, 301]));
    server.finish().unwrap();
}
