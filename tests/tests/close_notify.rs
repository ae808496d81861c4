//! Connections that end without the closing message of TLS.

#![cfg(test)]

use std::io::{self, Read};

use limpid_core::error::{Cause, Phase, TlsError};
use limpid_core::trace::{Capture, EventKind, OwnedTraceEvent};
use limpid_io::{ClientBuilder, Error, Settings};
use limpid_sinks::EventList;
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::recorded::Recorded;
use limpid_tests::script::{Step, send};
use limpid_tests::server::Server;
use tokio::io::AsyncReadExt;

const UNTIL_CLOSE: &str = "HTTP/1.1 200 OK\r\n\r\nhello";
const WITH_LENGTH: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
const SWITCHING: &str =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\nhello";

/// A driver's functions that return the whole body, and the bytes of a switched connection.
struct Driver {
    body: fn(ClientBuilder<Settings>, &str) -> Result<Vec<u8>, Error>,
    switched: fn(ClientBuilder<Settings>, &str) -> io::Result<Vec<u8>>,
}

const DRIVERS: [Driver; 2] = [
    Driver {
        body: |builder, url| limpid_std::Client::from(builder.build()).get(url).send()?.bytes(),
        switched: |builder, url| {
            let client = limpid_std::Client::from(builder.build());
            let request = client.get(url).header("Connection", "upgrade").header("Upgrade", "chat");
            let mut bytes = Vec::new();
            request.send()?.upgrade()?.read_to_end(&mut bytes)?;
            Ok(bytes)
        },
    },
    Driver {
        body: |builder, url| {
            let client = limpid_tokio::Client::from(builder.build());
            runtime().block_on(async { client.get(url).send().await?.bytes().await })
        },
        switched: |builder, url| {
            let client = limpid_tokio::Client::from(builder.build());
            let request = client.get(url).header("Connection", "upgrade").header("Upgrade", "chat");
            runtime().block_on(async {
                let mut bytes = Vec::new();
                request.send().await?.upgrade()?.read_to_end(&mut bytes).await?;
                Ok(bytes)
            })
        },
    },
];

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Runs a request over TLS with a server that sends these bytes and ends like this. Returns the result
/// and the events, which are those of a replay too.
fn run<T>(
    request: fn(ClientBuilder<Settings>, &str) -> T,
    bytes: &str,
    end: Step,
    required: bool,
) -> (T, EventList) {
    let recorded = Recorded::start().unwrap();
    let (result, events) = run_recorded(&recorded, request, bytes, end, required);
    assert_eq!(recorded.difference(&events), None, "{bytes}");
    (result, events)
}

fn run_recorded<T>(
    recorded: &Recorded,
    request: fn(ClientBuilder<Settings>, &str) -> T,
    bytes: &str,
    end: Step,
    required: bool,
) -> (T, EventList) {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let server = Server::tls(tls, vec![vec![Step::ReadRequest, send(bytes), end]]).unwrap();
    let recorder = EventList::new();
    let builder = ClientBuilder::<Settings>::default()
        .ca_file(certificates.ca_file())
        .sink(recorder.clone())
        .recorder(recorded.recorder())
        .require_close_notify(required);
    let result = request(builder, &format!("https://localhost:{}/", server.port()));
    server.finish().unwrap();
    (result, recorder)
}

#[track_caller]
fn assert_missing(recorder: &EventList, expected: &str, is_refused: bool) {
    let event = recorder.assert_event(EventKind::CloseNotifyMissing);
    let OwnedTraceEvent::CloseNotifyMissing { what, refused } = event else { panic!("{event:?}") };
    assert_eq!((what, refused), (expected, is_refused));
}

#[test]
fn body_that_ends_with_the_transport_has_an_event_or_fails() {
    for driver in DRIVERS {
        let (body, recorder) = run(driver.body, UNTIL_CLOSE, Step::Close, false);
        assert_eq!(body.unwrap(), b"hello");
        assert_missing(&recorder, "body", false);

        let (body, recorder) = run(driver.body, UNTIL_CLOSE, Step::Close, true);
        let error = body.unwrap_err();
        let error = error.exchange().unwrap();
        assert_eq!(error.cause, Cause::Tls(TlsError::CloseNotifyMissing), "{error}");
        assert_eq!(error.phase, Phase::ReceiveBody);
        assert_missing(&recorder, "body", true);
        recorder.assert_event(EventKind::ReceiveResponseBodyFailed);
    }
}

#[test]
fn body_with_another_end_needs_no_closing_message() {
    for driver in DRIVERS {
        for (bytes, end) in
            [(UNTIL_CLOSE, Step::CloseNotify), (WITH_LENGTH, Step::Close), (CHUNKED, Step::Close)]
        {
            let (body, recorder) = run(driver.body, bytes, end, true);
            assert_eq!(body.unwrap(), b"hello", "{bytes}");
            recorder.assert_no_event(EventKind::CloseNotifyMissing);
        }
    }
}

#[test]
fn tunnel_that_ends_with_the_transport_has_an_event_or_fails() {
    for driver in DRIVERS {
        let (bytes, recorder) = run(driver.switched, SWITCHING, Step::Close, false);
        assert_eq!(bytes.unwrap(), b"hello");
        assert_missing(&recorder, "tunnel", false);

        let (bytes, recorder) = run(driver.switched, SWITCHING, Step::Close, true);
        let error = bytes.unwrap_err();
        assert!(error.to_string().contains("without close_notify"), "{error}");
        assert_missing(&recorder, "tunnel", true);

        let (bytes, recorder) = run(driver.switched, SWITCHING, Step::CloseNotify, true);
        assert_eq!(bytes.unwrap(), b"hello");
        recorder.assert_no_event(EventKind::CloseNotifyMissing);
    }
}

#[test]
fn tunnel_is_recorded_without_its_bytes() {
    for driver in DRIVERS {
        let recorded = Recorded::start_as(Capture::Default).unwrap();
        let (bytes, events) =
            run_recorded(&recorded, driver.switched, SWITCHING, Step::Close, false);
        assert_eq!(bytes.unwrap(), b"hello");
        let file = recorded.bytes().unwrap();
        assert!(!file.windows(5).any(|part| part == b"hello"), "{}", file.escape_ascii());
        assert_eq!(recorded.difference(&events), None);
    }
}
