//! The same request over both drivers.

use std::sync::{Arc, Mutex};

use limpid_tests::Request;
use limpid_tests::script::Script;
use limpid_tests::server::Server;

/// A request and its options.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) body: &'static str,
    pub(crate) expect_continue: bool,
}

/// The result of a request.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// Status codes of informational responses.
    pub(crate) informational: Vec<u16>,
}

/// Sends a request over each driver to a server that plays `script`; returns the results, and the requests
/// that the server received.
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
        // A task may move to another thread, and so may its callback.
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
