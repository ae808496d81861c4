//! Tests of custom resolvers, and of the limit on lookups.

#![cfg(test)]

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use limpid_std::{Client, LookupError, Resolve, ResolveError};

/// A resolver with a table.
#[derive(Clone, Default)]
struct Table {
    hosts: HashMap<&'static str, IpAddr>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Resolve for Table {
    fn resolve(
        &self,
        host: &str,
        port: u16,
        deadline: Option<Instant>,
    ) -> Result<Vec<SocketAddr>, LookupError> {
        assert!(deadline.is_some_and(|deadline| deadline > Instant::now()));
        self.asked.lock().unwrap().push(host.to_owned());
        let address = self.hosts.get(host).ok_or(ResolveError::NotFound)?;
        Ok(vec![SocketAddr::new(*address, port)])
    }
}

/// Starts a server that answers this number of connections with a status line. Returns its port.
fn serve(connections: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
        }
    });
    port
}

#[test]
fn custom_resolver_answers_and_is_not_called_for_addresses() {
    let table = Table {
        hosts: HashMap::from([("service.example", "127.0.0.1".parse().unwrap())]),
        ..Table::default()
    };
    let client = Client::builder().resolver(table.clone()).build();
    let port = serve(2);
    for host in ["service.example", "127.0.0.1"] {
        let response = client.get(&format!("http://{host}:{port}/")).send().unwrap();
        assert_eq!(response.status(), 204);
    }
    let error = client.get("http://other.example/").send().unwrap_err();
    assert!(error.to_string().contains("name or service not known"), "{error}");
    assert_eq!(*table.asked.lock().unwrap(), ["service.example", "other.example"]);
}

/// A resolver that blocks until it is opened.
#[derive(Clone, Default)]
struct Hanging(Arc<Gate>);

#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
    /// How many lookups are in progress, and the maximum of that.
    now: AtomicUsize,
    most: AtomicUsize,
    begun: AtomicUsize,
}

impl Resolve for Hanging {
    fn resolve(&self, _: &str, _: u16, _: Option<Instant>) -> Result<Vec<SocketAddr>, LookupError> {
        let Gate { is_open, opened, now, most, begun } = &*self.0;
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        begun.fetch_add(1, Ordering::SeqCst);
        drop(opened.wait_while(is_open.lock().unwrap(), |is_open| !*is_open).unwrap());
        now.fetch_sub(1, Ordering::SeqCst);
        Err(ResolveError::NotFound.into())
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        *self.0.is_open.lock().unwrap() = true;
        self.0.opened.notify_all();
    }
}

/// Returns how many threads of this process look up names, where the system shows it.
fn resolving_threads() -> Option<usize> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let names =
        tasks.flatten().filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
    Some(names.filter(|name| name.starts_with("limpid-resolve")).count())
}

#[test]
fn resolver_that_hangs_occupies_no_more_threads_than_allowed() {
    const MOST: usize = 4;
    let hanging = Hanging::default();
    let builder = Client::builder().resolver(hanging.clone()).lookups(MOST);
    let client = builder.connect_timeout(Duration::from_millis(5)).build();
    for number in 0..100 {
        let error = client.get(&format!("http://host{number}.example/")).send().unwrap_err();
        assert!(error.is_timeout() && !error.request_was_sent(), "{error}");
    }
    let most = hanging.0.most.load(Ordering::SeqCst);
    assert!((1..=MOST).contains(&most), "{most} at once");
    // Other tests of this program start few, and those end.
    assert!(resolving_threads().is_none_or(|threads| threads <= 2 * MOST));
}

#[test]
fn requests_for_one_host_share_a_lookup_that_hangs() {
    let hanging = Hanging::default();
    let builder = Client::builder().resolver(hanging.clone());
    let client = builder.connect_timeout(Duration::from_millis(5)).build();
    for _ in 0..20 {
        let error = client.get("http://one.example/").send().unwrap_err();
        assert!(error.is_timeout(), "{error}");
    }
    assert_eq!(hanging.0.begun.load(Ordering::SeqCst), 1);
}
