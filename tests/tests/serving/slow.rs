//! Slow clients, and more clients than the limit.

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
fn slow_client_gets_408_and_is_closed() {
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
            let received = raw.read_to_close();
            assert!(
                received.starts_with(answer) && received.is_empty() == answer.is_empty(),
                "{received}"
            );
        }
    }
}

#[test]
fn an_idle_connection_is_closed() {
    for driver in DRIVERS {
        let server = Running::with((driver, Carrier::Plain), impatient());
        let mut raw = server.raw();
        raw.says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        assert!(raw.read_to_close().ends_with("Hello, world!"));
    }
}

#[test]
fn missing_handshake_times_out() {
    for driver in DRIVERS {
        let server = Running::with((driver, Carrier::Tls), impatient());
        assert_eq!(server.raw().read_to_close(), "");
    }
}

#[test]
fn connections_beyond_limit_wait() {
    for driver in DRIVERS {
        let setup = Setup { connections: Some(2), ..Setup::default() };
        let server = Running::with((driver, Carrier::Plain), setup);
        let mut raws: Vec<_> = (0..3).map(|_| server.raw()).collect();
        for raw in &mut raws[..2] {
            raw.says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
            raw.read_until("Hello, world!");
        }
        raws[2].says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        let short = Some(Duration::from_millis(50));
        raws[2].0.set_read_timeout(short).unwrap();
        assert!(
            raws[2].0.peek(&mut [0]).is_err(),
            "{driver:?}: the server accepted a connection beyond the limit"
        );
        drop(raws.remove(0));
        raws[1].0.set_read_timeout(Some(crate::running::PATIENCE)).unwrap();
        raws[1].read_until("Hello, world!");
    }
}

#[test]
fn client_that_does_not_read_is_closed() {
    for every in EVERY {
        let timeouts = Timeouts::with(|timeouts| timeouts.write = Some(Duration::from_millis(100)));
        let setup = Setup { timeouts: Some(timeouts), connections: Some(1) };
        let server = Running::with(every, setup);
        let response = server.client().get(&server.url("/endless")).send().unwrap();
        // The limit is one connection, so this is answered once the other was closed.
        let other = server.client();
        assert_eq!(other.get(&server.url("/hello")).send().unwrap().status(), 200, "{every:?}");
        drop(response);
    }
}
