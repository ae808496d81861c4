//! Lines on a terminal: a peer's bytes are escaped. In lines and in JSON, secrets are hidden by the modes that hide
//! them.

use std::cell::Cell;

use limpid_core::error::{Cause, OsError, OsErrorKind, Phase};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::{RequestHead, ResponseHead, Role, Version};
use limpid_core::internal::transcript::Chunking;
use limpid_core::trace::{
    Capture, Credentials, Cx, Failure, Interest, Meta, Scope, Sink, StreamId, TraceEvent,
};
use limpid_sinks::{JsonSink, Levels, LineSink, Template};

use crate::input::Input;
use crate::parse;
use crate::setup::setup;

const MODES: [Capture; 4] =
    [Capture::Redacted, Capture::Default, Capture::Private, Capture::Everything];

/// A text that must not be shown.
const SECRET: &[u8] = b"t1ger-0f-s3crets";

/// The beginning of a JSON Web Token whose signature follows.
const TOKEN: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.";

/// Each event is one line of printable text in every mode, and modes that hide secrets do so.
///
/// A byte chooses between any bytes of a peer, bytes with planted secrets, and invented events; a second
/// one chooses the role.
///
/// # Panics
/// Panics if the property does not hold.
pub fn line_sink(data: &[u8]) {
    let mut input = Input::new(data);
    let (kind, role) = (input.below(3), if input.flag() { Role::Client } else { Role::Server });
    for mode in MODES {
        let mut input = input;
        match kind {
            0 => drop(lines(mode, |cx| {
                let (setup, chunking) = setup(role, &mut input);
                exchange(&setup, chunking, input.rest(), cx);
            })),
            1 => secrets(mode, role, input),
            _ => drop(lines(mode, |cx| {
                while !input.is_empty() {
                    tell(&mut input, cx);
                }
            })),
        }
    }
}

/// Returns the lines on a terminal of the events that `run` emits.
fn lines(mode: Capture, run: impl FnOnce(&mut Cx<'_, (&LineSink<Vec<u8>>, &Count)>)) -> String {
    let template = "%(levelname)s %(name)s %(message)s".parse::<Template>();
    let levels = "trace".parse::<Levels>();
    let (Ok(template), Ok(levels)) = (template, levels) else { unreachable!("both are valid") };
    let sink = LineSink::new(Vec::new())
        .template(template)
        .levels(&levels)
        .terminal(true)
        .colour(false)
        .capture(mode);
    let count = Count::default();
    let mut scope = Scope::default();
    run(&mut Cx::new(Default::default(), &(&sink, &count), &mut scope));
    let shown = String::from_utf8_lossy(&sink.into_writer()).into_owned();
    assert!(!shown.chars().any(|c| c != '\n' && misleads(c)), "{shown:?}");
    assert_eq!(shown.matches('\n').count(), count.0.get(), "{shown:?}");
    assert!(shown.is_empty() || shown.ends_with('\n'));
    shown
}

/// Returns whether a character controls a terminal, or is one of those that change the order or the meaning of text
/// without being seen.
fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Returns the JSON of the events that `run` emits.
fn json(mode: Capture, run: impl FnOnce(&mut Cx<'_, JsonSink<Vec<u8>>>)) -> Vec<u8> {
    let Ok(levels) = "trace".parse::<Levels>() else { unreachable!("it is valid") };
    let sink = JsonSink::new(Vec::new()).levels(&levels).capture(mode);
    run(&mut Cx::new(Default::default(), &sink, &mut Scope::default()));
    sink.into_writer()
}

/// Counts events.
#[derive(Default)]
struct Count(Cell<usize>);

impl Sink for Count {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, _: &Meta, _: &TraceEvent<'_>) {
        self.0.set(self.0.get() + 1);
    }
}

/// Reads bytes of a peer, and emits a client's event for a rejection.
fn exchange<S: Sink>(
    setup: &limpid_core::internal::transcript::Setup<'_>,
    chunking: Chunking,
    bytes: &[u8],
    cx: &mut Cx<'_, S>,
) {
    let mut connection = parse::read(setup, chunking, bytes, cx);
    let Err(error) = connection.next(cx) else { return };
    let (cause, excerpt) = (Cause::Peer(error), connection.excerpt());
    for phase in [Phase::ReceiveHead, Phase::ReceiveBody] {
        let body = connection.body_progress();
        let mut failure = Failure::new(phase, &cause);
        (failure.excerpt, failure.body) = (excerpt, body);
        let event = TraceEvent::ReceiveResponseHeadersFailed { failure };
        cx.emit(event.kind(), || event);
    }
}

/// Plants secrets where they occur, among adversarial bytes.
fn secrets(mode: Capture, role: Role, mut input: Input<'_>) {
    let is_ours = |part: &[u8]| part.eq_ignore_ascii_case(&SECRET[..5]);
    if input.rest().windows(5).any(is_ours) || mode.shows_secrets() {
        return;
    }
    let (setup, chunking) = setup(role, &mut input);
    let mut bytes = match role {
        Role::Server => request_line(&mut input),
        Role::Client => b"HTTP/1.1 200 OK".to_vec(),
    };
    for index in 0..input.below(5) {
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&field_line(&mut input, index == 0));
    }
    bytes.extend_from_slice(b"\r\n\r\n");
    let shown = lines(mode, |cx| exchange(&setup, chunking, &bytes, cx));
    let json = json(mode, |cx| exchange(&setup, chunking, &bytes, cx));
    for shown in [shown.as_bytes(), &json] {
        let leaks = shown.windows(SECRET.len()).any(|part| part == SECRET);
        assert!(!leaks, "{mode:?}: {} of {}", shown.escape_ascii(), bytes.escape_ascii());
    }
}

