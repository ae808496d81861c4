//! Lines on a terminal: a peer's bytes are escaped, and secrets are hidden by the modes that hide them.

use std::cell::Cell;

use limpid_core::error::{Cause, OsError, OsErrorKind, Phase};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::{RequestHead, ResponseHead, Role, Version};
use limpid_core::internal::transcript::Chunking;
use limpid_core::trace::{
    Capture, Credentials, Cx, Failure, Interest, Meta, Scope, Sink, StreamId, TraceEvent,
};
use limpid_sinks::{Levels, LineSink, Template};

use crate::input::Input;
use crate::parse;
use crate::setup::setup;

const MODES: [Capture; 4] =
    [Capture::Redacted, Capture::Default, Capture::Private, Capture::Everything];

/// A text that must not be shown.
const SECRET: &[u8] = b"t1ger-0f-s3crets";

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
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    assert_eq!(shown.matches('\n').count(), count.0.get(), "{shown:?}");
    assert!(shown.is_empty() || shown.ends_with('\n'));
    shown
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
    let leaks = shown.as_bytes().windows(SECRET.len()).any(|part| part == SECRET);
    assert!(!leaks, "{mode:?}: {shown:?} of {}", bytes.escape_ascii());
}

/// Returns bytes of the input without those that end the place of the secret.
fn without(input: &mut Input<'_>, ends: &[u8]) -> Vec<u8> {
    let kept = input.bytes(12).iter().filter(|byte| **byte != b'\n' && !ends.contains(byte));
    kept.copied().collect()
}

fn request_line(input: &mut Input<'_>) -> Vec<u8> {
    const KEYS: [&[u8]; 4] = [b"token", b"Access_Token", b"sig", b"password"];
    let secret = SECRET.to_vec();
    match input.below(3) {
        0 => b"GET / HTTP/1.1".to_vec(),
        1 => {
            let (path, query) = (without(input, b"#?"), without(input, b"#"));
            let (key, value, end) = (input.pick(&KEYS), without(input, b"#&"), without(input, b""));
            let target = [b"GET /", &path[..], b"?", &query, b"&", key, b"=", &value].concat();
            [target, secret, b" HTTP/1.1".to_vec(), end].concat()
        }
        _ => {
            let (user, more) = (without(input, b"/?#"), without(input, b"/?#"));
            let start = [b"GET http://", &user[..], b":"].concat();
            [start, secret, more, b"@h/ HTTP/1.1".to_vec()].concat()
        }
    }
}

fn field_line(input: &mut Input<'_>, is_first: bool) -> Vec<u8> {
    const NAMES: [&[u8]; 4] = [b"Authorization", b"cookie", b"SET-COOKIE", b"X-Api-Key"];
    if input.flag() {
        return without(input, b"");
    }
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
