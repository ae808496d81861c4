//! The client whose resolver asks a name server.

#![cfg(test)]

use std::net::{SocketAddr, UdpSocket};
use std::process::Command;
use std::thread;

use limpid_tests::command::{Finished, run};
use limpid_tests::documented::{body, response};
use limpid_tests::script::answer;
use limpid_tests::server::Server;

/// The known name, in the format of a message (RFC 1035 section 3.1).
const KNOWN: &[u8] = b"\x07service\x07example\x00";

/// Returns the address of a name server on loopback with one name. It ends with the program.
fn name_server() -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut query = [0; 512];
        while let Ok((n, client)) = socket.recv_from(&mut query) {
            let _ = socket.send_to(&reply(&query[..n]), client);
        }
    });
    address
}

/// Returns the reply to a query of one question (RFC 1035 section 4): 127.0.0.1 for an A record of the
/// name, no records for others of it, and a name error for all other names.
fn reply(query: &[u8]) -> Vec<u8> {
    let name = query[12..].iter().position(|byte| *byte == 0).unwrap() + 13;
    let (name, kind) = (&query[12..name], &query[name..name + 2]);
    let is_known = name.eq_ignore_ascii_case(KNOWN);
    let has_address = is_known && kind == [0, 1];
    let mut reply = query[..2].to_vec();
    // A response; recursion was desired and is available; NOERROR, or NXDOMAIN.
    reply.extend([0x81, if is_known { 0x80 } else { 0x83 }]);
    reply.extend([0, 1, 0, u8::from(has_address), 0, 0, 0, 0]);
    reply.extend_from_slice(name);
    reply.extend_from_slice(kind);
    reply.extend([0, 1]);
    if has_address {
        // The name is that at offset 12; an A record of class IN, for a minute, of four bytes.
        reply.extend([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
    }
    reply
}

fn fetch(url: &str) -> Finished {
    let server = name_server().to_string();
    run(Command::new(env!("CARGO_BIN_EXE_hickory")).args([url, &server]), b"").unwrap()
}

#[test]
fn name_server_on_loopback_is_asked_for_addresses() {
    let server = Server::tcp(vec![answer(response().unwrap())]).unwrap();
    let finished = fetch(&format!("http://service.example:{}/", server.port()));
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert_eq!(finished.stdout, body().unwrap());
    server.finish().unwrap();
}

#[test]
fn name_that_does_not_exist_is_an_error() {
    let finished = fetch("http://other.example/");
    assert_eq!(finished.code, 1);
    assert!(finished.stderr.contains("name or service not known"), "{}", finished.stderr);
}
