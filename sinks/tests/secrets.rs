//! The redaction policy of all outputs: a secret is planted in each place and searched for in the output of
//! each sink in each capture mode.

#![cfg(test)]

#[cfg(any(feature = "log", feature = "tracing"))]
mod bridged;
mod common;
mod samples;

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use common::{failure, fields};
use limpid_core::error::{Call, Cause, Misuse, MisuseError, PeerError, Phase, Rule};
use limpid_core::http1::{RequestHead, ResponseHead, State, Version};
use limpid_core::trace::{
    Capture, Credentials, Interest, Meta, OwnedTraceEvent, Sink, StreamId, TraceEvent,
};
use limpid_sinks::combine::{Filter, Group, Sampling, Tee};
use limpid_sinks::{ChannelSink, JsonSink, Levels, LineSink, Ring};

/// The secret. No output contains this word otherwise.
const SECRET: &str = "tiger";

/// A place of a secret, and the first mode that shows it.
struct Place {
    name: &'static str,
    event: OwnedTraceEvent,
    shown_from: Capture,
}

fn place(name: &'static str, shown_from: Capture, event: TraceEvent<'_>) -> Place {
    Place { name, event: (&event).into(), shown_from }
}

/// Returns all places.
fn places() -> Vec<Place> {
    let mut places = fields_read();
    places.extend(heads());
    places.extend(requests());
    places.extend(urls());
    places.extend(failures());
    let auth = Some(Credentials { user: b"me", password: b"tiger" });
    let (stream, host, port) = (StreamId::default(), "h", 1080);
    let socks = TraceEvent::SetupSocks5ConnectionStarted {
        stream,
        host,
        port,
        auth,
        connect_timeout: None,
        read_timeout: None,
        write_timeout: None,
        pool_timeout: None,
    };
    places.push(place("SOCKS password", Capture::Private, socks));
    for (error, shown_from) in [
        ("cannot read https://me:tiger@h/: refused", Capture::Private),
        ("\"https://h/a?x=1&token=tiger\" is not there", Capture::Private),
        ("the request had Cookie: a=1; sid=tiger", Capture::Private),
        ("no (Authorization:Basic tiger) here", Capture::Private),
        ("there is no tiger", Capture::Default),
    ] {
        let failed = TraceEvent::HandlerFailed { why: "it returned an error", error: Some(error) };
        places.push(place("error of a handler", shown_from, failed));
    }
    let bytes = b"Authorization: Bearer tiger\r\n";
    let received = TraceEvent::BytesReceived { layer: "http", offset: 0, bytes };
    places.push(place("bytes received", Capture::Everything, received));
    places.push(place(
        "bytes sent",
        Capture::Everything,
        TraceEvent::BytesSent { layer: "http", offset: 0, bytes },
    ));
    places
}

fn fields_read() -> Vec<Place> {
    [
        ("Authorization", "Basic tiger"),
        ("proxy-authorization", "Basic tiger"),
        ("Cookie", "sid=tiger"),
        ("SET-COOKIE", "sid=tiger; Path=/"),
        ("X-Api-Key", "tiger"),
        ("Location", "https://me:tiger@h/"),
        ("Referer", "https://h/?access_token=tiger"),
    ]
    .into_iter()
    .flat_map(|(name, value)| {
        let (name_bytes, value) = (name.as_bytes(), value.as_bytes());
        [
            TraceEvent::FieldRead { name: name_bytes, value, offset: 0 },
            TraceEvent::TrailerRead { name: name_bytes, value, offset: 0 },
        ]
        .map(|event| place(name, Capture::Private, event))
    })
    .collect()
}

fn heads() -> Vec<Place> {
    [("Set-Cookie", "sid=tiger"), ("Location", "/?a=1&sig=tiger")]
        .into_iter()
        .flat_map(|field| {
            let block = fields(&[("Server", "x"), field]);
            let (version, reason) = (Version::HTTP_11, &b"OK"[..]);
            let head = ResponseHead { version, status: 200, reason, fields: block.fields() };
            [
                TraceEvent::ReceiveResponseHeadersComplete { head },
                TraceEvent::InformationalRead { head },
                TraceEvent::ResponseSent { head },
            ]
            .map(|event| place(field.0, Capture::Private, event))
        })
        .collect()
}

fn requests() -> Vec<Place> {
    [
        ("cookie of a request", "/", ("Cookie", "sid=tiger")),
        ("credentials of a request", "/", ("authorization", "Bearer tiger")),
        ("credentials for a proxy", "h:443", ("Proxy-Authorization", "Basic tiger")),
        ("query of a target", "/a?token=tiger", ("Host", "h")),
        ("userinfo of a target", "http://me:tiger@h/", ("Host", "h")),
    ]
    .into_iter()
    .flat_map(|(name, target, field)| {
        let (block, version) = (fields(&[("Server", "x"), field]), Version::HTTP_11);
        let (method, target, fields) = (&b"GET"[..], target.as_bytes(), block.fields());
        let head = RequestHead { method, target, version, fields };
        [TraceEvent::RequestSent { head }, TraceEvent::RequestRead { head }]
            .map(|event| place(name, Capture::Private, event))
    })
    .collect()
}

