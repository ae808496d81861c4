//! Hosts that are addresses in other notations, and hosts that are refused.

#![cfg(test)]

mod common;

use common::finished;
use limpid_tests::script::answer;
use limpid_tests::server::{Listen, Server};

const DRIVERS: [&str; 2] = ["std", "tokio"];
const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";

#[test]
fn shortened_octal_and_hexadecimal_addresses_are_connected_to() {
    let hosts =
        ["127.1", "0x7f.1", "0177.0.1", "2130706433", "0x7f000001", "127.0.0.1.", "%3127.1"];
    for driver in DRIVERS {
        let server = Server::tcp(vec![answer(HELLO); hosts.len()]).unwrap();
        let port = server.port();
        for host in hosts {
            let finished = finished(["--driver", driver, &format!("http://{host}:{port}/")]);
            assert_eq!((finished.code, &*finished.stdout), (0, &b"hello"[..]), "{host}");
        }
        for request in server.finish().unwrap() {
            assert_eq!(request.field("Host"), Some(format!("127.0.0.1:{port}").as_str()));
        }
    }
}

#[test]
fn host_that_ends_in_a_number_and_is_no_address_is_not_looked_up() {
    for host in ["1.2.3.4.5", "256.1.1.1", "host.0x4", "host.1.", "08.1", "4294967296", "0x7f.1.."]
    {
        let finished = finished([&format!("http://{host}/")]);
        assert_eq!(finished.code, 3, "{host}: {}", finished.stderr);
        assert!(finished.stderr.contains("not a valid name or address"), "{}", finished.stderr);
    }
}

#[test]
fn backslash_before_the_path_is_refused() {
    for url in [r"http://127.0.0.1\@localhost/", r"http://u:p\@localhost/", r"http://localhost\a"] {
        let finished = finished([url]);
        assert_eq!(finished.code, 3, "{url}: {}", finished.stderr);
        assert!(finished.stderr.contains("a backslash before its path"), "{}", finished.stderr);
    }
}

#[test]
fn zone_of_an_address_is_used_and_not_sent() {
    for driver in DRIVERS {
        // Not every machine has IPv6.
        let Ok(server) = Server::start(Listen::Tcp6, vec![answer(HELLO); 2]) else { return };
        let port = server.port();
        for zone in ["%251", "%1"] {
            let url = format!("http://[::1{zone}]:{port}/");
            let finished = finished(["--driver", driver, &url]);
            assert_eq!(
                (finished.code, &*finished.stdout),
                (0, &b"hello"[..]),
                "{}",
                finished.stderr
            );
        }
        for request in server.finish().unwrap() {
            assert_eq!(request.field("Host"), Some(format!("[::1]:{port}").as_str()));
        }
    }
}

#[test]
fn zone_without_an_interface_is_named() {
    for driver in DRIVERS {
        let finished = finished(["--driver", driver, "http://[fe80::1%25no-such-zone]/"]);
        assert_eq!(finished.code, 6, "{}", finished.stderr);
        assert!(finished.stderr.contains("no interface of this machine"), "{}", finished.stderr);
    }
}
