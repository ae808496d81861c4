//! The stored forms of what a recording contains: exact, stable, and safe to read.
//!
//! `LIMPID_BLESS=1 cargo test -p limpid-core --test stored` rewrites the stored forms. A changed form needs a new
//! version of every file format that contains it.

#![cfg(test)]

use std::error::Error as _;
use std::fmt::{Debug, Write as _};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{
    self, AddressFamily, AttemptDelay, DialId, Hosts, NoProxy, ProxyOptions, ProxyRules, Request,
    Retirement, RetryFailures, RetryPolicy, RouteOptions, Substitutes, TrustId,
};
use limpid_core::error::{
    Call, Cause, CertificateProblem, CodingError, CodingFault, Error, Misuse, MisuseError, OsError,
    OsErrorKind, PeerError, Phase, ResolveError, Rule, SocksError, TlsError,
};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::BodySize;
use limpid_core::internal::{Reader, Stored};
use limpid_core::limits::{Lenient, Limits};
use limpid_core::server;
use limpid_core::time::{Mono, Waiting};
use limpid_core::trace::{Capture, ConnectionId, SocketOption};
use limpid_core::transport::{CertificateReader, LayerError, LayerState};

fn bytes(value: &impl Stored) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.store(&mut bytes);
    bytes
}

/// Returns the value that is read from the bytes of another one.
fn again<T: Stored + Debug>(value: &T) -> T {
    let stored = bytes(value);
    let mut reader = Reader::new(&stored);
    let read = T::load(&mut reader);
    assert!(reader.is_at_end(), "{value:?}");
    for len in 0..stored.len() {
        // A prefix is either refused or another value; it never panics.
        let _ = T::load(&mut Reader::new(&stored[..len]));
    }
    read.unwrap_or_else(|| panic!("{value:?} cannot be read from {stored:?}"))
}

fn round_trips<T: Stored + Debug + PartialEq>(value: &T) {
    assert_eq!(again(value), *value);
    assert_eq!(bytes(&again(value)), bytes(value));
}

const SECOND: Duration = Duration::from_millis(1001);

