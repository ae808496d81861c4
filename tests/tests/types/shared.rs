//! What threads and tasks can share.

use std::future::Future;

use limpid_io::Exclusive;
use limpid_tokio::Pieces;

const fn send<T: Send>(_: &T) {}
const fn is_send<T: Send>() {}
const fn is_sync<T: Sync>() {}

#[test]
fn clients_servers_and_responses_can_be_shared() {
    is_sync::<limpid_std::Client>();
    is_sync::<limpid_std::Response>();
    is_sync::<limpid_std::ResponseBody>();
    is_sync::<limpid_std::Body>();
    is_sync::<limpid_std::Server>();
    is_sync::<limpid_std::Prepared>();
    is_sync::<limpid_tokio::Client>();
    is_sync::<limpid_tokio::Response>();
    is_sync::<limpid_tokio::ResponseBody>();
    is_sync::<limpid_tokio::Body>();
    is_sync::<limpid_tokio::Server>();
    is_send::<limpid_std::RequestBuilder<'_>>();
    is_send::<limpid_tokio::RequestBuilder<'_>>();
    is_send::<limpid_tokio::Upgraded>();
    is_send::<limpid_tokio::Exchange>();
    is_send::<Box<dyn Pieces>>();
    is_sync::<Exclusive<Box<dyn Pieces>>>();
}

/// Checks a function without calling it.
const fn of<A, F: Future + Send>(_: fn(A) -> F) {}

#[test]
fn futures_can_move_between_threads() {
    let client = limpid_tokio::Client::builder().build();
    let request = client.get("http://localhost/");
    send(&request.send());
    of(|response: limpid_tokio::Response| async move {
        let mut response = response;
        let _ = (response.upload().await, response.next_piece().await.map(drop));
        response.text().await
    });
    of(|exchange: limpid_tokio::Exchange| async move {
        let mut exchange = exchange;
        let _ = (exchange.data().await.map(drop), exchange.send("a").await);
        exchange.upgrade(101).await
    });
}
