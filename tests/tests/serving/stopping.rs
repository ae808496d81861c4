//! Servers that shut down.

use std::net::TcpStream;
use std::time::Duration;

use limpid_core::trace::{EventKind, Stage};

use crate::running::{Carrier, DRIVERS, EVERY, PATIENCE, Running};

#[test]
fn shutdown_closes_idle_connections_and_stops_accepting() {
    for every in EVERY {
        let mut server = Running::start(every);
        let client = server.client();
        client.get(&server.url("/hello")).send().unwrap().text().unwrap();
        server.stop(PATIENCE);
        assert!(TcpStream::connect(server.address).is_err(), "{every:?}");
    }
}

#[test]
fn shutdown_completes_open_requests() {
    for driver in DRIVERS {
        let mut server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says(
            "POST /count HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        );
        raw.read_until("\r\n\r\n");
        server.begin_to_stop(PATIENCE);
        raw.says("hi");
        let received = raw.read_to_close();
        assert!(
            received.contains("Connection: close\r\n") && received.ends_with("\r\n\r\n2"),
            "{received}"
        );
        drop(raw);
        server.stop(PATIENCE);
    }
}

#[test]
fn shutdown_waits_for_running_handler() {
    for every in EVERY {
        let mut server = Running::start(every);
        let client = server.client();
        let url = server.url("/slow");
        let request = std::thread::spawn(move || client.get(&url).send().unwrap().text().unwrap());
        while !server.recorder.kinds().contains(&EventKind::AnswerStarted) {
            std::thread::sleep(Duration::from_millis(5));
        }
        server.stop(PATIENCE);
        assert_eq!(request.join().unwrap(), "at last", "{every:?}");
    }
}

#[test]
fn shutdown_cuts_requests_after_grace() {
    for driver in DRIVERS {
        let mut server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
        raw.read_until("\r\n\r\n");
        server.stop(Duration::from_millis(50));
    }
}

#[test]
fn shutdown_ends_every_span() {
    for every in EVERY {
        let mut server = Running::start(every);
        let client = server.client();
        for path in ["/hello", "/error", "/none"] {
            client.get(&server.url(path)).send().unwrap().bytes().unwrap();
        }
        server.raw();
        server.stop(PATIENCE);
        let kinds = server.recorder.kinds();
        let count = |stage: &[Stage], name: &str| {
            let is = |kind: &&EventKind| {
                let metadata = kind.metadata();
                stage.contains(&metadata.stage) && metadata.name == name
            };
            kinds.iter().filter(is).count()
        };
        for name in ["connection", "accept_tls", "request"] {
            let ends = count(&[Stage::Complete, Stage::Failed], name);
            assert_eq!(count(&[Stage::Started], name), ends, "{every:?} {name}");
        }
        assert_eq!(count(&[Stage::Complete], "request"), 3);
    }
}
