//! More concurrent requests than connections.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use limpid_std::PoolLimits;

use crate::alone::alone;

/// The time limit of a waiting request.
const PATIENCE: Duration = Duration::from_secs(60);

fn limits(connections: usize) -> PoolLimits {
    PoolLimits::with(|limits| {
        limits.connections = connections;
        limits.keep_alive = connections;
        limits.expiry = None;
    })
}

#[test]
fn two_thousand_tasks_share_64_connections() {
    let _alone = alone();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let addresses: BTreeSet<SocketAddr> = runtime.block_on(async {
        let server = limpid_tokio::Server::builder().bind(("127.0.0.1", 0)).unwrap();
        let (url, handle) = (format!("http://{}/", server.local_addr().unwrap()), server.handle());
        let serving =
            tokio::spawn(server.serve(async |mut exchange: limpid_tokio::Exchange| {
                exchange.respond(200, "hello")
            }));
        let builder = limpid_tokio::Client::builder().pool(limits(64)).pool_timeout(PATIENCE);
        let client: limpid_tokio::Client = builder.build();
        let tasks: Vec<_> = (0..2000)
            .map(|_| {
                let (client, url) = (client.clone(), url.clone());
                tokio::spawn(async move {
                    let response = client.get(&url).send().await.unwrap();
                    let address = response.local_addr().unwrap();
                    assert_eq!(response.bytes().await.unwrap(), b"hello");
                    address
                })
            })
            .collect();
        let mut addresses = BTreeSet::new();
        for task in tasks {
            addresses.insert(task.await.unwrap());
        }
        handle.shutdown(PATIENCE);
        drop(client);
        serving.await.unwrap().unwrap();
        addresses
    });
    assert!(addresses.len() <= 64, "{}", addresses.len());
}

#[test]
fn two_hundred_threads_share_eight_connections() {
    let _alone = alone();
    let server = limpid_std::Server::builder().bind(("127.0.0.1", 0)).unwrap();
    let (url, handle) = (format!("http://{}/", server.local_addr().unwrap()), server.handle());
    let serving = thread::spawn(move || {
        server.serve(|mut exchange: limpid_std::Exchange<'_>| exchange.respond(200, "hello"))
    });
    let builder = limpid_std::Client::builder().pool(limits(8)).pool_timeout(PATIENCE);
    let client: limpid_std::Client = builder.build();
    let addresses: BTreeSet<SocketAddr> = thread::scope(|scope| {
        let request = || {
            let mut addresses = Vec::new();
            for _ in 0..5 {
                let response = client.get(&url).send().unwrap();
                addresses.extend(response.local_addr());
                assert_eq!(response.bytes().unwrap(), b"hello");
            }
            addresses
        };
        let threads: Vec<_> = (0..200).map(|_| scope.spawn(request)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(addresses.len() <= 8, "{}", addresses.len());
    drop(client);
    handle.shutdown(PATIENCE);
    serving.join().unwrap().unwrap();
}

/// Some requests are cancelled while they wait: each released connection reaches a request that still
/// waits.
#[test]
fn cancelled_waiters_do_not_block_others() {
    let _alone = alone();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let server = limpid_tokio::Server::builder().bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/", server.local_addr().unwrap());
        let serving =
            tokio::spawn(server.serve(async |mut exchange: limpid_tokio::Exchange| {
                exchange.respond(200, "hello")
            }));
        let builder = limpid_tokio::Client::builder().pool(limits(2)).pool_timeout(PATIENCE);
        let client = Arc::<limpid_tokio::Client>::new(builder.build());
        let tasks: Vec<_> = (0..400u64)
            .map(|index| {
                let (client, url) = (Arc::clone(&client), url.clone());
                tokio::spawn(async move {
                    let request = async { client.get(&url).send().await.unwrap().bytes().await };
                    if index % 2 == 0 {
                        let patience = Duration::from_micros(index * 100);
                        let _ = tokio::time::timeout(patience, request).await;
                    } else {
                        assert_eq!(request.await.unwrap(), b"hello");
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        serving.abort();
    });
}
