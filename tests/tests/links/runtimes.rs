//! One client of the asynchronous driver in several runtimes.

use std::time::Duration;

use limpid_tokio::Client;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::origin::{After, HELLO, Origin};

/// Returns the two kinds of runtimes.
fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()]
        .map(|mut builder| builder.enable_all().build().unwrap())
}

async fn get(client: &Client, url: &str) -> String {
    let exchange = async { client.get(url).send().await.unwrap().text().await.unwrap() };
    timeout(Duration::from_secs(10), exchange).await.unwrap()
}

#[test]
fn connection_outlives_the_runtime_in_which_it_was_opened() {
    let origin = Origin::start(HELLO, After::Keep).unwrap();
    let client = Client::default();
    for runtime in runtimes().into_iter().chain(runtimes()) {
        for _ in 0..2 {
            assert_eq!(runtime.block_on(get(&client, &origin.url())), "hello");
        }
        drop(runtime);
    }
    drop(client);
    assert_eq!((origin.connections(), origin.requests()), (1, 8));
}

#[test]
fn connection_is_used_in_turn_by_runtimes_that_do_not_run_meanwhile() {
    let origin = Origin::start(HELLO, After::Keep).unwrap();
    let client = Client::default();
    let runtimes = [runtimes(), runtimes()].into_iter().flatten().collect::<Vec<_>>();
    for _ in 0..3 {
        for runtime in &runtimes {
            assert_eq!(runtime.block_on(get(&client, &origin.url())), "hello");
        }
    }
    // The connection is closed outside of all runtimes.
    drop((runtimes, client));
    assert_eq!((origin.connections(), origin.requests()), (1, 12));
}

#[test]
fn threads_with_runtimes_share_a_client() {
    const ROUNDS: usize = 50;
    let origin = Origin::start(HELLO, After::Keep).unwrap();
    let (client, url) = (Client::default(), origin.url());
    std::thread::scope(|scope| {
        for runtime in [runtimes(), runtimes()].into_iter().flatten() {
            let (client, url) = (&client, &url);
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    assert_eq!(runtime.block_on(get(client, url)), "hello");
                }
            });
        }
    });
    drop(client);
    assert_eq!(origin.requests(), 4 * ROUNDS);
    assert!(origin.connections() <= 4, "{}", origin.connections());
}
