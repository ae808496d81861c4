//! Servers that end.

use std::net::TcpStream;
use std::time::Duration;

use limpid_core::trace::{EventKind, Stage};

use crate::running::{Carrier, DRIVERS, EVERY, PATIENCE, Running};

#[test]
fn idle_connections_are_closed_and_nobody_is_let_in() {
    for every in EVERY {
        let mut server = Running::start(every);
        let client = server.client();
        client.get(&server.url("/hello")).send().unwrap().text().unwrap();
        server.stop(PATIENCE);
        assert!(TcpStream::connect(server.address).is_err(), "{every:?}");
    }
}

#[test]
fn what_is_open_is_finished() {
    for driver in DRIVERS {
        let mut server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says(
            "POST /count HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        );
        raw.hears("\r\n\r\n");
        server.begin_to_stop(PATIENCE);
        raw.says("hi");
        let heard = raw.hears_all();
        assert!(heard.contains("Connection: close\r\n") && heard.ends_with("\r\n\r\n2"), "{heard}");
        drop(raw);
        server.stop(PATIENCE);
    }
}

#[test]
fn a_handler_that_works_is_waited_for() {
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
fn who_is_not_done_in_time_is_cut() {
    for driver in DRIVERS {
        let mut server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says("GET /endless HTTP/1.1\r\nHost: h\r\n\r\n");
        raw.hears("\r\n\r\n");
        server.stop(Duration::from_millis(50));
    }
}

#[test]
fn every_operation_that_was_told_of_has_ended() {
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
