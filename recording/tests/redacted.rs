//! Recordings without secrets and bodies: what they do not contain, and what they are replayed to.

#![cfg(test)]

use std::sync::Arc;
use std::{fs, io};

use limpid_core::client::{Action, Exchange, Input, Options, Request, TrustId};
use limpid_core::error::{Cause, Error};
use limpid_core::fields::Fields;
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;
use limpid_core::trace::{
    Capture, ConnectionId, EventKind, ExchangeId, OwnedTraceEvent, TraceEvent,
};
use limpid_recording::{ExchangeRecorder, Recorder, RecorderOptions, Recording, Replayed};
use limpid_sinks::EventList;

/// In every secret and every body.
const SECRET: &[u8] = b"tiger";

/// Records a client that sends one request, and receives `responses` in pieces of this size.
struct Client {
    recording: ExchangeRecorder,
    exchange: Exchange,
    events: EventList,
}

impl Client {
    fn new(recorder: &Arc<Recorder>, options: Options) -> Self {
        let url = "http://me:tiger@h.test/a?token=tiger&b=1".parse().unwrap();
        let request = Request::builder(b"POST", url)
            .field(b"Cookie", b"a=tiger")
            .field(b"X-Shown", b"shown")
            .body(BodySize::Unknown)
            .build_shared();
        let (id, options) = (ExchangeId(7), Arc::new(options));
        let mut recording = ExchangeRecorder::new(Arc::clone(recorder));
        recording.begin(id, &request, &options, NOW);
        Self { recording, exchange: Exchange::new(id, request, options), events: EventList::new() }
    }

    fn input(&mut self, input: Input<'_>) {
        self.recording.observe(&mut self.exchange);
        let input = self.recording.input(input, &mut self.exchange, NOW);
        input.hand_to(&mut self.exchange, NOW, &self.events).unwrap();
    }

    fn poll(&mut self) -> Action {
        self.recording.observe(&mut self.exchange);
        self.recording.poll(NOW);
        self.exchange.poll(NOW, &self.events)
    }

    /// Runs the exchange to its end.
    fn run(&mut self, mut responses: &[u8], piece: usize) {
        let (mut connections, mut body) = (0, [&b"the tiger "[..], b"is here"].into_iter());
        loop {
            match self.poll() {
                Action::Acquire => {
                    connections += 1;
                    self.input(Input::Opened(ConnectionId(connections)));
                }
                Action::Resolve => self.input(Input::Resolved(&["192.0.2.1:80".parse().unwrap()])),
                Action::Dial(dial) => self.input(Input::Dialed(dial)),
                Action::Trust { .. } => self.input(Input::Trusted(TrustId::new(1))),
                Action::Wait(interest) if interest.write => {
                    let n = self.exchange.out().concat().len();
                    self.input(Input::Sent(n));
                }
                Action::Wait(interest) if interest.body => match body.next() {
                    Some(data) => self.input(Input::Body(data.into())),
                    None => {
                        let trailers = limpid_core::fields::FieldBlock::from_iter([(
                            &b"X-Token"[..],
                            &b"tiger"[..],
                        )]);
                        self.input(Input::BodyEnd(trailers.fields()));
                    }
                },
                Action::Wait(_) if responses.is_empty() => {
                    let error = io::Error::other("cannot read http://me:tiger@h/");
                    self.input(Input::ReceiveFailed(error.into()));
                }
                Action::Wait(_) => {
                    let n = piece.min(responses.len());
                    self.exchange.space(n)[..n].copy_from_slice(&responses[..n]);
                    responses = &responses[n..];
                    self.input(Input::Received(n));
                }
                Action::Done | Action::Failed => {
                    self.recording.observe(&mut self.exchange);
                    self.recording.take_link(NOW);
                    drop(self.exchange.take_link());
                    return;
                }
                _ => {}
            }
        }
    }
}

const NOW: Mono = Mono::from_nanos(5);

/// Records a run, and returns the bytes of the file, the events, and those of the replay.
fn record(
    options: RecorderOptions,
    client: Options,
    responses: &[u8],
    piece: usize,
) -> (Vec<u8>, EventList, EventList, Replayed) {
    let name = format!("limpid-redacted-{}-{:p}", std::process::id(), &options);
    let path = std::env::temp_dir().join(name);
    let recorder = Recorder::create(&path, options).unwrap();
    let mut run = Client::new(&recorder, client);
    run.run(responses, piece);
    let Client { recording, events, .. } = run;
    drop(recording);
    recorder.close();
    let bytes = fs::read(&path).unwrap();
    let replayed = EventList::new();
    let summary = Recording::open(&path).unwrap().replay(&replayed).unwrap();
    fs::remove_file(&path).unwrap();
    (bytes, events, replayed, summary)
}

fn has_secret(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|part| part == SECRET)
}

/// Returns the names and lengths of what events have, which masks keep.
fn shapes(events: &EventList) -> Vec<String> {
    let shape = |fields: Fields<'_>| {
        let of = |field: limpid_core::fields::Field<'_>| {
            format!("{}={}", field.name.escape_ascii(), field.value.len())
        };
        fields.iter().map(of).collect::<Vec<_>>().join(" ")
    };
    let events = events.events();
    let shapes = events.iter().map(|(meta, event)| {
        let detail = match event.borrow() {
            TraceEvent::RequestSent { head } => {
                format!("{} {}", head.target.len(), shape(head.fields))
            }
            TraceEvent::ReceiveResponseHeadersComplete { head } => shape(head.fields),
            TraceEvent::BytesReceived { bytes, .. } | TraceEvent::BytesSent { bytes, .. } => {
                bytes.len().to_string()
            }
            TraceEvent::TrailerRead { name, value, .. } => {
                format!("{}={}", name.escape_ascii(), value.len())
            }
            TraceEvent::ExchangeFailed { failure, .. } => format!("{:?}", failure.cause),
            _ => String::new(),
        };
        format!("{} {:?} {detail}", meta.seq, meta.kind)
    });
    shapes.collect()
}

