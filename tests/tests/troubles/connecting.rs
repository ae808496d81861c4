//! Lookups that are slow or fail, and addresses that refuse or are silent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use limpid_core::error::ResolveError;
use limpid_core::trace::EventKind;
use limpid_io::{ClientBuilder, LookupError, Settings};
use limpid_sinks::EventList;
use limpid_std::{Client, Resolve};
use limpid_tests::script::{Script, answer};
use limpid_tests::server::Server;

use crate::facts::{DRIVERS, Facts};

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn page() -> Script {
    answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage")
}

/// A resolver that answers once this number of requests wait, and knows one host.
struct Slow {
    recorder: Arc<EventList>,
    requests: usize,
}

impl Resolve for Slow {
    fn resolve(
        &self,
        host: &str,
        port: u16,
        _: Option<Instant>,
    ) -> Result<Vec<SocketAddr>, LookupError> {
        let started = |kind: &EventKind| *kind == EventKind::ResolveStarted;
        for _ in 0..1000 {
            if self.recorder.kinds().iter().filter(|kind| started(kind)).count() >= self.requests {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        // The last request has started its span, and joins the lookup next.
        thread::sleep(Duration::from_millis(300));
        match host {
            "host.test" => Ok(vec![(V4, port).into(), (V6, port).into()]),
            _ => Err(ResolveError::NotFound.into()),
        }
    }
}

/// Requests these URLs at once, and returns the events.
fn ask_slowly(urls: &[String]) -> Facts {
    let recorder = Arc::new(EventList::new());
    let slow = Slow { recorder: Arc::clone(&recorder), requests: urls.len() };
    let client = Client::builder().resolver(slow).sink(Arc::clone(&recorder)).build();
    let client = &client;
    thread::scope(|scope| {
        for url in urls {
            scope.spawn(move || client.get(url).send().map(drop));
        }
    });
    Facts::recorded(&recorder)
}

#[test]
fn slow_lookup_is_shown_with_duration_addresses_and_whether_it_was_shared() {
    let server = Server::tcp(vec![page(), page()]).unwrap();
    let url = format!("http://host.test:{}/", server.port());
    let facts = ask_slowly(&[url.clone(), url]);
    assert_eq!(facts.each("resolve.complete", "found"), ["127.0.0.1, ::1"; 2]);
    let mut shared = facts.each("lookup", "shared");
    shared.sort_unstable();
    assert_eq!(shared, ["false", "true"]);
    // Both have the duration of the one lookup, which the resolver made last this long.
    let took = facts.each("lookup", "took");
    assert_eq!(took[0], took[1]);
    assert!(took[0].contains("Seconds("), "{took:?}");
}

#[test]
fn lookup_of_unknown_host_is_shown_with_the_reason() {
    let facts = ask_slowly(&["http://other.test/".to_owned()]);
    assert_eq!(facts.each("lookup", "shared"), ["false"]);
    let failure = facts.last("resolve.failed", "failure");
    assert_eq!(failure, ResolveError::NotFound.to_string());
}

#[test]
fn each_driver_shows_its_lookups() {
    for driver in DRIVERS {
        let server = Server::tcp(vec![page()]).unwrap();
        let url = format!("http://localhost:{}/", server.port());
        let (facts, _) = Facts::of(driver, ClientBuilder::default(), &[("GET", &url, &[])]);
        assert_eq!(facts.each("lookup", "shared"), ["false"]);
        assert!(facts.last("resolve.complete", "found").contains("127.0.0.1"));
    }
}

/// Returns a client that knows these addresses of `host`.
fn knowing(port: u16, addresses: &[IpAddr]) -> ClientBuilder<Settings> {
    ClientBuilder::default().resolve("host", port, addresses.to_vec())
}

#[test]
fn refused_and_used_address_are_shown_with_both_ends_of_the_connection() {
    for driver in DRIVERS {
        let server = Server::tcp(vec![page()]).unwrap();
        let port = server.port();
        let url = format!("http://host:{port}/");
        let (facts, _) = Facts::of(driver, knowing(port, &[V6, V4]), &[("GET", &url, &[])]);
        let [first, second] = [V6, V4].map(|ip| SocketAddr::new(ip, port).to_string());
        assert_eq!(facts.each("dial.started", "address"), [first, second]);
        let why = facts.each("dial.started", "why");
        assert_eq!(why, ["it is the first address", "the attempt before failed"]);
        assert_eq!(facts.each("dial.failed", "failure").len(), 1);
        let local: SocketAddr = facts.last("dial.complete", "local").parse().unwrap();
        assert_eq!(local.ip(), V4);
        assert_ne!(local.port(), port);
    }
}

/// Only Linux drops connections to a full queue, and has several IPv4 addresses of loopback.
#[cfg(target_os = "linux")]
#[test]
fn silent_address_and_faster_one_are_shown_as_a_race() {
    use limpid_tests::server::Listen;

    for driver in DRIVERS {
        let silent = Server::start(Listen::Blackhole, vec![]).unwrap();
        let (port, other) = (silent.port(), IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)));
        let _server = Server::start(Listen::At((other, port).into()), vec![page()]).unwrap();
        let url = format!("http://host:{port}/");
        let (facts, _) = Facts::of(driver, knowing(port, &[V4, other]), &[("GET", &url, &[])]);
        let why = facts.each("dial.started", "why");
        assert_eq!(why[1], "the attempts before have not ended within the attempt delay");
        assert_eq!(facts.each("dial.complete", "local").len(), 1);
        assert_eq!(facts.each("dial.failed", "failure"), ["another address was faster"]);
    }
}
