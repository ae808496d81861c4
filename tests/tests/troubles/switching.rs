//! Upgrades that are refused.

use limpid_io::ClientBuilder;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::facts::{DRIVERS, Facts};

const UPGRADE: &[(&str, &str)] = &[("Connection", "upgrade"), ("Upgrade", "chat")];

/// Returns the events of a request with these fields, which is answered so.
fn facts(response: &str, fields: &[(&str, &str)]) -> Vec<Facts> {
    let ask = |driver| {
        let server = Server::tcp(vec![answer(response)]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        Facts::of(driver, ClientBuilder::default(), &[("GET", &url, fields)]).0
    };
    DRIVERS.into_iter().map(ask).collect()
}

#[test]
fn refused_upgrade_is_shown_with_the_status() {
    for facts in facts("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", UPGRADE) {
        let decision = |field| facts.last("switch_decision", field);
        assert_eq!(decision("by"), "Upgrade");
        assert_eq!((decision("accepted"), decision("status")), ("false", "200"));
        assert!(facts.all("switched").is_empty());
    }
}

#[test]
fn accepted_upgrade_is_shown_too() {
    let switching =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\n";
    for facts in facts(switching, UPGRADE) {
        let decision = |field| facts.last("switch_decision", field);
        assert_eq!((decision("accepted"), decision("status")), ("true", "101"));
    }
}

#[test]
fn request_without_upgrade_has_no_such_event() {
    for facts in facts("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", &[]) {
        assert!(facts.all("switch_decision").is_empty());
    }
}
