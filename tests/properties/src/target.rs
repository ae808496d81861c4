//! Request targets, Host fields and URLs.

use std::sync::Arc;

use limpid_core::client::{Exchange, Request, RequestBuilder, Url};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, Connection, Role};
use limpid_core::internal::Reuse;
use limpid_core::internal::transcript::{Outcome, Setup, Start, Transcript};
use limpid_core::trace::{Cx, ExchangeId, NoSink, Scope};

use crate::input::Input;
use crate::url_model::{self, Parts};

const METHODS: [&str; 4] = ["GET", "OPTIONS", "CONNECT", "get"];

/// A target has one of the four forms, or is rejected; a Host field is a host and a port, or is rejected; a
/// URL is read as by a simple model, stays equal when it is read again, and gives an acceptable request,
/// the same in reused memory as in new memory.
///
/// A byte chooses the kind of the rest: a target, the value of a Host field, a URL or a reference.
///
/// # Panics
/// Panics if the property does not hold.
pub fn target(data: &[u8]) {
    let mut input = Input::new(data);
    match input.below(4) {
        0 => request_target(input.pick(&METHODS), input.rest()),
        1 => host(input.rest()),
        2 => url(&String::from_utf8_lossy(input.rest())),
        _ => reference(&String::from_utf8_lossy(input.rest())),
    }
}

fn request_target(method: &str, target: &[u8]) {
    let Some((start, _)) = read(method.as_bytes(), target, b"a") else { return };
    assert_eq!(start, Start::Request { method: method.as_bytes().into(), target: target.into() });
    let text = String::from_utf8_lossy(target);
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{text}");
    let authority = match (method, &*text) {
        ("CONNECT", authority) => {
            let port = authority.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
            assert!(matches!(port, Some(Ok(_))), "{text}");
            authority
        }
        ("OPTIONS", "*") => return,
        (_, path) if path.starts_with('/') => return,
        (_, absolute) => {
            let after = absolute.split_once("://").map(|(_, after)| after);
            after.and_then(|after| after.split(['/', '?']).next()).unwrap_or_default()
        }
    };
    assert!(!authority.is_empty() && !authority.contains('@'), "{text}");
    // An authority in a target is also one in a Host field.
    assert!(read(b"GET", b"/", authority.as_bytes()).is_some(), "{text}");
}

fn host(value: &[u8]) {
    let Some((_, fields)) = read(b"GET", b"/", value) else { return };
    // Blanks around the value are not part of it.
    let value = fields.fields().get("Host").unwrap_or_default();
    let text = String::from_utf8_lossy(value);
    assert!(
        text.is_ascii() && !text.contains(['@', '/', '?', '#', ' ', '\t', '"', '\\']),
        "{text}"
    );
    if text.starts_with('[') {
        assert!(text.contains(']'), "{text}");
    } else if let Some((_, port)) = text.split_once(':') {
        assert!(port.is_empty() || port.parse::<u16>().is_ok(), "{text}");
    }
}

fn url(text: &str) {
    let read = text.parse::<Url>();
    if let Some(expected) = url_model::read(text) {
        assert_eq!(read.as_ref().map(Parts::from).map_err(|error| *error), expected, "{text}");
    }
    match &read {
        Ok(url) => check_url(url),
        Err(error) => assert!(text.is_char_boundary(error.offset), "{error}"),
    }
    assert_eq!(
        used_memory().draft(b"GET", text).map(build),
        read.map(|url| build(Request::builder(b"GET", url)))
    );
}

/// Returns an exchange with the memory of a request.
fn used_memory() -> Exchange {
    let request = |url: &str| {
        let url = url.parse::<Url>();
        let Ok(url) = url else { unreachable!("{url:?}") };
        build(Request::builder(b"OPTIONS", url).target(b"*").body(BodySize::Unknown))
    };
    let options = Default::default();
    let first = request("https://me:pw@first.test:81/path?query#fragment");
    let mut exchange = Exchange::new(ExchangeId(1), first, Arc::clone(&options));
    exchange.restart(ExchangeId(2), request("http://second.test/"), &options);
    exchange
}

fn build(draft: RequestBuilder) -> Arc<Request> {
    draft.field(b"User-Agent", b"property").field(b"X", b"").build_shared()
}

/// Checks a reference in a redirect.
fn reference(text: &str) {
    let base = "http://me:pw@base.test:81/a/b?c#d".parse::<Url>();
    let Ok(base) = base else { unreachable!("{base:?}") };
    let Ok(url) = base.join(text) else { return };
    check_url(&url);
    assert_eq!(url.join(url.as_str()).as_ref(), Ok(&url), "a URL is a reference to itself");
    let is_base = (url.scheme(), url.host(), url.port()) == (base.scheme(), base.host(), 81);
    let has_own = text.contains('@');
    assert!(is_base || has_own || url.credentials().is_none(), "{text} takes credentials away");
}

fn check_url(url: &Url) {
    let again = url.as_str().parse::<Url>();
    assert_eq!(again.as_ref().map(Url::as_str), Ok(url.as_str()));
    assert_eq!(again.as_ref(), Ok(url));
    assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{:?}", url.as_str());
    assert!(url.target().starts_with('/') && !url.target().contains('#'));
    assert!(!url.host().is_empty() && url.host() == url.host().to_ascii_lowercase());
    assert!(url.credentials().is_none() || url.redacted().contains("[secure]@"), "{url}");
    // A client can send it, and a server reads the same.
    let (bytes, target) = (send(url), url.target().as_bytes());
    let Some((start, fields)) = read_bytes(&bytes) else {
        unreachable!("refused: {}", bytes.escape_ascii())
    };
    assert_eq!(start, Start::Request { method: b"GET"[..].into(), target: target.into() });
    assert_eq!(fields.fields().get("Host"), Some(url.authority().as_bytes()));
}

/// Returns the bytes of a request for `url`.
fn send(url: &Url) -> Vec<u8> {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
    let mut connection = Connection::new(Role::Client, Default::default());
    let mut fields = FieldBlock::new();
    fields.push(b"Host", url.authority().as_bytes());
    let (target, fields) = (url.target().as_bytes(), fields.fields());
    let sent = connection.send_request(&mut cx, b"GET", target, fields, BodySize::None);
    assert_eq!(sent, Ok(()), "{}", url.as_str());
    assert_eq!(connection.finish(&mut cx, Fields::EMPTY), Ok(()));
    connection.out().concat()
}

/// Returns a server's result for a request with this target and this Host field, if it accepts it.
fn read(method: &[u8], target: &[u8], host: &[u8]) -> Option<(Start, FieldBlock)> {
    // A line feed would end the line early.
    if target.contains(&b'\n') || host.contains(&b'\n') {
        return None;
    }
    read_bytes(&[method, b" ", target, b" HTTP/1.1\r\nHost: ", host, b"\r\n\r\n"].concat())
}

fn read_bytes(bytes: &[u8]) -> Option<(Start, FieldBlock)> {
    let setup = Setup { role: Role::Server, method: b"", config: Default::default(), eof: false };
    let Ok((mut transcript, outcome)) = Transcript::read(&setup, [bytes]) else { return None };
    match outcome {
        Outcome::Complete | Outcome::Switched(_) => {
            let message = transcript.messages.pop()?;
            Some((message.start, message.fields))
        }
        _ => None,
    }
}
