//! Connections that switch protocols (RFC 9110 sections 7.8 and 9.3.6).

use limpid_core::client::{Options, Proxy, Request};
use limpid_core::error::Misuse;
use limpid_core::time::Mono;
use limpid_core::trace::NoSink;
use limpid_core::transport::{Interest, Switched};

use crate::bench::{Bench, Stop};

const UPGRADE: [(&str, &str); 2] = [("Connection", "upgrade"), ("Upgrade", "chat")];
const SWITCHING: &str =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n";

/// Creates an exchange that requested an upgrade and received this response.
fn answered(response: &str) -> Bench {
    let mut bench = Bench::new("GET", &UPGRADE, b"");
    assert!(matches!(bench.run(), Stop::Read(..)));
    assert!(matches!(bench.server_sends(response), Stop::Event(_)));
    bench.events();
    bench
}

fn read(switched: &mut Switched) -> String {
    let mut room = [0; 4];
    match switched.read(&mut room).unwrap() {
        Some(n) => String::from_utf8(room[..n].to_vec()).unwrap(),
        None => "nothing yet".to_owned(),
    }
}

#[test]
fn bytes_after_the_response_are_read_first() {
    let mut bench = answered(&[SWITCHING, "hello"].concat());
    let mut switched = bench.take_switched().unwrap();
    assert_eq!(read(&mut switched), "hell");
    assert_eq!(read(&mut switched), "o");
    assert_eq!(read(&mut switched), "nothing yet");
    switched.space(2)[..2].copy_from_slice(b"yo");
    switched.handle_received(2).unwrap();
    switched.handle_eof(Mono::default(), &NoSink);
    assert_eq!(read(&mut switched), "yo");
    assert_eq!(read(&mut switched), "", "the end");
}

#[test]
fn directions_of_a_switched_connection_are_independent() {
    let mut switched = answered(SWITCHING).take_switched().unwrap();
    assert_eq!(switched.poll().unwrap(), Interest { read: true, write: false });
    assert_eq!(switched.write(b"one").unwrap(), 3);
    assert_eq!(switched.write(b"two").unwrap(), 3);
    assert_eq!(switched.poll().unwrap(), Interest { read: true, write: true });
    assert_eq!(switched.out(), b"onetwo");
    switched.handle_sent(2).unwrap();
    switched.space(2)[..2].copy_from_slice(b"yo");
    switched.handle_received(2).unwrap();
    assert_eq!((read(&mut switched).as_str(), switched.out()), ("yo", &b"etwo"[..]));
    switched.handle_eof(Mono::default(), &NoSink);
    assert_eq!(switched.poll().unwrap(), Interest { read: false, write: true });
    assert_eq!((read(&mut switched).as_str(), switched.out()), ("", &b"etwo"[..]));
}

#[test]
fn closed_direction_leaves_the_other_open() {
    let mut switched = answered(SWITCHING).take_switched().unwrap();
    assert_eq!(switched.write(b"last").unwrap(), 4);
    switched.close();
    assert_eq!((switched.write(b"more").unwrap(), switched.is_closed()), (0, true));
    assert_eq!(switched.poll().unwrap(), Interest { read: true, write: true });
    switched.space(2)[..2].copy_from_slice(b"yo");
    switched.handle_received(2).unwrap();
    assert_eq!((read(&mut switched).as_str(), switched.out()), ("yo", &b"last"[..]));
}

#[test]
fn buffers_of_both_directions_are_bounded() {
    let mut switched = answered(SWITCHING).take_switched().unwrap();
    let data = [b'x'; 10_000];
    let mut taken = 0;
    while switched.poll().unwrap().read {
        switched.space(data.len())[..data.len()].copy_from_slice(&data);
        switched.handle_received(data.len()).unwrap();
        taken += data.len();
    }
    assert!((64 * 1024..64 * 1024 + 10_000).contains(&taken), "{taken}");
    let mut written = 0;
    loop {
        match switched.write(&data).unwrap() {
            0 => break,
            n => written += n,
        }
    }
    assert_eq!(written, 64 * 1024);
    assert_eq!(switched.poll().unwrap(), Interest { read: false, write: true });
    assert_eq!(switched.read(&mut [0; 9000]).unwrap(), Some(9000));
    assert!(switched.poll().unwrap().read, "the buffer has space again");
}

