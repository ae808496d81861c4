//! Limits and tolerances are those of the request, also on a connection that another one has opened.

use limpid_core::client::{Link, Options, Request};
use limpid_core::error::{Cause, PeerError, Rule};
use limpid_core::limits::{Config, Lenient, Limits};

use crate::bench::{Bench, Stop};

/// Sends a request with this configuration, over `link` if there is one, and receives a response.
fn exchange(
    config: Config,
    link: Option<Box<Link>>,
    response: &str,
) -> Result<Option<Box<Link>>, Cause> {
    let request = Request::builder(b"GET", "http://localhost/".parse().unwrap()).build();
    let mut bench = Bench::of(request, Options::with(|options| options.config = config), b"");
    bench.link = link;
    assert!(matches!(bench.run(), Stop::Read(..)));
    match bench.server_sends(response) {
        Stop::Failed(error) => Err(error.cause),
        _ => bench.run_to_end().map(|()| bench.link),
    }
}

const OK: &str = "HTTP/1.1 204 X\r\n\r\n";
const BARE_LF: &str = "HTTP/1.1 204 X\na: b\n\n";

fn tolerant() -> Config {
    Config::with(|config| config.lenient = Lenient::BARE_LF)
}

fn refused(rule: Rule, offset: u64, byte: Option<u8>) -> Cause {
    Cause::Peer(PeerError { rule, offset, byte })
}

#[test]
fn reused_connection_has_the_tolerances_of_the_request() {
    let link = exchange(Config::STRICT, None, OK).unwrap();
    assert!(link.is_some(), "the connection can be reused");
    let link = exchange(tolerant(), link, BARE_LF).unwrap();
    assert!(link.is_some(), "the connection can be reused");
    let sent = (OK.len() + BARE_LF.len()) as u64;
    let error = exchange(Config::STRICT, link, BARE_LF).unwrap_err();
    assert_eq!(error, refused(Rule::BareLf, sent + 14, Some(b'\n')));
}

#[test]
fn reused_connection_has_the_limits_of_the_request() {
    let narrow = Config::with(|config| {
        config.limits = Limits::with(|limits| limits.fields = 1);
    });
    let fields = "HTTP/1.1 204 X\r\na: b\r\nc: d\r\n\r\n";
    let link = exchange(narrow, None, OK).unwrap();
    let link = exchange(Config::CLIENT, link, fields).unwrap();
    let sent = (OK.len() + fields.len()) as u64;
    let error = exchange(narrow, link, fields).unwrap_err();
    assert_eq!(error, refused(Rule::TooManyFields, sent + 22, None));
}