#[track_caller]
fn assert_same_shapes(replayed: &EventList, live: &EventList, what: &str) {
    let (replayed, live) = (shapes(replayed), shapes(live));
    for (replayed, live) in replayed.iter().zip(&live) {
        assert_eq!(replayed, live, "{what}");
    }
    assert_eq!(replayed.len(), live.len(), "{what}");
}

const RESPONSES: &[u8] =
    b"HTTP/1.1 307 See /?sig=tiger\r\nLocation: http://u:ti%67er%20tiger@h.test/b?code=tiger\r\n\
    Set-Cookie: tiger\r\nContent-Length: 9\r\n\r\nthe tiger";

const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: tiger; Path=/\r\n\r\n\
    9\r\nthe tiger\r\n5;a=b\r\ntiger\r\n0\r\nX-Vault-Token: tiger\r\n\r\n";

#[test]
fn recording_has_neither_secrets_nor_bodies_and_is_replayed() {
    for responses in [CHUNKED, &CHUNKED[..90], &CHUNKED[..60], RESPONSES, b"SSH-2.0 x\r\n"] {
        for (piece, capture) in
            [(1, Capture::Default), (7, Capture::Redacted), (4096, Capture::Default)]
        {
            let options = RecorderOptions::with(|options| options.capture = capture);
            let (file, live, replayed, summary) =
                record(options, Options::default(), responses, piece);
            assert!(!has_secret(&file), "{capture:?} {piece} {}", file.escape_ascii());
            let first = String::from_utf8_lossy(file.split(|byte| *byte == b'\n').next().unwrap());
            let holds =
                format!("limpid recording 1; capture: {capture:?}; bodies: 0; ").to_lowercase();
            assert!(first.starts_with(&holds), "{first}");
            assert_eq!((summary.exchanges, summary.incomplete, summary.skipped), (1, 0, 0));
            assert_same_shapes(&replayed, &live, &format!("{capture:?} {piece}"));
        }
    }
}

#[test]
fn redirect_to_a_masked_location_sends_as_many_bytes() {
    let options = RecorderOptions::default();
    let client = Options::with(|options| options.redirects = Some(3));
    // The body is sent again from its start; this caller has none left.
    let (file, live, replayed, _) = record(options, client, RESPONSES, 4096);
    assert!(!has_secret(&file));
    assert_same_shapes(&replayed, &live, "");
}

#[test]
fn bodies_are_kept_up_to_a_limit() {
    let options = RecorderOptions::with(|options| {
        options.capture = Capture::Everything;
        options.bodies = Some(10);
    });
    let (file, live, replayed, _) = record(options, Options::default(), CHUNKED, 4096);
    let has = |text: &[u8]| file.windows(text.len()).any(|part| part == text);
    assert!(has(b"the tiger") && has(b"the tiger ") && !has(b"is here"));
    let count = file.windows(SECRET.len()).filter(|part| *part == SECRET).count();
    let in_requests = 4;
    assert_eq!(count, in_requests + 4, "the last chunk has one more");
    assert_same_shapes(&replayed, &live, "");
}

#[test]
fn coded_body_that_was_left_out_is_not_decoded() {
    // The length of the body in gzip, and then 180 decoded bytes.
    const CODED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\xc9\x48\x55\x28\xc9\x4c\x4f\x2d\x2a\x19\x3a\x0c\x00\xc6\xde\x4f\x0f\xb4\x00\x00\x00";
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = |data: &[u8]| [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat();
    let (first, second) = CODED.split_at(12);
    let response = [&head[..], &chunk(first), &chunk(second), b"0\r\n\r\n"].concat();
    let client = || Options::with(|options| options.decode = true);
    let completed = |events: &EventList| {
        let events = events.events().into_iter();
        events.map(|(_, event)| event).find_map(|event| match event {
            OwnedTraceEvent::ExchangeComplete { response_body, .. } => Some(response_body),
            _ => None,
        })
    };
    for piece in [1, 4096] {
        let (file, live, replayed, _) =
            record(RecorderOptions::default(), client(), &response, piece);
        assert!(!has_secret(&file));
        assert_eq!(completed(&live), Some(CODED.len() as u64));
        assert_eq!(completed(&replayed), completed(&live));
        replayed.assert_no_event(EventKind::ContentDecoded);
    }
}

#[test]
fn mode_private_keeps_secrets_and_no_bodies() {
    let options = RecorderOptions::with(|options| options.capture = Capture::Private);
    let (file, live, replayed, _) = record(options, Options::default(), CHUNKED, 4096);
    let has = |text: &[u8]| file.windows(text.len()).any(|part| part == text);
    assert!(has(b"Set-Cookie: tiger") && has(b"token=tiger") && !has(b"the tiger"));
    let heads = |events: &EventList| {
        let events = events.events().into_iter();
        events
            .filter_map(|(_, event)| match event {
                OwnedTraceEvent::ReceiveResponseHeadersComplete { head } => Some(head),
                _ => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(heads(&replayed), heads(&live));
}

#[test]
fn text_of_an_error_is_redacted() {
    let error = Error::new(Cause::Cancelled).with_source("GET http://me:tiger@h/ failed");
    let mut stored = Vec::new();
    error.store_shown(&|text| Capture::Default.text(text).into_owned(), &mut stored);
    assert!(!has_secret(&stored));
}