/// Returns bytes of the input without those that end the place of the secret.
fn without(input: &mut Input<'_>, ends: &[u8]) -> Vec<u8> {
    let kept = input.bytes(12).iter().filter(|byte| **byte != b'\n' && !ends.contains(byte));
    kept.copied().collect()
}

fn request_line(input: &mut Input<'_>) -> Vec<u8> {
    match input.below(4) {
        0 => b"GET / HTTP/1.1".to_vec(),
        1 => {
            let (path, place) = (without(input, b"#?"), key(input));
            let end = without(input, b"");
            [b"GET /", &path[..], &place, SECRET, b" HTTP/1.1", &end].concat()
        }
        2 => {
            let (user, more) = (without(input, b"/?#"), without(input, b"/?#"));
            [b"GET http://", &user[..], b":", SECRET, &more, b"@h/ HTTP/1.1"].concat()
        }
        _ => [b"GET /", &without(input, b"")[..], TOKEN, SECRET, b" HTTP/1.1"].concat(),
    }
}

/// Returns a query up to the value of a secret key.
fn key(input: &mut Input<'_>) -> Vec<u8> {
    const KEYS: [&[u8]; 8] = [
        b"token",
        b"Access_Token",
        b"sig",
        b"password",
        b"%74oken",
        b"a[code]",
        b"s%74ate[]",
        b"X-Amz-Signature",
    ];
    let (query, key) = (without(input, b"#"), input.pick(&KEYS));
    let separator = input.pick(&[&b"&"[..], b";", b"?", b"#"]);
    [b"?", &query[..], separator, key, b"=", &without(input, b"#&;")].concat()
}

fn field_line(input: &mut Input<'_>, is_first: bool) -> Vec<u8> {
    match input.below(4) {
        0 => without(input, b""),
        1 => credential_line(input, is_first),
        _ => partly_secret_line(input),
    }
}

