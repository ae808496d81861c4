//! Hosts with several addresses, over real sockets and both drivers.

#![cfg(test)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use limpid_core::error::{Cause, OsError, OsErrorKind};
use limpid_core::trace::{OwnedTraceEvent, Stage};
use limpid_io::{ClientBuilder, Error};
use limpid_sinks::EventList;
use limpid_tests::script::{Script, answer};
use limpid_tests::server::{Listen, Server};

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// A driver's function that requests a page.
type Ask = fn(Settings, &str) -> Result<Vec<u8>, Error>;

const DRIVERS: [Ask; 2] = [with_std, with_tokio];

/// The settings of a client over any driver.
struct Settings {
    sink: Arc<EventList>,
    port: u16,
    addresses: Vec<IpAddr>,
    total: Option<Duration>,
}

impl Settings {
    fn client<C: limpid_io::BuildClient>(self) -> C {
        ClientBuilder::default()
            .resolve("host", self.port, self.addresses)
            .timeout(self.total)
            .sink(self.sink)
            .build()
    }
}

fn with_std(settings: Settings, url: &str) -> Result<Vec<u8>, Error> {
    settings.client::<limpid_std::Client>().get(url).send()?.bytes()
}

fn with_tokio(settings: Settings, url: &str) -> Result<Vec<u8>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client: limpid_tokio::Client = settings.client();
    runtime.block_on(async { client.get(url).send().await?.bytes().await })
}

/// Requests a page of a host with these addresses; returns it, and the events of the attempts.
fn ask(
    ask: Ask,
    port: u16,
    addresses: &[IpAddr],
    total: Option<Duration>,
) -> (Result<Vec<u8>, Error>, Vec<String>) {
    let sink = Arc::new(EventList::default());
    let settings = Settings { sink: Arc::clone(&sink), port, addresses: addresses.to_vec(), total };
    let result = ask(settings, &format!("http://host:{port}/"));
    let events = sink.events();
    let mut open = 0;
    for (meta, _) in &events {
        match meta.kind.metadata().stage {
            Stage::Started => open += 1,
            Stage::Complete | Stage::Failed => open -= 1,
            Stage::Point => {}
        }
    }
    assert_eq!(open, 0, "what starts ends");
    let told = events.iter().filter_map(|(_, event)| match event {
        OwnedTraceEvent::DialStarted { address, .. } => Some(format!("try {}", address.ip())),
        OwnedTraceEvent::DialComplete { .. } => Some("connected".to_owned()),
        OwnedTraceEvent::DialFailed { failure } => Some(match failure.cause {
            Cause::Os(OsError { kind, .. }) => kind.description().to_owned(),
            cause => cause.to_string(),
        }),
        _ => None,
    });
    let told = told.collect();
    (result, told)
}

fn page() -> Vec<Script> {
    vec![answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage")]
}

fn cause(error: &Error) -> Cause {
    error.exchange().unwrap().cause
}

#[test]
fn next_address_is_tried_after_refusal() {
    for driver in DRIVERS {
        let server = Server::tcp(page()).unwrap();
        let (result, told) = ask(driver, server.port(), &[V6, V4], None);
        assert_eq!(result.unwrap(), b"page");
        assert_eq!(told, ["try ::1", "connection refused", "try 127.0.0.1", "connected"]);
        server.finish().unwrap();
    }
}

#[test]
fn address_families_alternate() {
    for driver in DRIVERS {
        let server = Server::start(Listen::Tcp6, page()).unwrap();
        let other = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
        // The second address of its family comes last and is not tried.
        let (result, told) = ask(driver, server.port(), &[V4, other, V6], None);
        assert_eq!(result.unwrap(), b"page");
        assert_eq!(told, ["try 127.0.0.1", "connection refused", "try ::1", "connected"]);
        server.finish().unwrap();
    }
}

#[test]
fn host_fails_when_all_addresses_refuse() {
    for driver in DRIVERS {
        let server = Server::start(Listen::Refuse, vec![]).unwrap();
        let (result, told) = ask(driver, server.port(), &[V6, V4], None);
        let Cause::Os(error) = cause(&result.unwrap_err()) else { panic!("{told:?}") };
        assert_eq!(error.kind, OsErrorKind::Refused);
        assert_eq!(told, ["try ::1", "connection refused", "try 127.0.0.1", "connection refused"]);
    }
}

/// Only Linux drops connections to a full queue, and has several IPv4 addresses of loopback.
#[cfg(target_os = "linux")]
mod silence {
    use std::net::SocketAddr;

    use limpid_core::time::Waiting;

    use super::*;

    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

    #[test]
    fn silent_address_is_overtaken() {
        for driver in DRIVERS {
            let silent = Server::start(Listen::Blackhole, vec![]).unwrap();
            let port = silent.port();
            let server = Server::start(Listen::At(SocketAddr::new(OTHER, port)), page()).unwrap();
            let (result, told) = ask(driver, port, &[V4, OTHER], None);
            assert_eq!(result.unwrap(), b"page");
            let expected =
                ["try 127.0.0.1", "try 127.0.0.2", "connected", "another address was faster"];
            assert_eq!(told, expected);
            server.finish().unwrap();
        }
    }

    #[test]
    fn silent_addresses_end_at_total_deadline() {
        for driver in DRIVERS {
            let silent = Server::start(Listen::Blackhole, vec![]).unwrap();
            let total = Some(Duration::from_millis(300));
            let (result, told) = ask(driver, silent.port(), &[V4, V4], total);
            assert_eq!(cause(&result.unwrap_err()), Cause::TimedOut(Waiting::Total));
            let over = "the time for the whole exchange is up";
            assert_eq!(told, ["try 127.0.0.1", "try 127.0.0.1", over, over]);
        }
    }

    #[test]
    fn dropped_future_ends_all_attempts() {
        fn cancelled(settings: Settings, url: &str) -> Result<Vec<u8>, Error> {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let client: limpid_tokio::Client = settings.client();
            let sent = runtime.block_on(async {
                tokio::time::timeout(Duration::from_millis(300), client.get(url).send()).await
            });
            assert!(sent.is_err());
            Ok(Vec::new())
        }

        let silent = Server::start(Listen::Blackhole, vec![]).unwrap();
        let (_, told) = ask(cancelled, silent.port(), &[V4, V4], None);
        let dropped = "the response was dropped before its end";
        assert_eq!(told, ["try 127.0.0.1", "try 127.0.0.1", dropped, dropped]);
    }
}
