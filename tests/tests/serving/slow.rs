//! Slow clients, and more clients than the limit.

use std::thread;
use std::time::Duration;

use limpid_core::trace::{EventKind, OwnedTraceEvent, TraceEvent};
use limpid_io::server::Timeouts;

use crate::running::{Carrier, DRIVERS, EVERY, PATIENCE, Running, Setup};

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
fn idle_connection_is_served_and_closed_after_its_buffers_were_freed() {
    for driver in DRIVERS {
        let timeouts = Timeouts::with(|timeouts| {
            timeouts.buffers = Some(Duration::from_millis(1));
            timeouts.idle = Some(Duration::from_millis(300));
        });
        let setup = Setup { timeouts: Some(timeouts), ..Setup::default() };
        let server = Running::with((driver, Carrier::Plain), setup);
        let mut raw = server.raw();
        for _ in 0..3 {
            raw.says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
            assert!(raw.read_until("Hello, world!").starts_with("HTTP/1.1 200 OK"));
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(raw.read_to_close(), "", "{driver:?}");
    }
}

#[test]
fn steady_body_gets_408_when_the_request_takes_too_long() {
    for driver in DRIVERS {
        let timeouts = Timeouts::with(|it| it.request = Some(Duration::from_millis(200)));
        let setup = Setup { timeouts: Some(timeouts), ..Setup::default() };
        let server = Running::with((driver, Carrier::Plain), setup);
        let mut raw = server.raw();
        raw.says("POST /count HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        raw.0.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        for _ in 0..500 {
            if raw.0.peek(&mut [0]).is_ok() {
                break;
            }
            raw.says("1\r\nx\r\n");
        }
        raw.0.set_read_timeout(Some(PATIENCE)).unwrap();
        let received = raw.read_to_close();
        assert!(received.starts_with("HTTP/1.1 408 Request Timeout"), "{driver:?}: {received}");
        let passed = server.recorder.assert_event(EventKind::ClientTooSlow);
        assert!(matches!(passed.borrow(), TraceEvent::ClientTooSlow { why: "the whole request" }));
    }
}

#[test]
fn body_beyond_the_limit_gets_413_and_is_closed() {
    for driver in DRIVERS {
        let setup = Setup { body: Some(4), ..Setup::default() };
        let server = Running::with((driver, Carrier::Plain), setup);
        for body in ["Content-Length: 5\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\n"] {
            let mut raw = server.raw();
            raw.says(&format!("POST /count HTTP/1.1\r\nHost: h\r\n{body}"));
            let received = raw.read_to_close();
            assert!(received.starts_with("HTTP/1.1 413 Content Too Large"), "{received}");
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
fn connections_beyond_limit_wait_while_all_are_busy() {
    for driver in DRIVERS {
        let setup = Setup { connections: Some(2), ..Setup::default() };
        let server = Running::with((driver, Carrier::Plain), setup);
        let mut raws: Vec<_> = (0..2).map(|_| server.raw()).collect();
        for raw in &mut raws {
            raw.says("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nha");
            raw.read_until("ha");
        }
        raws.push(server.raw());
        raws[2].says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        let short = Some(Duration::from_millis(50));
        raws[2].0.set_read_timeout(short).unwrap();
        assert!(
            raws[2].0.peek(&mut [0]).is_err(),
            "{driver:?}: the server served a connection beyond the limit"
        );
        // The first to become idle leaves.
        raws[0].says("lf");
        raws[2].0.set_read_timeout(Some(PATIENCE)).unwrap();
        raws[2].read_until("Hello, world!");
        assert!(raws[0].read_to_close().ends_with("lf\r\n0\r\n\r\n"), "{driver:?}");
        raws[1].says("lf");
        raws[1].read_until("lf\r\n0\r\n\r\n");
    }
}

#[test]
fn connection_idle_longest_makes_room() {
    for every in EVERY {
        let setup = Setup { connections: Some(3), ..Setup::default() };
        let mut server = Running::with(every, setup);
        // Without TLS, two have been answered and one has sent nothing. With TLS, none has begun its handshake.
        let mut idle: Vec<_> = (0..3).map(|_| server.raw()).collect();
        if every.1 == Carrier::Plain {
            for raw in &mut idle[..2] {
                raw.says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
                raw.read_until("Hello, world!");
            }
        }
        let clients = [(); 3].map(|()| server.client());
        for client in &clients {
            let response = client.get(&server.url("/hello")).send().unwrap();
            assert_eq!(response.text().unwrap(), "Hello, world!", "{every:?}");
        }
        for raw in &mut idle {
            assert_eq!(raw.read_to_close(), "", "{every:?}");
        }
        server.stop(Duration::ZERO);
        let for_room = |event: &OwnedTraceEvent| matches!(event, OwnedTraceEvent::ServeComplete { why, .. } if why.contains("its place"));
        let closed = server.recorder.events();
        let closed = closed.iter().filter(|(_, event)| for_room(event)).count();
        assert!(closed >= 3, "{every:?}: {closed}");
    }
}

#[test]
fn client_that_does_not_read_is_closed() {
    for every in EVERY {
        let timeouts = Timeouts::with(|timeouts| timeouts.write = Some(Duration::from_millis(100)));
        let setup = Setup { timeouts: Some(timeouts), connections: Some(1), ..Setup::default() };
        let server = Running::with(every, setup);
        let response = server.client().get(&server.url("/endless")).send().unwrap();
        // The limit is one connection, so this is answered once the other was closed.
        let other = server.client();
        assert_eq!(other.get(&server.url("/hello")).send().unwrap().status(), 200, "{every:?}");
        drop(response);
    }
}
