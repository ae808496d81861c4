//! The paused clock of tokio: limits and delays follow it.

use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use limpid_test::memory::pair;
use limpid_test::{EventList, Mock, Reply, assert_event, assert_no_event};
use limpid_tokio::{Client, ClientBuilder, Connecting, Dial, Exchange, Handle, Resolving, Server};
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, advance};

const SECOND: Duration = Duration::from_secs(1);

/// Connects to nothing, and resolves nothing.
#[derive(Clone, Copy)]
struct Silent;

impl limpid_tokio::Connect for Silent {
    fn connect(&self, _: Dial<'_>) -> Connecting {
        Box::pin(pending())
    }
}

impl limpid_tokio::Resolve for Silent {
    fn resolve<'r>(&'r self, _: &'r str, _: u16) -> Resolving<'r> {
        Box::pin(pending())
    }
}

/// Returns the error of a request, and after how much of tokio's time it failed.
async fn failed(client: ClientBuilder, url: &str) -> (String, Duration) {
    let (client, start) = (client.build(), Instant::now());
    let error = match client.get(url).send().await {
        Ok(response) => response.text().await.unwrap_err(),
        Err(error) => error,
    };
    (error.to_string(), start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn timeouts_fire_when_their_time_has_passed() {
    let builder = || Client::builder();
    let slow = Mock::answering(Reply::text("slow").delay(600 * SECOND));
    let stuck = Mock::answering(Reply::text("0123456789").slowly(1, 100 * SECOND));
    let total = Duration::from_millis(1500);
    for (client, url, name, after) in [
        (
            builder().read_timeout(7 * SECOND).connector(slow.network()),
            "http://192.0.2.1/",
            "read",
            7 * SECOND,
        ),
        (
            builder().read_timeout(7 * SECOND).connector(stuck.network()),
            "http://192.0.2.1/",
            "read",
            7 * SECOND,
        ),
        (
            builder().connect_timeout(3 * SECOND).connector(Silent),
            "http://192.0.2.1/",
            "connect",
            3 * SECOND,
        ),
        (
            builder().connect_timeout(3 * SECOND).resolver(Silent),
            "http://name.test/",
            "connect",
            3 * SECOND,
        ),
        (
            builder().timeout(total).read_timeout(None).connector(slow.network()),
            "http://192.0.2.1/",
            "total",
            total,
        ),
    ] {
        let (error, took) = failed(client, url).await;
        assert_eq!(took, after, "{name}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn timeout_does_not_fire_before_its_time_has_passed() {
    let slow = Mock::answering(Reply::text("slow").delay(600 * SECOND));
    let client = slow.tokio_client().read_timeout(5 * SECOND).build();
    let sending = client.get("http://api.test/").send();
    let mut sending = std::pin::pin!(sending);
    let mut poll =
        async || poll_fn(|cx| Poll::Ready(sending.as_mut().poll(cx).map(|it| it.is_err()))).await;
    let mut settled = async || {
        // The peer needs some turns before it waits too.
        for _ in 0..10 {
            tokio::task::yield_now().await;
            if let Poll::Ready(failed) = poll().await {
                return Some(failed);
            }
        }
        None
    };
    assert_eq!(settled().await, None);
    advance(4 * SECOND).await;
    assert_eq!(settled().await, None);
    advance(2 * SECOND).await;
    assert_eq!(settled().await, Some(true));
}

#[tokio::test(start_paused = true)]
async fn delays_of_replies_take_virtual_time() {
    let slow = Reply::text("0123456789").delay(3 * SECOND).slowly(5, 2 * SECOND);
    let (mock, start) = (Mock::answering(slow), Instant::now());
    let client = mock.tokio_client().build();
    let response = client.get("http://api.test/").send().await.unwrap();
    assert_eq!(start.elapsed(), 3 * SECOND);
    assert_eq!(response.text().await.unwrap(), "0123456789");
    assert_eq!(start.elapsed(), 7 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn idle_connection_expires_when_its_time_has_passed() {
    let (mock, events) = (Mock::answering(Reply::text("hi")), EventList::new());
    let client = mock.tokio_client().sink(Arc::new(events.clone())).build();
    for (pause, is_reused) in [(1, true), (600, false)] {
        client.get("http://api.test/").send().await.unwrap().text().await.unwrap();
        advance(pause * SECOND).await;
        events.clear();
        client.get("http://api.test/").send().await.unwrap().text().await.unwrap();
        if is_reused {
            assert_no_event!(events, ConnectTcpStarted);
        } else {
            assert_event!(events, ConnectTcpStarted);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn server_gives_up_a_silent_client_when_its_time_has_passed() {
    let (mut client, end) = pair();
    let settings = Arc::new(Server::builder().name(None).settings());
    let (handle, start) = (Handle::new(Arc::default()), Instant::now());
    let handler = |mut exchange: Exchange| async move { exchange.respond(204, "") };
    let serving = Server::serve_connection(end, None, &settings, &handle, handler);
    let mut received = Vec::new();
    let (read, ()) = tokio::join!(client.read_to_end(&mut received), serving);
    read.unwrap();
    assert!(start.elapsed() >= SECOND, "{:?}", start.elapsed());
}
