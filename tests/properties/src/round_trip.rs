//! Encoded messages are read back.

use limpid_core::fields::FieldBlock;
use limpid_core::framing::Framing;
use limpid_core::http1::{BodySize, Connection, Event, Next, NotReusable, Role, State};
use limpid_core::internal::transcript::{Chunking, Message, Outcome, Setup, Start, Transcript};

use crate::input::Input;
use crate::message::{Draft, check_fields, send_body, unheard, unrefused};

/// A message that is accepted for sending is read back as itself, in both roles.
///
/// A byte chooses between request and response; the rest determines the message.
///
/// # Panics
/// Panics if the property does not hold.
pub fn round_trip(data: &[u8]) {
    let mut input = Input::new(data);
    if input.flag() {
        response(&mut input);
    } else {
        request(&mut input);
    }
}

fn request(input: &mut Input<'_>) {
    const METHODS: [&[u8]; 5] = [b"GET", b"POST", b"HEAD", b"CONNECT", b"OPTIONS"];
    const TARGETS: [&[u8]; 5] = [b"/", b"/a?b=%20", b"http://a/b", b"a:1", b"*"];
    let method = if input.flag() { input.bytes(10) } else { input.pick(&METHODS) };
    let target = if input.flag() { input.bytes(40) } else { input.pick(&TARGETS) };
    let mut draft = Draft::any(input);
    if input.flag() {
        draft.fields.push(b"Host", b"a");
    }
    let mut connection = Connection::new(Role::Client, Default::default());
    let sent = unrefused(&mut connection, |connection| {
        unheard(|cx| connection.send_request(cx, method, target, draft.fields.fields(), draft.size))
    });
    if sent.is_err() || send_body(&mut connection, &draft).is_err() {
        return;
    }
    let setup = Setup { role: Role::Server, method: b"", config: Default::default(), eof: false };
    let (message, outcome) = read(&setup, &connection.out().concat());
    assert_eq!(message.start, Start::Request { method: method.into(), target: target.into() });
    check(&draft, &draft.body(), &message);
    match (draft.size, message.framing) {
        (BodySize::None, Framing::None | Framing::Length(0)) => {}
        (BodySize::None, Framing::Tunnel) => assert_eq!(method, b"CONNECT"),
        (BodySize::Length(length), Framing::Length(read)) => assert_eq!(length, read),
        (BodySize::Unknown, Framing::Chunked) => {}
        (size, framing) => unreachable!("{size:?} is read as {framing:?}"),
    }
    if message.framing == Framing::Tunnel {
        assert_eq!(outcome, Outcome::Switched(Vec::new()));
    } else {
        assert_eq!(outcome, Outcome::Complete);
        let closes = connection.reuse() == Err(NotReusable::WeAsked);
        assert_eq!(message.keep_alive, !closes, "{:?}", connection.reuse());
    }
}

fn response(input: &mut Input<'_>) {
    const REQUESTS: [(&[u8], &[u8]); 6] = [
        (b"GET", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (b"HEAD", b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (b"CONNECT", b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (b"GET", b"GET / HTTP/1.0\r\n\r\n"),
        (b"GET", b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
        (b"GET", b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    ];
    let (method, request) = input.pick(&REQUESTS);
    let mut connection = asked(request);
    let mut interim = Vec::new();
    for _ in 0..input.below(3) {
        let (status, fields) = (100 + input.number() % 110, Draft::any(input).fields);
        let sent = unrefused(&mut connection, |connection| {
            unheard(|cx| connection.send_informational(cx, status, b"", fields.fields()))
        });
        if sent.is_ok() {
            interim.push((status, fields));
        }
    }
    let status =
        if input.flag() { input.number() % 1100 } else { input.pick(&[200, 204, 304, 101]) };
    let reason = input.bytes(20);
    let draft = Draft::any(input);
    let sent = unrefused(&mut connection, |connection| {
        unheard(|cx| {
            connection.send_response(cx, status, reason, draft.fields.fields(), draft.size)
        })
    });
    if sent.is_err() {
        return;
    }
    let switches = connection.state(Role::Server) == State::Switched;
    let mut draft = draft;
    if switches || method == b"HEAD" || matches!(status, 204 | 304) {
        // No body follows the head.
        draft.pieces.clear();
    }
    if !switches && send_body(&mut connection, &draft).is_err() {
        return;
    }
    let eof = connection.reuse().is_err();
    let setup = Setup { role: Role::Client, method, config: Default::default(), eof };
    let bytes = connection.out().concat();
    let mut interim = interim.into_iter();
    let (message, outcome) = read_after(&setup, &bytes, |message| {
        let Some((status, fields)) = interim.next() else {
            unreachable!("one informational response too many: {message:?}");
        };
        assert_eq!(message.start, Start::Informational { status, reason: b""[..].into() });
        check_fields(fields.fields(), message.fields.fields());
    });
    assert_eq!(interim.next().map(|(status, _)| status), None);
    assert_eq!(message.start, Start::Response { status, reason: reason.into() });
    check(&draft, &draft.body(), &message);
    assert_eq!(message.framing == Framing::Tunnel, switches);
    assert_eq!(matches!(outcome, Outcome::Switched(_)), switches);
    assert_eq!(message.keep_alive, connection.reuse().is_ok(), "{:?}", connection.reuse());
}

/// Returns a server that has read `request` and not responded.
fn asked(request: &[u8]) -> Connection {
    let mut connection = Connection::new(Role::Server, Default::default());
    connection.push(request);
    unheard(|cx| {
        assert!(matches!(connection.next(cx), Ok(Next::Event(Event::Request(..)))));
        if connection.state(Role::Client) == State::Body {
            assert!(matches!(connection.next(cx), Ok(Next::Event(Event::End(_)))));
        }
    });
    connection
}

fn read(setup: &Setup<'_>, bytes: &[u8]) -> (Message, Outcome) {
    read_after(setup, bytes, |message| unreachable!("a message too many: {message:?}"))
}

/// Reads one message, and passes those before it to `before`.
fn read_after(setup: &Setup<'_>, bytes: &[u8], before: impl FnMut(Message)) -> (Message, Outcome) {
    let whole = Transcript::read(setup, [bytes]);
    assert_eq!(whole, Transcript::read(setup, Chunking::Random(9).pieces(bytes)));
    let Ok((mut transcript, outcome)) = whole else { unreachable!("the method cannot be sent") };
    let last = transcript.messages.pop();
    let Some(message) = last.filter(|_| transcript.unfinished.is_none()) else {
        unreachable!("not read: {outcome} in {}", bytes.escape_ascii());
    };
    transcript.messages.into_iter().for_each(before);
    (message, outcome)
}

fn check(draft: &Draft, body: &[u8], message: &Message) {
    check_fields(draft.fields.fields(), message.fields.fields());
    assert_eq!(message.body, body);
    let trailers =
        if message.framing == Framing::Chunked { &draft.trailers } else { &FieldBlock::new() };
    assert_eq!(message.trailers, *trailers);
}