/// Returns a line whose value is secret as a whole.
fn credential_line(input: &mut Input<'_>, is_first: bool) -> Vec<u8> {
    const NAMES: [&[u8]; 6] = [
        b"Authorization",
        b"cookie",
        b"SET-COOKIE",
        b"X-Api-Key",
        b"X_Vault_TOKEN",
        b"Mcp-Session-Id",
    ];
    let (blank, name) = (input.pick(&[&b""[..], b" ", b"\t"]), input.pick(&NAMES));
    // After another line, a blank would continue that line's value.
    let blank = if is_first { blank } else { b"" };
    let (mut odd, before) = (without(input, b""), without(input, b""));
    let (after, colon) = (without(input, b""), input.pick(&[&b": "[..], b":", b"", b" :"]));
    // With a letter after it, it would be another name.
    if odd
        .first()
        .is_none_or(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
    {
        odd.clear();
    }
    // Without a separator, name and secret would be one word.
    let colon = if odd.is_empty() && colon.is_empty() { &b":"[..] } else { colon };
    [blank, name, &odd, colon, &before, SECRET, &after].concat()
}

/// Returns a line of whose value a part is secret.
fn partly_secret_line(input: &mut Input<'_>) -> Vec<u8> {
    const URLS: [&[u8]; 3] = [b"Location", b"referer", b"Operation-Location"];
    const OTHERS: [&[u8]; 4] = [b"X-Any", b"Server", b"Location", b"ETag"];
    let start = match input.below(4) {
        0 => [input.pick(&URLS), b": ", &without(input, b""), &key(input)].concat(),
        1 => [b"Link: </", &without(input, b"<>\"#")[..], b"?key="].concat(),
        2 => input
            .pick(&[&b"WWW-Authenticate: Negotiate "[..], b"authentication-info: nextnonce="])
            .to_vec(),
        _ => [input.pick(&OTHERS), b": ", &without(input, b""), TOKEN].concat(),
    };
    // An equals sign would make the secret the name of a parameter.
    [&start[..], SECRET, &without(input, b"=")].concat()
}

/// Emits an event whose texts are from the input.
fn tell<S: Sink>(input: &mut Input<'_>, cx: &mut Cx<'_, S>) {
    let kind = input.below(11);
    let (one, two) = (input.bytes(40), input.bytes(40));
    let (text, more) = (String::from_utf8_lossy(one), String::from_utf8_lossy(two));
    let block: FieldBlock = [(one, two), (two, one)].into_iter().collect();
    let (status, version, fields) = (input.number(), Version::HTTP_11, block.fields());
    let head = ResponseHead { version, status, reason: one, fields };
    let cause = Cause::Os(OsError { code: status.into(), kind: OsErrorKind::Other });
    let mut failure =
        Failure::new(input.pick(&[Phase::Tls, Phase::ReceiveHead, Phase::Connect]), &cause);
    failure.secure = input.flag();
    failure.excerpt = one;
    failure.body = (1, 2);
    let event = match kind {
        0 => TraceEvent::HttpRequest { method: two, url: &text, version, status, reason: one },
        1 => TraceEvent::ConnectTcpStarted {
            host: &text,
            port: status,
            local_address: Some(&more),
            timeout: None,
            socket_options: None,
        },
        2 => TraceEvent::LoadVerifyFile { cafile: &text },
        3 => TraceEvent::ReceiveResponseHeadersComplete { head },
        4 => TraceEvent::FieldRead { name: one, value: two, offset: 0 },
        5 => TraceEvent::StartLineRead { line: one, offset: 0 },
        6 => TraceEvent::BytesReceived { layer: "http", offset: 0, bytes: one },
        7 => TraceEvent::SendRequestHeadersStarted { request: one },
        8 => TraceEvent::SetupSocks5ConnectionStarted {
            stream: StreamId::default(),
            host: &text,
            port: status,
            auth: Some(Credentials { user: one, password: two }),
            connect_timeout: None,
            read_timeout: None,
            write_timeout: None,
            pool_timeout: None,
        },
        9 => TraceEvent::RequestSent {
            head: RequestHead { method: one, target: two, version, fields },
        },
        _ => TraceEvent::ReceiveResponseHeadersFailed { failure },
    };
    cx.emit(event.kind(), || event);
}
