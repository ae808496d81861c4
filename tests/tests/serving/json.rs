//! Responses in JSON, on every driver.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use limpid_sinks::EventList;
use limpid_std::Client;
use limpid_test::assert_event;
use tokio::runtime::Builder;

use crate::running::{DRIVERS, Driver};

/// What JSON cannot have: a map whose keys are lists.
fn unwritable() -> BTreeMap<[u8; 2], u8> {
    BTreeMap::from([([1, 2], 3)])
}

fn blocking(mut exchange: limpid_std::Exchange<'_>) -> io::Result<()> {
    match exchange.head().path() {
        b"/words" => exchange.respond_json(201, &["é", "\n"]),
        _ => exchange.respond_json(200, &unwritable()),
    }
}

async fn asynchronous(mut exchange: limpid_tokio::Exchange) -> io::Result<()> {
    match exchange.head().path() {
        b"/words" => exchange.respond_json(201, &["é", "\n"]),
        _ => exchange.respond_json(200, &unwritable()),
    }
}

/// Runs `test` with the address of a server, and returns the events of the server.
fn served(driver: Driver, test: impl FnOnce(SocketAddr)) -> EventList {
    let events = EventList::new();
    let (address, handle, serving) = match driver {
        Driver::Std => {
            let builder = limpid_std::Server::builder().sink(events.clone());
            let server = builder.bind("127.0.0.1:0").unwrap();
            let (address, handle) = (server.local_addr(), server.handle());
            (address, handle, thread::spawn(move || server.serve(blocking).unwrap()))
        }
        Driver::Tokio => {
            let builder = limpid_tokio::Server::builder().sink(events.clone());
            let server = builder.bind("127.0.0.1:0").unwrap();
            let (address, handle) = (server.local_addr(), server.handle());
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            let serving = move || runtime.block_on(server.serve(asynchronous)).unwrap();
            (address, handle, thread::spawn(serving))
        }
    };
    test(address.unwrap());
    handle.shutdown(Duration::ZERO);
    serving.join().unwrap();
    events
}

#[test]
fn value_is_sent_as_json() {
    for driver in DRIVERS {
        served(driver, |address| {
            let response = Client::new().get(format!("http://{address}/words")).send().unwrap();
            assert_eq!((response.status(), response.content_length()), (201, Some(11)));
            assert_eq!(response.header("Content-Type"), Some("application/json"));
            assert_eq!(response.text().unwrap(), "[\"é\",\"\\n\"]");
        });
    }
}

#[test]
fn value_that_is_no_json_fails_the_handler() {
    for driver in DRIVERS {
        let events = served(driver, |address| {
            let response = Client::new().get(format!("http://{address}/")).send().unwrap();
            assert_eq!(response.status(), 500);
        });
        assert_event!(events, HandlerFailed { error: Some("key must be a string"), .. });
    }
}
