//! Connections that leave HTTP/1.1 (RFC 9110 sections 7.8 and 9.3.6).

use limpid_core::client::{Options, Proxy, Request};
use limpid_core::error::Misuse;
use limpid_core::transport::{Interest, Switched};

use crate::bench::{Bench, Stop};

const UPGRADE: [(&str, &str); 2] = [("Connection", "upgrade"), ("Upgrade", "chat")];
const SWITCHING: &str =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n";

/// A request for an upgrade that was answered so.
fn answered(response: &str) -> Bench {
    let mut bench = Bench::new("GET", &UPGRADE, b"");
    assert!(matches!(bench.runs(), Stop::Read(..)));
    assert!(matches!(bench.hears(response), Stop::Event(_)));
    bench.told();
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
fn what_came_behind_the_response_is_read_first() {
    let mut bench = answered(&[SWITCHING, "hello"].concat());
    let mut switched = bench.takes_switched().unwrap();
    assert_eq!(read(&mut switched), "hell");
    assert_eq!(read(&mut switched), "o");
    assert_eq!(read(&mut switched), "nothing yet");
    switched.space(2)[..2].copy_from_slice(b"yo");
    switched.handle_received(2).unwrap();
    switched.handle_eof();
    assert_eq!(read(&mut switched), "yo");
    assert_eq!(read(&mut switched), "", "the end");
}

#[test]
fn both_directions_are_independent() {
    let mut switched = answered(SWITCHING).takes_switched().unwrap();
    assert_eq!(switched.poll().unwrap(), Interest { read: true, write: false });
    assert_eq!(switched.write(b"one").unwrap(), 3);
    assert_eq!(switched.write(b"two").unwrap(), 3);
    assert_eq!(switched.poll().unwrap(), Interest { read: true, write: true });
    assert_eq!(switched.out(), b"onetwo");
    switched.handle_sent(2).unwrap();
    switched.space(2)[..2].copy_from_slice(b"yo");
    switched.handle_received(2).unwrap();
    assert_eq!((read(&mut switched).as_str(), switched.out()), ("yo", &b"etwo"[..]));
    switched.handle_eof();
    assert_eq!(switched.poll().unwrap(), Interest { read: false, write: true });
    assert_eq!((read(&mut switched).as_str(), switched.out()), ("", &b"etwo"[..]));
}

#[test]
fn a_direction_that_was_ended_leaves_the_other_open() {
    let mut switched = answered(SWITCHING).takes_switched().unwrap();
    assert_eq!(switched.write(b"last").unwrap(), 4);
    switched.close();
    assert_eq!((switched.write(b"more").unwrap(), switched.is_closed()), (0, true));
    assert_eq!(switched.poll().unwrap(), Interest { read: true, write: true });
    switched.space(2)[..2].copy_from_slice(b"yo");
    switched.handle_received(2).unwrap();
    assert_eq!((read(&mut switched).as_str(), switched.out()), ("yo", &b"last"[..]));
}

#[test]
fn neither_direction_holds_more_than_it_may() {
    let mut switched = answered(SWITCHING).takes_switched().unwrap();
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
    assert!(switched.poll().unwrap().read, "there is room again");
}

#[test]
fn more_bytes_than_there_are_is_a_misuse_that_changes_nothing() {
    let mut switched = answered(SWITCHING).takes_switched().unwrap();
    let room = switched.space(1).len();
    assert_eq!(switched.handle_received(room + 1).unwrap_err().misuse, Misuse::TooManyBytes);
    switched.write(b"one").unwrap();
    assert_eq!(switched.handle_sent(4).unwrap_err().misuse, Misuse::TooManyBytes);
    assert_eq!((read(&mut switched).as_str(), switched.out()), ("nothing yet", &b"one"[..]));
}

#[test]
fn the_exchange_ends_as_if_the_response_had_been_read() {
    let ends = [
        "receive_response_body.started",
        "receive_response_body.complete",
        "response_closed.started",
        "response_closed.complete",
        "exchange.complete",
    ];
    let mut taken = answered(SWITCHING);
    assert!(taken.takes_switched().is_some());
    assert_eq!(taken.ends(), Ok(()));
    assert_eq!(taken.told(), ends);
    let mut left = answered(SWITCHING);
    assert_eq!(left.ends(), Ok(()));
    assert_eq!(left.told(), ends);
    assert!(taken.link.is_none() && left.link.is_none(), "neither serves again");
}

#[test]
fn a_server_may_stay_with_http() {
    let mut bench = answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assert!(bench.takes_switched().is_none());
    assert_eq!(bench.runs(), Stop::Event("data ok".to_owned()));
    assert_eq!(bench.ends(), Ok(()));
    assert!(bench.link.is_some(), "the connection can serve again");
}

#[test]
fn connect_asks_for_host_and_port() {
    let mut bench = Bench::new("CONNECT", &[], b"");
    bench.runs();
    let sent = bench.sent();
    assert!(sent.starts_with("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n"), "{sent:?}");
    // What a length says of a tunnel is not listened to.
    let head = "HTTP/1.1 200 Connected\r\nContent-Length: 1\r\n\r\nraw";
    assert_eq!(bench.hears(head), Stop::Event("head 200".to_owned()));
    let mut tunnel = bench.takes_switched().unwrap();
    assert_eq!(read(&mut tunnel), "raw");
    assert_eq!(bench.ends(), Ok(()));
}

#[test]
fn connect_goes_through_a_proxy_as_it_is() {
    let url = "http://db.example:5432/".parse().unwrap();
    let proxy: Proxy = "http://me:pw@proxy.example:3128".parse().unwrap();
    let options = Options::with(|options| options.proxies = proxy.into());
    let mut bench = Bench::of(Request::builder(b"CONNECT", url).build(), options, b"");
    bench.runs();
    let sent = bench.sent();
    assert!(sent.starts_with("CONNECT db.example:5432 HTTP/1.1\r\n"), "{sent:?}");
    assert!(sent.contains("Proxy-Authorization: Basic "), "{sent:?}");
}

#[test]
fn a_target_can_be_given() {
    let request = |method: &str, target: &str| {
        let url = "http://localhost/path".parse().unwrap();
        let request = Request::builder(method.as_bytes(), url).target(target.as_bytes());
        let mut bench = Bench::of(request.build(), Options::default(), b"");
        (bench.runs(), bench.sent())
    };
    assert!(request("OPTIONS", "*").1.starts_with("OPTIONS * HTTP/1.1\r\n"));
    assert!(request("CONNECT", "a.example:22").1.starts_with("CONNECT a.example:22 HTTP/1.1\r\n"));
    for (method, target) in [("GET", "*"), ("CONNECT", "/"), ("GET", "/ HTTP/1.1\r\nX: y")] {
        let (stop, sent) = request(method, target);
        assert!(matches!(stop, Stop::Failed(_)), "{method} {target}: {stop:?}");
        assert_eq!(sent, "");
    }
}