type Edits<T> = Vec<(&'static str, fn(&mut T))>;

/// Checks that a change of each field changes the stored form and survives it.
fn keeps_each_field<T: Stored + Debug + Default>(edits: Edits<T>) -> Vec<(String, Vec<u8>)> {
    let plain = format!("{:?}", T::default());
    let mut forms = Vec::new();
    for (name, edit) in edits {
        let mut value = T::default();
        edit(&mut value);
        let (stored, text) = (bytes(&value), format!("{value:?}"));
        assert_ne!(text, plain, "{name}");
        assert_ne!(stored, bytes(&T::default()), "{name}");
        let read = again(&value);
        assert_eq!(bytes(&read), stored, "{name}");
        // The address of a function differs.
        if name != "certificates" {
            assert_eq!(format!("{read:?}"), text, "{name}");
        }
        forms.push((name.to_owned(), stored));
    }
    forms
}

const READER: CertificateReader = CertificateReader(|_| None);

fn route() -> RouteOptions {
    let mut hosts = Hosts::default();
    hosts.add("a.test", 443, ["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()]);
    let mut substitutes = Substitutes::default();
    substitutes.add("c.test", Some(80), "d.test", None);
    RouteOptions {
        server_name: Some("b.test".into()),
        local_address: Some("127.0.0.1".parse().unwrap()),
        socket_options: Some(vec![SocketOption { level: 1, name: -9, value: i32::MIN }]),
        unix_socket: Some("/run/x".into()),
        hosts,
        substitutes,
        family: Some(AddressFamily::V6),
        proxy: ProxyOptions::with(|proxy| {
            (proxy.tunnel, proxy.connect_http10) = (true, true);
            proxy.fields.push(b"X-Team", b"7");
        }),
    }
}

fn client_options() -> Edits<client::Options> {
    vec![
        ("timeouts", |o| {
            let t = &mut o.timeouts;
            (t.pool, t.connect, t.read, t.write) = (None, Some(SECOND), Some(Duration::MAX), None);
            (t.expect_continue, t.total, t.rate, t.rate_time) = (None, Some(SECOND), 9, SECOND);
        }),
        ("limits", |o| o.config.limits = limits()),
        ("lenient", |o| o.config.lenient = Lenient::ALL),
        ("raw", |o| o.config.raw = true),
        ("trust", |o| o.trust = Some(TrustId::new(0))),
        ("proxy_trust", |o| o.proxy_trust = Some(TrustId::new(u64::MAX - 1))),
        ("verify", |o| o.verify = true),
        ("decode", |o| o.decode = true),
        ("traceparent", |o| o.traceparent = true),
        ("redirects", |o| o.redirects = Some(20)),
        ("validate_connected", |o| o.validate_connected = true),
        ("latin1_location", |o| o.latin1_location = true),
        ("attempt_delay", |o| o.attempt_delay = AttemptDelay::MAX),
        ("connect_retries", |o| o.connect_retries = 3),
        ("resend", |o| o.resend = false),
        ("retries", |o| {
            o.retries = Some(Arc::new(RetryPolicy::with(|policy| {
                (policy.most, policy.statuses) = (9, vec![500, 599]);
                policy.failures = RetryFailures::TIMEOUTS;
                (policy.delay, policy.max_delay) = (SECOND, Duration::MAX);
                (policy.max_retry_after, policy.total) = (None, Some(SECOND));
                (policy.jitter, policy.seed) = (false, u64::MAX);
                (policy.all_methods, policy.timeout_each) = (true, true);
            })));
        }),
        ("drain", |o| o.drain = None),
        ("drain limits", |o| o.drain.as_mut().unwrap().time = SECOND),
        ("read_after_send", |o| o.read_after_send = true),
        ("require_close_notify", |o| o.require_close_notify = true),
        ("certificates", |o| o.certificates = Some(READER)),
        ("proxies", |o| {
            o.proxies = ProxyRules::from("http://me:pw@p.test".parse::<client::Proxy>().unwrap());
        }),
        ("environment", |o| {
            o.proxies = ProxyRules::from_environment(|name| match name {
                "https_proxy" => Some("socks5://[::1]".into()),
                "ALL_PROXY" => Some("https://p.test".into()),
                _ => None,
            })
            .unwrap()
            .except(NoProxy::from("a.test:80, 10.0.0.0/8, 2001:db8::/32"));
        }),
        ("no proxy", |o| {
            o.proxies = ProxyRules::default().except(NoProxy::from("*"));
        }),
        ("redirect_rules", |o| o.redirect_rules.referer = true),
        ("https_only", |o| o.https_only = true),
        ("route", |o| o.route = Arc::new(route())),
    ]
}

fn limits() -> Limits {
    Limits::with(|l| {
        (l.start_line, l.head, l.fields, l.blank_lines) = (1, 2, 3, 4);
        (l.chunk_line, l.chunk_extensions, l.trailers) = (5, 6, 7);
        (l.body, l.expansion, l.informational) = (8, 9, 10);
        (l.read, l.buffer) = (11, 12);
    })
}

fn server_options() -> Edits<server::Options> {
    vec![
        ("timeouts", |o| {
            let t = &mut o.timeouts;
            (t.handshake, t.head, t.body, t.request) = (None, Some(SECOND), None, Some(SECOND));
            (t.write, t.idle, t.linger, t.rate) = (None, Some(SECOND), None, 7);
            t.buffers = None;
        }),
        ("limits", |o| o.config.limits = limits()),
        ("lenient", |o| o.config.lenient = Lenient::BARE_LF),
        ("secure", |o| o.secure = true),
        ("name", |o| o.name = None),
        ("drain", |o| o.drain = 1 << 40),
        ("half_close", |o| o.half_close = false),
        ("require_close_notify", |o| o.require_close_notify = true),
        ("certificates", |o| o.certificates = Some(READER)),
    ]
}

fn requests() -> Vec<(&'static str, Request)> {
    let builder = |method: &[u8], url: &str| Request::builder(method, url.parse().unwrap());
    vec![
        ("GET", builder(b"GET", "http://me:p%20w@h.test:81/a?b=c#d").field(b"X", b"a\xff").build()),
        ("zone", builder(b"GET", "http://[fe80::1%25eth0]/").build()),
        (
            "POST",
            builder(b"POST", "https://h.test/")
                .body(BodySize::Length(70_000))
                .expect_continue()
                .build(),
        ),
        ("chunked", builder(b"PUT", "ws://h.test/").body(BodySize::Unknown).tag("job 7").build()),
        ("CONNECT", builder(b"CONNECT", "http://h.test/").build()),
        ("target", builder(b"OPTIONS", "http://h.test/x").target(b"*").build()),
        (
            "without",
            builder(b"POST", "http://u@h.test/")
                .without(b"Host")
                .without(b"accept")
                .without(b"User-Agent")
                .without(b"Authorization")
                .without(b"Accept-Encoding")
                .without(b"Content-Length")
                .accept_codings(true)
                .build(),
        ),
        (
            "contradiction",
            builder(b"POST", "http://h/")
                .field(b"Content-Length", b"5")
                .body(BodySize::Length(6))
                .build(),
        ),
        ("invalid", builder(b"G T", "http://h/").field(b"a b", b"c\nd").field(b"", b"").build()),
        (
            "same field twice",
            builder(b"GET", "http://h/").field(b"A", b"1").field(b"a", b"2").build(),
        ),
    ]
}

fn causes() -> Vec<Cause> {
    let os = OsError { code: -111, kind: OsErrorKind::Refused };
    let misuse = |misuse| {
        Cause::Misuse(MisuseError {
            call: Call::HandleBody,
            misuse,
            client: limpid_core::http1::State::Idle,
            server: limpid_core::http1::State::Failed,
        })
    };
    let coding = |fault| {
        Cause::Coding(CodingError { coding: limpid_core::coding::Coding::Zstd, fault, offset: 300 })
    };
    vec![
        Cause::Os(os),
        Cause::TimedOut(Waiting::Rate),
        Cause::Resolve(ResolveError::Other(-5)),
        Cause::Resolve(ResolveError::UnknownZone),
        Cause::Tls(TlsError::Certificate(CertificateProblem::Invalid)),
        Cause::Tls(TlsError::Alert(255)),
        Cause::Tls(TlsError::CloseNotifyMissing),
        misuse(Misuse::State),
        misuse(Misuse::FieldValue(7)),
        misuse(Misuse::BodyTooShort(1 << 50)),
        misuse(Misuse::TooManyBytes),
        Cause::Cancelled,
        Cause::Body(os),
        Cause::Proxy(407),
        Cause::Socks(SocksError::Method(0, 255)),
        Cause::Socks(SocksError::Malformed),
        Cause::BodyConsumed,
        Cause::BadRedirect,
        Cause::NotHttps,
        Cause::TooManyRedirects,
        Cause::Superseded,
        coding(CodingFault::Expansion(200)),
        coding(CodingFault::Window),
        Cause::Layer(u32::MAX),
        Cause::AnsweredEarly(503),
        Cause::PeerGone,
        Cause::Peer(PeerError { rule: Rule::SpaceBeforeColon, offset: 1 << 33, byte: Some(b' ') }),
    ]
}

fn errors() -> Vec<Error> {
    let mut whole = Error::new(Cause::TimedOut(Waiting::Read))
        .with_certificate(vec![0x30, 0])
        .with_proxy("p.test", 8080)
        .with_location("/x")
        .with_limit(SECOND)
        .with_rate(240)
        .with_source(Error::new(Cause::BadRedirect).with_source("the deepest"));
    (whole.phase, whole.secure, whole.is_idempotent) = (Phase::Redirect, true, true);
    (whole.request_bytes, whole.response_bytes) = (1, 1 << 60);
    causes().into_iter().map(Error::new).chain([whole]).collect()
}

/// Returns the texts of an error and of its sources.
fn chain(error: &Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        texts.push(error.to_string());
        source = error.source();
    }
    texts
}

#[test]
fn options_of_clients_are_read_as_they_were_stored() {
    keeps_each_field(client_options());
}

#[test]
fn options_of_servers_are_read_as_they_were_stored() {
    keeps_each_field(server_options());
}

#[test]
fn function_of_options_is_stored_as_present_or_not() {
    let with = client::Options::with(|options| options.certificates = Some(READER));
    assert!(again(&with).certificates.is_some());
    assert!(again(&client::Options::default()).certificates.is_none());
}

#[test]
fn rules_for_proxies_choose_alike_for_the_same_reason() {
    let read = again(&client::Options::with(client_options()[22].1));
    let secure = "https://b.test/".parse().unwrap();
    assert_eq!(read.proxies.proxy_for(&secure).unwrap().host(), "::1");
    assert_eq!(read.proxies.proxy_for(&"https://10.1.2.3/".parse().unwrap()), None);
    assert_eq!(read.proxies, client::Options::with(client_options()[22].1).proxies);
}

#[test]
fn requests_are_read_as_they_were_stored() {
    for (_, request) in requests() {
        round_trips(&request);
    }
}

#[test]
fn masked_request_has_the_same_lengths() {
    let secret =
        Request::builder(b"GET", "http://me:p%20w@h.test/a?token=tiger#x".parse().unwrap())
            .field(b"Cookie", b"a=tiger")
            .field(b"X-Any", b"shown")
            .build();
    let stored = |capture| {
        let mut stored = Vec::new();
        secret.store_masked(capture, &mut stored);
        stored
    };
    let masked = Request::load(&mut Reader::new(&stored(Capture::Default))).unwrap();
    assert_eq!(masked.url().as_str(), "http://me:*%2A*@h.test/a?token=*****#x");
    assert_eq!(bytes(&masked).len(), bytes(&secret).len());
    let fields = masked.fields().fields();
    assert_eq!(fields.get("Cookie"), Some(&b"*******"[..]));
    assert_eq!(fields.get("Authorization"), Some(&b"***** ********"[..]));
    assert_eq!(fields.get("X-Any"), Some(&b"shown"[..]));
    assert_eq!(stored(Capture::Private), bytes(&secret));
}

#[test]
fn masked_options_have_no_password_of_a_proxy() {
    let options = client::Options::with(|options| {
        options.proxies = "http://me:tiger@p.test".parse::<client::Proxy>().unwrap().into();
        let proxy = ProxyOptions::with(|p| p.fields.push(b"Proxy-Authorization", b"Basic tiger"));
        options.route = Arc::new(RouteOptions { proxy, ..RouteOptions::default() });
    });
    let masked = options.masked(Capture::Default);
    let field = masked.route.proxy.fields.fields().get("Proxy-Authorization");
    assert_eq!(field, Some(&b"***** *****"[..]));
    let url = "http://h/".parse().unwrap();
    let credentials = |capture| {
        let masked = options.masked(capture);
        let proxy = masked.proxies.proxy_for(&url).unwrap();
        proxy.credentials().map(|(user, word)| [user, b":", word].concat())
    };
    assert_eq!(credentials(Capture::Default).unwrap(), b"me:*****");
    assert_eq!(credentials(Capture::Redacted).unwrap(), b"**:*****");
    assert_eq!(credentials(Capture::Everything).unwrap(), b"me:tiger");
}

#[test]
fn errors_are_read_as_they_were_stored() {
    for error in errors() {
        let read = again(&error);
        assert_eq!(chain(&read), chain(&error));
        assert_eq!(bytes(&read), bytes(&error));
        assert_eq!((read.cause, read.certificate()), (error.cause, error.certificate()));
    }
    for rule in Rule::ALL {
        round_trips(rule);
    }
}

#[test]
fn sources_of_a_stored_error_are_limited() {
    let mut error = Error::new(Cause::Cancelled);
    for _ in 0..100 {
        error = Error::new(Cause::Cancelled).with_source(error);
    }
    assert_eq!(chain(&again(&error)).len(), 33);
}

#[test]
fn numbers_and_addresses_are_read_as_they_were_stored() {
    for number in [0, 1, 127, 128, 1 << 14, 1 << 35, u64::MAX] {
        round_trips(&number);
    }
    for number in [0, -1, 1, i32::MIN, i32::MAX] {
        round_trips(&number);
    }
    round_trips(&Mono::from_nanos(7));
    round_trips(&ConnectionId(7));
    for address in ["1.2.3.4:5", "[::1]:80", "[fe80::1%7]:9"] {
        round_trips(&address.parse::<std::net::SocketAddr>().unwrap());
    }
}

#[test]
fn what_layers_and_pools_answer_round_trips() {
    round_trips(&DialId(7));
    for state in
        [LayerState::Opening, LayerState::Open, LayerState::Delivered, LayerState::PeerClosed]
    {
        round_trips(&state);
    }
    for why in [Retirement::Expired, Retirement::NotSilent, Retirement::Closed] {
        round_trips(&why);
    }
    for error in [
        LayerError::from(TlsError::NotTls),
        LayerError::tls(TlsError::Alert(40), "SSL alert number 40"),
        LayerError::Socks(SocksError::Reply(5)),
        LayerError::other(7, "the frame is longer than it may be"),
    ] {
        let read = again(&error);
        let source = |error: &LayerError| error.source().map(ToString::to_string);
        assert_eq!((read.to_string(), source(&read)), (error.to_string(), source(&error)));
    }
}

#[test]
fn numbers_that_are_too_large_are_refused() {
    fn refused<T: Stored + Debug>(bytes: &[u8]) {
        assert!(T::load(&mut Reader::new(bytes)).is_none(), "{bytes:?}");
    }
    refused::<u64>(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]);
    refused::<u64>(&[0x80; 11]);
    refused::<u16>(&bytes(&65_536_u64));
    refused::<Duration>(&bytes(&(1_u64, 1_000_000_000_u32)));
    // A list of more items than there are bytes.
    refused::<Vec<String>>(&bytes(&u64::MAX));
    refused::<FieldBlock>(&bytes(&(1_u64 << 40)));
    refused::<Lenient>(&bytes(&u32::MAX));
}

#[test]
fn stored_forms_are_those_of_the_version() {
    let mut text = String::new();
    let mut add = |kind: &str, name: &str, bytes: &[u8]| {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(text, "{kind} {name}: {hex}").unwrap();
    };
    for (name, form) in keeps_each_field(client_options()) {
        add("client", &name, &form);
    }
    for (name, form) in keeps_each_field(server_options()) {
        add("server", &name, &form);
    }
    for (name, request) in requests() {
        // The field User-Agent has the version of the crate.
        let form = bytes(&request);
        let agent = concat!("limpid/", env!("CARGO_PKG_VERSION"));
        let at = form.windows(agent.len()).position(|part| part == agent.as_bytes());
        match at {
            Some(at) => {
                add("request", name, &[&form[..at], b"~", &form[at + agent.len()..]].concat());
            }
            None => add("request", name, &form),
        }
    }
    for error in errors() {
        add("error", error.cause.name(), &bytes(&error));
    }
    let enums = [
        ("waiting", format!("{:?}", bytes(&Waiting::Rate))),
        ("phase", format!("{:?}", bytes(&Phase::Redirect))),
        ("system", format!("{:?}", bytes(&OsErrorKind::Other))),
    ];
    for (name, form) in enums {
        writeln!(text, "last {name}: {form}").unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored.txt");
    if std::env::var_os("LIMPID_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
    assert_eq!(text, expected, "see the head of {}", file!());
}
