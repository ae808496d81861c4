//! Passing bytes in and out as owned values, without a copy of large data.

use std::sync::Arc;

use bytes::Bytes;
use limpid_core::client::{Action, Emitted, Event, Exchange, Interest, Options, Request};
use limpid_core::fields::Fields;
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};

const NOW: Mono = Mono::from_nanos(0);
const LARGE: usize = 5_000;

/// Creates an exchange with an open connection, which has not sent its request.
fn connected(size: BodySize, options: Options) -> Exchange {
    let method: &[u8] = if size == BodySize::None { b"GET" } else { b"POST" };
    let request = Request::builder(method, "http://localhost/".parse().unwrap()).body(size).build();
    let mut exchange = Exchange::new(ExchangeId(1), request, Arc::new(options));
    assert_eq!(exchange.poll(NOW, &NoSink), Action::Acquire);
    exchange.handle_opened(ConnectionId(1), NOW, &NoSink).unwrap();
    assert_eq!(exchange.poll(NOW, &NoSink), Action::Resolve);
    exchange.handle_resolved(&["127.0.0.1:80".parse().unwrap()], NOW, &NoSink).unwrap();
    let Action::Dial(dial) = exchange.poll(NOW, &NoSink) else { panic!() };
    exchange.handle_dialed(dial, NOW, &NoSink).unwrap();
    assert_eq!(exchange.poll(NOW, &NoSink), Action::Wait(Interest::WRITE));
    exchange
}

/// Creates an exchange that has sent its request.
fn asked(options: Options) -> Exchange {
    let mut exchange = connected(BodySize::None, options);
    let len = exchange.out().concat().len();
    exchange.handle_sent(len, NOW, &NoSink).unwrap();
    exchange
}

/// The response that an exchange received.
#[derive(Debug, Default, PartialEq, Eq)]
struct Received {
    heads: Vec<u16>,
    body: Vec<u8>,
    trailers: usize,
    end: Option<Result<(), String>>,
    is_kept: bool,
}

/// Passes in these parts in order, and then the end. Calls `each` with the pieces of the body.
fn receive(
    exchange: &mut Exchange,
    parts: &[Bytes],
    is_owned: bool,
    mut each: impl FnMut(&Exchange, &[u8]),
) -> Received {
    let (mut received, mut parts) = (Received::default(), parts.iter());
    loop {
        match exchange.poll(NOW, &NoSink) {
            Action::Wait(Interest::READ) => match parts.next() {
                Some(part) if is_owned => {
                    exchange.handle_bytes(part.clone(), NOW, &NoSink).unwrap();
                }
                Some(part) => {
                    exchange.space(part.len())[..part.len()].copy_from_slice(part);
                    exchange.handle_received(part.len(), NOW, &NoSink).unwrap();
                }
                None => exchange.handle_eof(NOW, &NoSink),
            },
            Action::Event(_) => match exchange.event().unwrap() {
                Event::Informational(head)
                | Event::Redirect(head)
                | Event::Retried(head)
                | Event::Head(head, _) => {
                    received.heads.push(head.status);
                }
                Event::Data(data) => {
                    received.body.extend_from_slice(data);
                    each(exchange, data);
                }
            },
            Action::Close => {}
            Action::Done => {
                received.end = Some(Ok(()));
                received.trailers = exchange.trailers().len();
                received.is_kept = exchange.take_link().is_some();
                return received;
            }
            Action::Failed => {
                received.end = Some(Err(exchange.take_error().unwrap().to_string()));
                return received;
            }
            action => panic!("{action:?}"),
        }
    }
}

fn body() -> String {
    (0..LARGE).map(|n| char::from(b'a' + u8::try_from(n % 26).unwrap())).collect()
}

/// Returns responses of each framing, with its special features.
fn responses() -> Vec<String> {
    let body = body();
    let chunks = format!("1388\r\n{body}\r\n1388;x=y\r\n{body}\r\n0\r\nTrailer: 1\r\n\r\n");
    vec![
        format!("HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n{body}"),
        format!("HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n{body}SURPLUS"),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"),
        format!("HTTP/1.1 200 OK\r\n\r\n{body}"),
        format!(
            "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n{body}"
        ),
        "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", LARGE + 1),
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n{body}!"),
    ]
}

#[test]
fn data_shares_the_received_bytes() {
    for response in responses() {
        let whole = Bytes::from(response);
        let range = whole.as_ptr_range();
        let mut lengths = Vec::new();
        let mut exchange = asked(Options::default());
        let received =
            receive(&mut exchange, std::slice::from_ref(&whole), true, |exchange, data| {
                let owned = exchange.data().unwrap();
                assert_eq!(owned, data);
                assert!(range.contains(&owned.as_ptr()), "{} bytes were copied", owned.len());
                lengths.push(owned.len());
            });
        assert_eq!(received.body.len(), lengths.iter().sum::<usize>());
        assert!(lengths.iter().all(|length| *length == LARGE), "{lengths:?}");
        assert_eq!(lengths.is_empty(), whole.len() < LARGE);
    }
}

