//! Round trips between a client and a server of this crate.

use bytes::Bytes;
use limpid_core::fields::FieldBlock;
use limpid_core::http1::{BodySize, Connection, Role};
use limpid_core::internal::transcript::{Message, Outcome, Setup, Start, Transcript};
use limpid_core::trace::{Cx, NoSink, Scope};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::bytes::cut;
use crate::config;

/// Returns fields that do not affect framing or persistence.
fn any_fields() -> impl Strategy<Value = FieldBlock> {
    let name =
        "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}".prop_filter("affects framing or persistence", |name| {
            let known =
                ["connection", "content-length", "transfer-encoding", "host", "upgrade", "te"];
            !known.contains(&name.to_ascii_lowercase().as_str())
        });
    let inner =
        select((0..=255_u8).filter(|b| *b == 9 || (*b >= 32 && *b != 127)).collect::<Vec<_>>());
    vec((name, vec(inner, 0..20)), 0..6).prop_map(|fields| {
        fields.iter().map(|(name, value)| (name.as_bytes(), value.as_slice())).collect()
    })
}

/// Returns the size of a body, its pieces and its trailers.
fn any_body() -> impl Strategy<Value = (BodySize, Vec<Vec<u8>>, FieldBlock)> {
    let pieces = || vec(vec(any::<u8>(), 0..40), 0..4);
    let trailers = select(vec!["", "X", "Etag"]).prop_map(|name| {
        let name = Some(name.as_bytes()).filter(|name| !name.is_empty());
        name.into_iter().map(|name| (name, &b"y"[..])).collect::<FieldBlock>()
    });
    prop_oneof![
        Just((BodySize::None, Vec::new(), FieldBlock::new())),
        pieces().prop_map(|pieces| {
            let length = pieces.iter().map(|piece| piece.len() as u64).sum();
            (BodySize::Length(length), pieces, FieldBlock::new())
        }),
        (pieces(), trailers).prop_map(|(pieces, trailers)| (BodySize::Unknown, pieces, trailers)),
    ]
}

fn send_body(
    connection: &mut Connection,
    cx: &mut Cx<'_, NoSink>,
    pieces: &[Vec<u8>],
    trailers: &FieldBlock,
) -> Vec<u8> {
    for piece in pieces {
        connection.send_data(cx, Bytes::copy_from_slice(piece)).unwrap();
    }
    connection.finish(cx, trailers.fields()).unwrap();
    connection.out().concat()
}

/// Returns the only message of a run, without the field that the connection added.
fn only_message(setup: &Setup<'_>, pieces: Vec<Vec<u8>>) -> Message {
    let (mut transcript, outcome) = Transcript::read(setup, pieces).unwrap();
    assert_eq!((outcome, transcript.messages.len()), (Outcome::Complete, 1));
    let mut message = transcript.messages.remove(0);
    message.fields.remove("Content-Length");
    message.fields.remove("Transfer-Encoding");
    message
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn written_requests_are_read_back(
        method in "[A-Z!#$%&'*+.^_`|~-]{1,8}",
        target in "/[!-\"$-~]{0,20}",
        mut fields in any_fields(),
        (size, pieces, trailers) in any_body(),
        places in vec(any::<Index>(), 0..5),
    ) {
        prop_assume!(method != "CONNECT");
        fields.push(b"Host", b"a");
        let mut scope = Scope::default();
        let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
        let mut client = Connection::new(Role::Client, Default::default());
        let (name, path) = (method.as_bytes(), target.as_bytes());
        client.send_request(&mut cx, name, path, fields.fields(), size).unwrap();
        let sent = send_body(&mut client, &mut cx, &pieces, &trailers);

        let setup =
            Setup { role: Role::Server, method: b"", config: Default::default(), eof: false };
        let message = only_message(&setup, cut(&sent, &places));
        let start = Start::Request { method: name.into(), target: path.into() };
        prop_assert_eq!(message.start, start);
        prop_assert_eq!(message.fields, fields);
        prop_assert_eq!(message.body, pieces.concat());
        prop_assert_eq!(message.trailers, trailers);
    }

    #[test]
    fn written_responses_are_read_back(
        status in 200..1000_u16,
        reason in "[\t -~]{0,20}",
        fields in any_fields(),
        (size, pieces, trailers) in any_body(),
        places in vec(any::<Index>(), 0..5),
    ) {
        prop_assume!(!matches!(status, 204 | 205 | 304));
        let mut scope = Scope::default();
        let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
        let mut server = Connection::new(Role::Server, Default::default());
        server.push(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        server.next(&mut cx).unwrap();
        let words = reason.as_bytes();
        server.send_response(&mut cx, status, words, fields.fields(), size).unwrap();
        let sent = send_body(&mut server, &mut cx, &pieces, &trailers);

        let setup =
            Setup { role: Role::Client, method: b"GET", config: Default::default(), eof: false };
        let message = only_message(&setup, cut(&sent, &places));
        prop_assert_eq!(message.start, Start::Response { status, reason: words.into() });
        prop_assert_eq!(message.fields, fields);
        prop_assert_eq!(message.body, pieces.concat());
        prop_assert_eq!(message.trailers, trailers);
    }
}
