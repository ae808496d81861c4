//! Tests of custom resolvers.

#![cfg(test)]

use std::collections::HashMap;
use std::future::pending;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use limpid_tokio::{Client, Resolve, ResolveError, Resolving, SystemResolver};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A resolver with a table.
#[derive(Clone, Default)]
struct Table {
    hosts: HashMap<&'static str, IpAddr>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Resolve for Table {
    fn resolve<'r>(&'r self, host: &'r str, port: u16) -> Resolving<'r> {
        self.asked.lock().unwrap().push(host.to_owned());
        Box::pin(async move {
            let address = self.hosts.get(host).ok_or(ResolveError::NotFound)?;
            Ok(vec![SocketAddr::new(*address, port)])
        })
    }
}

/// Starts a server that answers this number of connections with a status line. Returns its port.
async fn serve(connections: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        }
    });
    port
}

#[tokio::test]
async fn custom_resolver_answers_and_is_not_called_for_addresses() {
    let table = Table {
        hosts: HashMap::from([("service.example", "127.0.0.1".parse().unwrap())]),
        ..Table::default()
    };
    let client = Client::builder().resolver(table.clone()).build();
    let port = serve(2).await;
    for host in ["service.example", "127.0.0.1"] {
        let response = client.get(&format!("http://{host}:{port}/")).send().await.unwrap();
        assert_eq!(response.status(), 204);
    }
    let error = client.get("http://other.example/").send().await.unwrap_err();
    assert!(error.to_string().contains("name or service not known"), "{error}");
    assert_eq!(*table.asked.lock().unwrap(), ["service.example", "other.example"]);
}

/// A resolver that never answers, and counts the lookups in progress.
#[derive(Clone, Default)]
struct Hanging(Arc<AtomicUsize>);

impl Resolve for Hanging {
    fn resolve<'r>(&'r self, _: &'r str, _: u16) -> Resolving<'r> {
        struct UnderWay<'r>(&'r AtomicUsize);

        impl Drop for UnderWay<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }

        self.0.fetch_add(1, Ordering::SeqCst);
        let under_way = UnderWay(&self.0);
        Box::pin(async move {
            let _under_way = under_way;
            pending().await
        })
    }
}

#[tokio::test]
async fn lookup_is_dropped_when_it_times_out() {
    let hanging = Hanging::default();
    let builder = Client::builder().resolver(hanging.clone());
    let client = builder.connect_timeout(Duration::from_millis(20)).build();
    let error = client.get("http://host.example/").send().await.unwrap_err();
    assert!(error.is_timeout() && !error.request_was_sent(), "{error}");
    assert_eq!(hanging.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn system_resolver_resolves_localhost() {
    let addresses = SystemResolver::new(1).resolve("localhost", 80).await.unwrap();
    assert!(!addresses.is_empty());
    assert!(addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 80));
}
