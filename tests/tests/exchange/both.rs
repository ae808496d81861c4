//! The same request over both drivers.

use std::sync::{Arc, Mutex};

use limpid_tests::Request;
use limpid_tests::script::Script;
use limpid_tests::server::Server;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) body: &'static str,
    pub(crate) expect_continue: bool,
}

/// What came of it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// Status codes before the last.
    pub(crate) informational: Vec<u16>,
}

/// Asks a server that plays `script`, over each driver; returns what came of it, and what the server
/// was sent.
pub(crate) fn ask(ask: Ask, script: &Script) -> Vec<(Answer, Vec<Request>)> {
    [over_std, over_tokio]
        .map(|over| {
            let server = Server::tcp(vec![script.clone()]).unwrap();
            let answer = over(ask, &format!("http://127.0.0.1:{}/", server.port()));
            (answer, server.finish().unwrap())
        })
        .into()
}

fn over_std(ask: Ask, url: &str) -> Answer {
    let client = limpid_std::Client::builder().build();
    let mut informational = Vec::new();
    let mut request =
        client.request(ask.method, url).on_informational(|head| informational.push(head.status));
    if !ask.body.is_empty() {
        request = request.body(ask.body);
    }
    if ask.expect_continue {
        request = request.expect_continue();
    }
    let response = request.send().unwrap();
    Answer { status: response.status(), body: response.text().unwrap(), informational }
}

fn over_tokio(ask: Ask, url: &str) -> Answer {
    block_on(async {
        let client = limpid_tokio::Client::builder().build();
        // A task may be moved to another thread, and so may what it calls.
        let informational = Arc::new(Mutex::new(Vec::new()));
        let statuses = Arc::clone(&informational);
        let mut request = client
            .request(ask.method, url)
            .on_informational(move |head| statuses.lock().unwrap().push(head.status));
        if !ask.body.is_empty() {
            request = request.body(ask.body);
        }
        if ask.expect_continue {
            request = request.expect_continue();
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        let informational = informational.lock().unwrap().clone();
        Answer { status, body, informational }
    })
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
