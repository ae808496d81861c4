//! Bodies in content codings, over both drivers.

use std::io::{ErrorKind, Read};

use limpid_core::error::{Cause, CodingFault};
use limpid_core::limits::Limits;
use limpid_std::Error;
use limpid_tests::Request;
use limpid_tests::coded::in_gzip;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

const TEXT: &str = "hello hello hello hello";

/// The result of a request.
type Got = Result<Vec<u8>, Error>;

/// Requests a page over each driver from a server that sends this response.
fn get(decompress: bool, response: &[u8]) -> [(Got, Request); 2] {
    [over_std, over_tokio].map(|over| {
        let server = Server::tcp(vec![answer(response)]).unwrap();
        let got = over(decompress, &format!("http://127.0.0.1:{}/", server.port()));
        (got, server.finish().unwrap().remove(0))
    })
}

fn over_std(decompress: bool, url: &str) -> Got {
    let client = limpid_std::Client::builder().decompress(decompress).build();
    client.get(url).send()?.bytes()
}

fn over_tokio(decompress: bool, url: &str) -> Got {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = limpid_tokio::Client::builder().decompress(decompress).build();
    runtime.block_on(async { client.get(url).send().await?.bytes().await })
}

#[test]
fn body_is_decoded_on_request() {
    let response = in_gzip(TEXT.as_bytes(), 1).unwrap();
    for (got, request) in get(true, &response) {
        assert_eq!(got.unwrap(), TEXT.as_bytes());
        assert_eq!(request.field("Accept-Encoding"), Some("gzip, deflate, br, zstd"));
    }
    for (got, request) in get(false, &response) {
        assert!(response.ends_with(&got.unwrap()));
        assert_eq!(request.field("Accept-Encoding"), None);
    }
}

#[test]
fn decompression_bomb_stops_at_limit() {
    for (got, _) in get(true, &in_gzip(&[0; 1 << 20], 64).unwrap()) {
        let Error::Exchange { error, .. } = got.unwrap_err() else { panic!("not that error") };
        let Cause::Coding(error) = error.cause else { panic!("{error}") };
        assert_eq!(error.fault, CodingFault::Expansion(Limits::default().expansion));
    }
}

#[test]
fn reader_fails_with_invalid_data() {
    let mut response = in_gzip(TEXT.as_bytes(), 1).unwrap();
    *response.last_mut().unwrap() ^= 1;
    let server = Server::tcp(vec![answer(&response)]).unwrap();
    let client = limpid_std::Client::builder().decompress(true).build();
    let sent = client.get(&format!("http://127.0.0.1:{}/", server.port())).send().unwrap();
    let error = sent.into_body().read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("cannot be decoded as gzip"), "{error}");
}
