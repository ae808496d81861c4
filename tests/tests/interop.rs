//! Responses as servers really send them, over each driver.
//!
//! A case is read if at least five of ten other clients read it or its rule says so, and refused if its
//! rule says that; otherwise it may be either, but never another body.

#![cfg(test)]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use limpid_core::error::Cause;
use limpid_core::limits::Lenient;
use limpid_io::{ClientBuilder, Error, Settings};
use serde_json::Value;

const CASES: &str = include_str!("../data/interop.jsonl");

/// The body of every case that is read.
const BODY: &[u8] = b"ok";

/// What a client is to do with a case.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wanted {
    Take,
    Refuse,
    Either,
}

struct Case {
    id: String,
    bytes: Vec<u8>,
    wanted: Wanted,
}

fn cases() -> Vec<Case> {
    let case = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let wanted = match (value["rule"].as_str(), value["takes"].as_u64().unwrap()) {
            (Some("take"), _) | (None, 5..) => Wanted::Take,
            (Some("refuse"), _) => Wanted::Refuse,
            _ => Wanted::Either,
        };
        let bytes = BASE64_STANDARD.decode(value["bytes_base64"].as_str().unwrap()).unwrap();
        Case { id: value["id"].as_str().unwrap().to_owned(), bytes, wanted }
    };
    CASES.lines().map(case).collect()
}

/// Serves these bytes once, and returns the URL.
fn serve(bytes: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
            head.push(byte[0]);
        }
        stream.write_all(&bytes).unwrap();
        let _ = stream.shutdown(Shutdown::Write);
        // The end is waited for, so that no reset hides what was sent.
        let _ = stream.read_to_end(&mut head);
    });
    url
}

fn std(settings: Settings, url: &str) -> Result<Vec<u8>, Error> {
    limpid_std::Client::from(settings).get(url).send()?.bytes()
}

fn tokio(settings: Settings, url: &str) -> Result<Vec<u8>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        limpid_tokio::Client::from(settings).get(url).send().await?.bytes().await
    })
}

/// Whether the client did what is wanted of it.
fn is_right(wanted: Wanted, body: &Result<Vec<u8>, Error>) -> bool {
    match (wanted, body) {
        (Wanted::Take, Ok(body)) => body == BODY,
        (Wanted::Refuse, Ok(_)) | (Wanted::Take, Err(_)) => false,
        (Wanted::Either, Ok(body)) => body == BODY || body.is_empty(),
        (Wanted::Refuse | Wanted::Either, Err(_)) => true,
    }
}

#[test]
fn clients_read_what_most_clients_read() {
    let mut wrong = Vec::new();
    for Case { id, bytes, wanted } in cases() {
        for (driver, get) in [("std", std as fn(_, &_) -> _), ("tokio", tokio)] {
            let body = get(ClientBuilder::default().build(), &serve(bytes.clone()));
            if !is_right(wanted, &body) {
                wrong.push((driver, id.clone(), wanted, body));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn refusal_names_the_tolerance_that_reads_the_response() {
    let mut named = 0;
    for Case { id, bytes, .. } in cases() {
        let strict = ClientBuilder::default().lenient(Lenient::NONE).build();
        let Err(Error::Exchange { error, .. }) = std(strict, &serve(bytes.clone())) else {
            continue;
        };
        let Cause::Peer(refusal) = error.cause else { continue };
        let Some(tolerance) = Lenient::reading(&refusal) else { continue };
        named += 1;
        let builder = ClientBuilder::default();
        let body = std(builder.lenient(tolerance | Lenient::CLIENT).build(), &serve(bytes));
        let is_other = match &body {
            Ok(_) => true,
            Err(Error::Exchange { error, .. }) => error.cause != Cause::Peer(refusal),
            Err(_) => false,
        };
        assert!(is_other, "{id}: {tolerance:?} does not read it: {body:?}");
    }
    assert!(named >= 15, "{named}");
}
