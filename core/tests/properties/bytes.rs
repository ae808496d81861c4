//! Bytes that are nearly HTTP: parts of messages in any order, with a few bytes changed.

use limpid_core::http1::Role;
use limpid_core::internal::transcript::Setup;
use limpid_core::limits::{Config, Lenient, Limits};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Valid heads, so that the bytes after them are read as a body or as another message.
const HEADS: &[&[u8]] = &[
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    b"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 103 Early\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"",
];

const PIECES: &[&[u8]] = &[
    b"GET / HTTP/1.1\r\n",
    b"POST /a?b HTTP/1.1\r\n",
    b"HEAD http://a/ HTTP/1.0\r\n",
    b"CONNECT a:443 HTTP/1.1\r\n",
    b"OPTIONS * HTTP/1.2\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 200\r\n",
    b"HTTP/1.1 100 Continue\r\n",
    b"HTTP/1.1 101 Switching\r\n",
    b"HTTP/1.1 204 No Content\r\n",
    b"Host: a\r\n",
    b"Host: a\r\n\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: 3, 3\r\n",
    b"Content-Length : 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive, upgrade\r\n",
    b"Upgrade: x\r\n",
    b"Expect: 100-continue\r\n",
    b"X: y\r\n",
    b"X: \x01\r\n",
    b" folded\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b" ",
    b":",
    b"3\r\nabc\r\n",
    b"3;a=\"b\"\r\nabc\r\n",
    b"3 \r\nabc\r\n",
    b"0\r\n",
    b"0\r\n\r\n",
    b"abc",
    b"7fffffffffffffff\r\n",
    b"\0",
    b"\xff",
];

/// Returns bytes of which a parser reads much.
pub(crate) fn nearly_http() -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), any::<u8>()), 0..3);
    (select(HEADS), vec(select(PIECES), 0..16), changes).prop_map(|(head, pieces, changes)| {
        let mut bytes = [head, &pieces.concat()].concat();
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        bytes
    })
}

/// Returns arbitrary bytes, mostly those of which a parser reads much.
pub(crate) fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![9 => nearly_http(), 1 => vec(any::<u8>(), 0..200)]
}

/// Returns arbitrary tolerances.
pub(crate) fn any_lenient() -> impl Strategy<Value = Lenient> {
    vec(select(Lenient::NAMED), 0..6)
        .prop_map(|some| some.iter().fold(Lenient::NONE, |all, (_, one)| all | *one))
}

/// Returns limits that a short input reaches, or the defaults.
pub(crate) fn any_limits() -> impl Strategy<Value = Limits> {
    let small = (10..200_usize, 10..400_usize, 0..5_usize, 0..3_usize, 2..30_usize, 0..10_usize);
    let small = small.prop_map(|(start_line, head, fields, few, chunk_line, chunk_extensions)| {
        let (blank_lines, informational, trailers) = (few, few, chunk_line);
        let body = head as u64;
        Limits::with(|limits| {
            limits.start_line = start_line;
            limits.head = head;
            limits.fields = fields;
            limits.blank_lines = blank_lines;
            limits.chunk_line = chunk_line;
            limits.chunk_extensions = chunk_extensions;
            limits.trailers = trailers;
            limits.body = body;
            limits.informational = informational;
        })
    });
    prop_oneof![Just(Limits::default()), small]
}

/// Returns an arbitrary setup of a run.
pub(crate) fn any_setup() -> impl Strategy<Value = Setup<'static>> {
    let role = select(vec![Role::Client, Role::Server]);
    let method = select(vec![&b"GET"[..], b"HEAD", b"CONNECT"]);
    (role, method, any_lenient(), any_limits(), any::<bool>()).prop_map(
        |(role, method, lenient, limits, eof)| {
            let config = Config::with(|config| {
                config.limits = limits;
                config.lenient = lenient;
            });
            Setup { role, method, config, eof }
        },
    )
}

/// Splits `bytes` at these positions.
pub(crate) fn cut(bytes: &[u8], at: &[Index]) -> Vec<Vec<u8>> {
    let mut places: Vec<_> = at.iter().map(|place| place.index(bytes.len() + 1)).collect();
    places.sort_unstable();
    places.push(bytes.len());
    let mut from = 0;
    let pieces = places.into_iter().map(|to| {
        let piece = bytes[from..to].to_vec();
        from = to;
        piece
    });
    pieces.collect()
}
