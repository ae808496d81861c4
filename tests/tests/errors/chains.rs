//! Chains of errors, as programs print them.

use std::io::{self, ErrorKind};

use limpid_core::error::{Cause, Error as CoreError, OsError, OsErrorKind, ResolveError, TlsError};
use limpid_core::transport::LayerError;
use limpid_io::{ClientBuilder, Error, LookupError, Settings, TlsSetupError};
use limpid_sinks::LoggingConfig;
use limpid_std::Client;
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
fn field_that_cannot_be_sent_is_named() {
    for (name, value, fault) in
        [("X Y", "z", "a character other than"), ("X", "y\nz", "a control character")]
    {
        let error = Client::new().get("http://localhost/").header(name, value).send().unwrap_err();
        let [outer, source] = &chain(&error)[..] else { panic!("{error:?}") };
        assert!(outer.contains(fault), "{outer}");
        let letter = &name[..1];
        assert_eq!(*source, format!("the name of the field begins with {letter:?}"));
    }
}

#[test]
fn debug_form_is_the_chain_in_one_line() {
    for driver in DRIVERS {
        for error in errors(driver) {
            assert_eq!(format!("{error:?}"), chain(&error).join(": "));
            let details = format!("{error:#?}");
            assert!(
                details.contains(&error.to_string()) && details.contains("history"),
                "{details}"
            );
        }
    }
}

/// Checks that no text of a chain contains that of one of its sources.
fn assert_no_doubling(error: &dyn std::error::Error) {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(source) = next {
        let text = source.to_string();
        assert!(texts.iter().all(|outer| !outer.contains(&text)), "{texts:?} repeat {text:?}");
        texts.push(text);
        next = source.source();
    }
}

#[test]
fn no_error_type_repeats_its_source() {
    let io = || io::Error::other("the disk is gone");
    let missing = io::Error::from(ErrorKind::NotFound);
    let path = || std::path::PathBuf::from("a/file");
    let refused = OsError { code: 111, kind: OsErrorKind::Refused };
    let core = |cause| CoreError::new(cause).with_source("the disk is gone");
    let json = |text: &str| LoggingConfig::from_json(text).unwrap_err();
    let formatter = |format: &str| {
        json(&format!(r#"{{"version": 1, "formatters": {{"f": {{"format": "{format}"}}}}}}"#))
    };
    let errors: Vec<Box<dyn std::error::Error>> = vec![
        Box::new(core(Cause::Os(refused))),
        Box::new(core(Cause::Body(refused))),
        Box::new(core(Cause::Resolve(ResolveError::NotFound))),
        Box::new(core(Cause::Tls(TlsError::Protocol))),
        Box::new(core(Cause::Layer(1))),
        Box::new(core(Cause::BadRedirect)),
        Box::new(CoreError::from(io())),
        Box::new(CoreError::from(missing)),
        Box::new(CoreError::body(io())),
        Box::new(CoreError::from(io::Error::new(
            ErrorKind::ConnectionRefused,
            "connection refused",
        ))),
        Box::new(CoreError::from(refused).with_source(refused.to_string())),
        Box::new(CoreError::from(TlsError::Protocol).with_source(TlsError::Protocol)),
        Box::new(io::Error::from(core(Cause::Os(refused)))),
        Box::new(LayerError::other(3, "the disk is gone")),
        Box::new(LayerError::tls(TlsError::Alert(40), "SSL alert number 40")),
        Box::new(LookupError::new(ResolveError::Temporary, "the disk is gone")),
        Box::new(Error::TlsSetup(TlsSetupError::Unreadable(path(), io()))),
        Box::new(Error::TlsSetup(TlsSetupError::KeyLog(path(), io()))),
        Box::new(TlsSetupError::KeyLog(path(), io())),
        Box::new(LoggingConfig::from_file("no/such/file.json").unwrap_err()),
        Box::new(json("{")),
        Box::new(formatter("%(nope")),
        Box::new(formatter("%(asctime)q")),
    ];
    for error in errors {
        assert_no_doubling(&*error);
    }
    for problem in LoggingConfig::from_file("no/such/file.json").unwrap_err().iter() {
        assert_no_doubling(problem);
        assert_no_doubling(&problem.problem);
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