fn urls() -> Vec<Place> {
    let request = |url| TraceEvent::HttpRequest {
        method: b"GET",
        url,
        version: Version::HTTP_11,
        status: 200,
        reason: b"OK",
    };
    let line = |line| TraceEvent::StartLineRead { line, offset: 0 };
    [
        ("userinfo", request("https://me:tiger@h/")),
        ("userinfo without a password", request("https://tiger@h/")),
        ("token in a query", request("https://h/?a=1&access_token=tiger")),
        ("signature in a query", request("https://h/?X-Amz-Signature=tiger#top")),
        ("userinfo in a start line", line(&b"GET http://me:tiger@h/ HTTP/1.1"[..])),
        ("token in a start line", line(b"GET /?token=tiger&b=2 HTTP/1.1")),
    ]
    .map(|(name, event)| place(name, Capture::Private, event))
    .into()
}

fn failures() -> Vec<Place> {
    let peer = |rule| Cause::Peer(PeerError { rule, offset: 0, byte: Some(0) });
    let misuse = |misuse| {
        let (client, server) = (State::Idle, State::Idle);
        Cause::Misuse(MisuseError { call: Call::SendRequest, misuse, client, server })
    };
    [
        ("cookie in a refused line", peer(Rule::FieldValueCharacter), "Set-Cookie: tiger\0"),
        ("cookie without a colon", peer(Rule::FieldColon), "Set-Cookie tiger"),
        ("continued line", peer(Rule::ObsoleteFold), " tiger"),
        ("URL in a refused line", peer(Rule::FieldValueCharacter), "Location: /?token=tiger\x01"),
        ("field that must not be sent", misuse(Misuse::FieldValue(0)), "Cookie: tiger\x01"),
        ("value that must not be sent", misuse(Misuse::FieldValue(0)), "tiger\x01"),
        ("name that must not be sent", misuse(Misuse::FieldName(0)), "Cookie: tiger"),
    ]
    .into_iter()
    .map(|(name, cause, excerpt)| {
        let failure = failure(Phase::ReceiveHead, &cause, excerpt.as_bytes());
        place(name, Capture::Private, TraceEvent::ReceiveResponseHeadersFailed { failure })
    })
    .collect()
}

/// A shared writer whose content can be read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

fn lines(writer: Shared, capture: Capture) -> LineSink<Shared> {
    LineSink::new(writer).levels(&Levels::everything()).capture(capture)
}

fn tell(sink: &dyn Sink, event: &TraceEvent<'_>) {
    sink.event(&meta(event), event);
}

fn meta(event: &TraceEvent<'_>) -> Meta {
    samples::meta(event.kind())
}

/// Returns the output of a sink for an event in a mode.
type Output = fn(&TraceEvent<'_>, Capture) -> String;

/// Returns all outputs. Events that are sent or kept are shown through a sink of lines.
fn outputs() -> Vec<(&'static str, Output)> {
    #[cfg_attr(not(any(feature = "log", feature = "tracing")), expect(unused_mut))]
    let mut outputs: Vec<(&'static str, Output)> = vec![
        ("lines", |event, capture| {
            let out = Shared::default();
            tell(&lines(out.clone(), capture), event);
            out.text()
        }),
        ("lines on a terminal", |event, capture| {
            let out = Shared::default();
            tell(&lines(out.clone(), capture).terminal(true), event);
            out.text()
        }),
        ("JSON", |event, capture| {
            let out = Shared::default();
            let sink = JsonSink::new(out.clone()).levels(&Levels::everything());
            tell(&sink.capture(capture), event);
            out.text()
        }),
        ("channel", |event, capture| {
            let (sink, receiver) = ChannelSink::bounded(1);
            tell(&sink.levels(&Levels::everything()), event);
            let item = receiver.try_recv().unwrap();
            let out = Shared::default();
            lines(out.clone(), capture).event(&item.meta, &item.event.borrow());
            out.text()
        }),
        ("ring", |event, capture| {
            let ring = Ring::new(Ring::LEAST).levels(&Levels::everything());
            tell(&ring, event);
            let out = Shared::default();
            ring.dump(&lines(out.clone(), capture));
            out.text()
        }),
        ("combined", |event, capture| {
            let out = Shared::default();
            let filter = Filter::new(lines(out.clone(), capture)).only(Interest::ALL);
            tell(&Tee::new().with(Group::new(Sampling::new(filter, 1))), event);
            out.text()
        }),
    ];
    #[cfg(feature = "log")]
    outputs.push(("log", bridged::through_log));
    #[cfg(feature = "tracing")]
    outputs.push(("tracing", bridged::through_tracing));
    outputs
}

#[test]
fn secrets_are_shown_only_by_permitting_modes() {
    let modes = [Capture::Redacted, Capture::Default, Capture::Private, Capture::Everything];
    let mut wrong = String::new();
    for (output, show) in outputs() {
        for Place { name, event, shown_from } in places() {
            for capture in modes {
                let shown = show(&event.borrow(), capture);
                assert!(!shown.is_empty(), "{output} of {name} is there");
                if shown.contains(SECRET) != (capture >= shown_from) {
                    let _ = writeln!(wrong, "{output}, {name}, {capture:?}: {shown}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "not as the modes say:\n{wrong}");
}