#[test]
fn too_many_bytes_are_refused_without_effect() {
    let mut switched = answered(SWITCHING).take_switched().unwrap();
    let room = switched.space(1).len();
    assert_eq!(switched.handle_received(room + 1).unwrap_err().misuse, Misuse::TooManyBytes);
    switched.write(b"one").unwrap();
    assert_eq!(switched.handle_sent(4).unwrap_err().misuse, Misuse::TooManyBytes);
    assert_eq!((read(&mut switched).as_str(), switched.out()), ("nothing yet", &b"one"[..]));
}

#[test]
fn exchange_ends_after_a_switch() {
    let ends = [
        "receive_response_body.started",
        "receive_response_body.complete",
        "response_closed.started",
        "response_closed.complete",
        "exchange.complete",
    ];
    let mut taken = answered(SWITCHING);
    assert!(taken.take_switched().is_some());
    assert_eq!(taken.run_to_end(), Ok(()));
    assert_eq!(taken.events(), ends);
    let mut left = answered(SWITCHING);
    assert_eq!(left.run_to_end(), Ok(()));
    assert_eq!(left.events(), ends);
    assert!(taken.link.is_none() && left.link.is_none(), "neither connection is reused");
}

#[test]
fn server_may_decline_an_upgrade() {
    let mut bench = answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert!(bench.take_switched().is_none());
    assert_eq!(bench.run(), Stop::Event("data ok".to_owned()));
    assert_eq!(bench.run_to_end(), Ok(()));
    assert!(bench.link.is_some(), "the connection can be reused");
}

#[test]
fn connect_target_is_host_and_port() {
    let mut bench = Bench::new("CONNECT", &[], b"");
    bench.run();
    let sent = bench.sent();
    assert!(sent.starts_with("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n"), "{sent:?}");
    // Content-Length of a tunnel is ignored.
    let head = "HTTP/1.1 200 Connected\r\nContent-Length: 1\r\n\r\nraw";
    assert_eq!(bench.server_sends(head), Stop::Event("head 200".to_owned()));
    let mut tunnel = bench.take_switched().unwrap();
    assert_eq!(read(&mut tunnel), "raw");
    assert_eq!(bench.run_to_end(), Ok(()));
}

#[test]
fn connect_through_a_proxy_is_unchanged() {
    let url = "http://db.example:5432/".parse().unwrap();
    let proxy: Proxy = "http://me:pw@proxy.example:3128".parse().unwrap();
    let options = Options::with(|options| options.proxies = proxy.into());
    let mut bench = Bench::of(Request::builder(b"CONNECT", url).build(), options, b"");
    bench.run();
    let sent = bench.sent();
    assert!(sent.starts_with("CONNECT db.example:5432 HTTP/1.1\r\n"), "{sent:?}");
    assert!(sent.contains("Proxy-Authorization: Basic "), "{sent:?}");
}

#[test]
fn target_can_be_set() {
    let request = |method: &str, target: &str| {
        let url = "http://localhost/path".parse().unwrap();
        let request = Request::builder(method.as_bytes(), url).target(target.as_bytes());
        let mut bench = Bench::of(request.build(), Options::default(), b"");
        (bench.run(), bench.sent())
    };
    assert!(request("OPTIONS", "*").1.starts_with("OPTIONS * HTTP/1.1\r\n"));
    assert!(request("CONNECT", "a.example:22").1.starts_with("CONNECT a.example:22 HTTP/1.1\r\n"));
    for (method, target) in [("GET", "*"), ("CONNECT", "/"), ("GET", "/ HTTP/1.1\r\nX: y")] {
        let (stop, sent) = request(method, target);
        assert!(matches!(stop, Stop::Failed(_)), "{method} {target}: {stop:?}");
        assert_eq!(sent, "");
    }
}
