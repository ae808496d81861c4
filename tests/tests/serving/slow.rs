//! Clients that take their time, and more clients than there is room for.

use std::time::Duration;

use limpid_io::server::Timeouts;

use crate::running::{Carrier, DRIVERS, EVERY, Running, Setup};

fn impatient() -> Setup {
    let short = Some(Duration::from_millis(100));
    let timeouts = Timeouts::with(|timeouts| {
        timeouts.handshake = short;
        timeouts.head = short;
        timeouts.body = short;
        timeouts.idle = short;
    });
    Setup { timeouts: Some(timeouts), ..Setup::default() }
}

#[test]
fn a_slow_client_is_told_and_let_go() {
    for driver in DRIVERS {
        let server = Running::with((driver, Carrier::Plain), impatient());
        for (request, answer) in [
            ("", ""),
            ("GET /hello HT", "HTTP/1.1 408 Request Timeout"),
            (
                "POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhi",
                "HTTP/1.1 408 Request Timeout",
            ),
        ] {
            let mut raw = server.raw();
            raw.says(request);
            let heard = raw.hears_all();
            assert!(heard.starts_with(answer) && heard.is_empty() == answer.is_empty(), "{heard}");
        }
    }
}

#[test]
fn an_idle_connection_is_closed() {
    for driver in DRIVERS {
        let server = Running::with((driver, Carrier::Plain), impatient());
        let mut raw = server.raw();
        raw.says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        assert!(raw.hears_all().ends_with("Hello, world!"));
    }
}

#[test]
fn a_handshake_that_does_not_come() {
    for driver in DRIVERS {
        let server = Running::with((driver, Carrier::Tls), impatient());
        assert_eq!(server.raw().hears_all(), "");
    }
}

#[test]
fn more_connections_than_there_is_room_for_wait() {
    for driver in DRIVERS {
        let setup = Setup { connections: Some(2), ..Setup::default() };
        let server = Running::with((driver, Carrier::Plain), setup);
        let mut raws: Vec<_> = (0..3).map(|_| server.raw()).collect();
        for raw in &mut raws[..2] {
            raw.says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
            raw.hears("Hello, world!");
        }
        raws[2].says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        let short = Some(Duration::from_millis(50));
        raws[2].0.set_read_timeout(short).unwrap();
        assert!(raws[2].0.peek(&mut [0]).is_err(), "{driver:?}: nobody has let it in");
        drop(raws.remove(0));
        raws[1].0.set_read_timeout(Some(crate::running::PATIENCE)).unwrap();
        raws[1].hears("Hello, world!");
    }
}

#[test]
fn a_client_that_does_not_read_is_let_go() {
    for every in EVERY {
        let timeouts = Timeouts::with(|timeouts| timeouts.write = Some(Duration::from_millis(100)));
        let setup = Setup { timeouts: Some(timeouts), connections: Some(1) };
        let server = Running::with(every, setup);
        let response = server.client().get(&server.url("/endless")).send().unwrap();
        // There is room for one only: this is answered when the other was let go.
        let other = server.client();
        assert_eq!(other.get(&server.url("/hello")).send().unwrap().status(), 200, "{every:?}");
        drop(response);
    }
}