#[test]
fn owned_and_borrowed_bytes_are_read_alike() {
    for response in responses() {
        let whole = Bytes::from(response);
        let head = whole.len() - LARGE.min(whole.len() / 2);
        // Cuts everywhere in the head and around the ends of chunks, and in steps in the rest.
        let cuts =
            (0..whole.len()).filter(|at| *at < 200 || at.abs_diff(head) < 40 || at % 97 == 0);
        for at in cuts.chain(whole.len() - 30.min(whole.len())..whole.len()) {
            let parts = [whole.slice(..at), whole.slice(at..)];
            let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let [copied, owned] = [false, true].map(|is_owned| {
                receive(&mut asked(Options::default()), &parts, is_owned, |_, _| {})
            });
            assert_eq!(owned, copied, "cut at {at} of {}", whole.len());
        }
    }
}

#[test]
fn owned_bytes_of_a_coded_body_are_decoded() {
    let options = Options::with(|options| options.decode = true);
    // A stored block of gzip.
    let coded: &[u8] =
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x02\0\xfd\xffhi\xac\x2a\x93\xd8\x02\0\0\0";
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        coded.len()
    );
    let whole = Bytes::from([head.as_bytes(), coded].concat());
    let received = receive(&mut asked(options), &[whole], true, |exchange, data| {
        assert_eq!(exchange.data().unwrap(), data);
    });
    if cfg!(feature = "gzip") {
        assert_eq!((received.body.as_slice(), received.end), (&b"hi"[..], Some(Ok(()))));
    }
}

#[test]
fn owned_bytes_are_refused_when_no_read_is_expected() {
    let mut exchange = connected(BodySize::None, Options::default());
    assert!(exchange.handle_bytes(Bytes::from_static(b"HTTP"), NOW, &NoSink).is_err());
    assert_eq!(exchange.poll(NOW, &NoSink), Action::Wait(Interest::WRITE));
}

#[test]
fn large_piece_of_a_request_is_sent_without_a_copy() {
    let mut exchange = connected(BodySize::Unknown, Options::default());
    let len = exchange.out().concat().len();
    exchange.handle_sent(len, NOW, &NoSink).unwrap();
    assert!(matches!(exchange.poll(NOW, &NoSink), Action::Wait(Interest { body: true, .. })));
    let piece = Bytes::from(body());
    exchange.handle_body(piece.clone(), NOW, &NoSink).unwrap();
    assert!(matches!(exchange.poll(NOW, &NoSink), Action::Wait(Interest { write: true, .. })));
    let taken = exchange.take_out();
    assert_eq!(taken.concat(), exchange.out().concat());
    assert_eq!(taken[1].as_ptr(), piece.as_ptr());
    // The bytes count as sent when the driver reports them.
    exchange.handle_sent(taken.concat().len() - 1, NOW, &NoSink).unwrap();
    assert!(matches!(exchange.poll(NOW, &NoSink), Action::Wait(Interest { write: true, .. })));
    assert_eq!(exchange.take_out().concat(), b"\n");
    exchange.handle_sent(1, NOW, &NoSink).unwrap();
    exchange.poll(NOW, &NoSink);
    exchange.handle_body_end(Fields::EMPTY, NOW, &NoSink).unwrap();
    exchange.poll(NOW, &NoSink);
    assert_eq!(exchange.take_out().concat(), b"0\r\n\r\n");
}

#[test]
fn piece_stays_until_the_caller_takes_it() {
    let mut exchange = asked(Options::default());
    assert_eq!(exchange.poll(NOW, &NoSink), Action::Wait(Interest::READ));
    let whole = Bytes::from(responses().swap_remove(0));
    exchange.handle_bytes(whole, NOW, &NoSink).unwrap();
    assert_eq!(exchange.poll(NOW, &NoSink), Action::Event(Emitted::Head));
    assert_eq!(exchange.poll(NOW, &NoSink), Action::Event(Emitted::Data));
    exchange.hold(true);
    assert_eq!(exchange.poll(NOW, &NoSink), Action::Wait(Interest::NONE));
    assert_eq!(exchange.data().unwrap(), body());
    exchange.hold(false);
    assert_eq!(exchange.poll(NOW, &NoSink), Action::Done);
    assert_eq!(exchange.event(), None);
}
