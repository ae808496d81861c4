//! Requests and responses in JSON, on every driver.

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
        b"/sum" => {
            let numbers: Vec<u32> = exchange.json()?;
            exchange.respond_json(200, &numbers.iter().sum::<u32>())
        }
        _ => exchange.respond_json(200, &unwritable()),
    }
}

async fn asynchronous(mut exchange: limpid_tokio::Exchange) -> io::Result<()> {
    match exchange.head().path() {
        b"/words" => exchange.respond_json(201, &["é", "\n"]),
        b"/sum" => {
            let numbers: Vec<u32> = exchange.json().await?;
            exchange.respond_json(200, &numbers.iter().sum::<u32>())
        }
        _ => exchange.respond_json(200, &unwritable()),
    }
}

/// Runs `test` with the address of a server, and returns the events of the server.
fn served(driver: Driver, test: impl FnOnce(SocketAddr)) -> EventList {
    let events = EventList::new();
    let (address, handle, serving) = match driver {
        Driver::Std => {
            let builder = limpid_std::Server::builder().body_limit(20).sink(events.clone());
            let server = builder.bind("127.0.0.1:0").unwrap();
            let (address, handle) = (server.local_addr(), server.handle());
            (address, handle, thread::spawn(move || server.serve(blocking).unwrap()))
        }
        Driver::Tokio => {
            let builder = limpid_tokio::Server::builder().body_limit(20).sink(events.clone());
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

#[test]
fn body_that_is_not_the_expected_json_is_answered_by_itself() {
    for driver in DRIVERS {
        let events = served(driver, |address| {
            let client = Client::new();
            let post = |kind: &str, body: &'static str| {
                let request = client.post(format!("http://{address}/sum"));
                let response = request.header("Content-Type", kind).body(body).send().unwrap();
                (response.status(), response.text().unwrap())
            };
            assert_eq!(post("application/json", "[1,2]"), (200, "3".into()));
            assert_eq!(post("Application/Vnd.Sum+JSON; charset=utf-8", "[4]"), (200, "4".into()));
            let (status, text) = post("application/json", "[1,\"a\"]");
            assert_eq!(status, 400);
            assert!(text.contains("invalid type: string \"a\", expected u32"), "{text}");
            let (status, text) = post("text/plain", "[1]");
            assert_eq!((status, text.contains("not application/json")), (415, true), "{text}");
            // The refusal is that of one request.
            let response = client.get(format!("http://{address}/")).send().unwrap();
            assert_eq!(response.status(), 500);
            assert_eq!(post("application/json", "[1,2,3,4,5,6,7,8,9,10]").0, 413);
        });
        assert_event!(
            events,
            HandlerFailed {
                error: Some("the Content-Type of the request is not application/json"),
                ..
            }
        );
    }
}
