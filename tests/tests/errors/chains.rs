//! Chains of errors, as programs print them.

use std::io::{self, ErrorKind};

use limpid_io::{ClientBuilder, Error, Settings};
use limpid_tests::script::{Step, answer, send};
use limpid_tests::server::{Listen, Server};

use crate::drivers::{DRIVERS, Fail, chain};

fn builder() -> ClientBuilder<Settings> {
    ClientBuilder::default()
}

/// Returns errors of many kinds.
fn errors(driver: Fail) -> Vec<Error> {
    let refuse = Server::start(Listen::Refuse, Vec::new()).unwrap();
    let reset = Server::tcp(vec![vec![Step::ReadHead, Step::Reset]]).unwrap();
    let nonsense = Server::tcp(vec![answer("nonsense\r\n\r\n")]).unwrap();
    let plain = Server::tcp(vec![vec![Step::ReadBytes(1), send("no TLS")]]).unwrap();
    let url = |scheme: &str, server: &Server| format!("{scheme}://127.0.0.1:{}/", server.port());
    let fail = |builder, url: &str| driver(builder, url, None);
    vec![
        fail(builder(), "ftp://127.0.0.1/"),
        fail(builder().resolve("name.test", 80, []), "http://name.test/"),
        fail(builder(), &url("http", &refuse)),
        fail(builder(), &url("http", &reset)),
        fail(builder(), &url("http", &nonsense)),
        fail(builder().danger_accept_invalid_certs(true), &url("https", &plain)),
        fail(builder().ca_file("no/such/file"), "https://127.0.0.1/"),
        fail(builder().client_cert("no/such/file", "no/such/file"), "https://127.0.0.1/"),
        fail(builder().key_log_file("no/such/directory/file"), "https://127.0.0.1/"),
    ]
}

#[test]
fn no_error_repeats_what_its_source_says() {
    for driver in DRIVERS {
        for error in errors(driver) {
            let chain = chain(&error);
            for (index, text) in chain.iter().enumerate() {
                let source =
                    chain[index + 1..].iter().find(|source| text.contains(source.as_str()));
                assert_eq!(source, None, "{chain:?}");
            }
        }
    }
}

#[test]
fn kinds_of_io_errors_are_the_nearest() {
    let expected = [
        ErrorKind::InvalidInput,
        ErrorKind::Other,
        ErrorKind::ConnectionRefused,
        ErrorKind::ConnectionReset,
        ErrorKind::InvalidData,
        ErrorKind::InvalidData,
        ErrorKind::NotFound,
        ErrorKind::NotFound,
        ErrorKind::NotFound,
    ];
    for driver in DRIVERS {
        let kinds: Vec<_> =
            errors(driver).into_iter().map(|error| io::Error::from(error).kind()).collect();
        assert_eq!(kinds, expected);
    }
}
