//! Each tolerance: without it the bytes are refused, with it they are read and the use is reported.

use limpid_core::http1::Role;
use limpid_core::limits::Lenient;

use crate::side::{Side, tolerant};

/// A tolerance, the role that reads, the bytes, the rule, its offset, and the events with the tolerance.
type Example = (Lenient, Role, &'static str, &'static str, u64, &'static [&'static str]);

const EXAMPLES: &[Example] = &[
    (
        Lenient::BARE_LF,
        Role::Server,
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "BareLf",
        23,
        &["GET / HTTP/1.1 [Host: a] -> None", "end", "Paused"],
    ),
    (
        Lenient::FOLD_IN_REQUESTS,
        Role::Server,
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n  c\r\n\r\n",
        "ObsoleteFold",
        31,
        &["GET / HTTP/1.1 [Host: a] [X: b c] -> None", "end", "Paused"],
    ),
    (
        Lenient::SPACE_BEFORE_COLON,
        Role::Client,
        "HTTP/1.1 204 X\r\nX \t: y\r\n\r\n",
        "SpaceBeforeColon",
        17,
        &["HTTP/1.1 204 X [X: y] -> None", "end", "Paused"],
    ),
    (
        Lenient::LENGTH_WITH_CHUNKED,
        Role::Client,
        "HTTP/1.1 200 X\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "LengthAndTransferEncoding",
        35,
        &[
            "HTTP/1.1 200 X [Content-Length: 3] [Transfer-Encoding: chunked] -> Chunked",
            "end",
            "Paused",
        ],
    ),
    (
        Lenient::REPEATED_LENGTH,
        Role::Client,
        "HTTP/1.1 200 X\r\nContent-Length: 1\r\nContent-Length: 1, 1\r\n\r\nx",
        "ContentLengthRepeated",
        35,
        &[
            "HTTP/1.1 200 X [Content-Length: 1] [Content-Length: 1, 1] -> Length(1)",
            "data x",
            "end",
            "Paused",
        ],
    ),
    (
        Lenient::MINOR_VERSION,
        Role::Server,
        "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
        "VersionUnsupported",
        13,
        &["GET / HTTP/1.2 [Host: a] -> None", "end", "Paused"],
    ),
    (
        Lenient::SPACE_AFTER_CHUNK_SIZE,
        Role::Client,
        "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n1 \r\nx\r\n0\r\n\r\n",
        "ChunkSize",
        47,
        &["HTTP/1.1 200 X [Transfer-Encoding: chunked] -> Chunked", "data x", "end", "Paused"],
    ),
    (
        Lenient::CHUNKED_IN_HTTP_10,
        Role::Client,
        "HTTP/1.0 200 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "TransferEncodingVersion",
        16,
        &["HTTP/1.0 200 X [Transfer-Encoding: chunked] -> Chunked, close", "end", "Paused"],
    ),
    (
        Lenient::CONTROL_IN_VALUE,
        Role::Client,
        "HTTP/1.1 204 X\r\nX: a\x01b\r\n\r\n",
        "FieldValueCharacter",
        20,
        &["HTTP/1.1 204 X [X: a\\x01b] -> None", "end", "Paused"],
    ),
    (
        Lenient::BLANK_LINE_BEFORE_RESPONSE,
        Role::Client,
        "\r\nHTTP/1.1 204 X\r\n\r\n",
        "BlankLineFirst",
        0,
        &["HTTP/1.1 204 X -> None", "end", "Paused"],
    ),
    (
        Lenient::SPACE_IN_NAME,
        Role::Client,
        "HTTP/1.1 204 X\r\nX Y: a\r\n b\r\nZ: c\r\n\r\n",
        "FieldNameCharacter",
        17,
        &["HTTP/1.1 204 X [Z: c] -> None", "end", "Paused"],
    ),
    (
        Lenient::CHARACTER_IN_NAME,
        Role::Client,
        "HTTP/1.1 204 X\r\na/b: c\r\nZ: c\r\n\r\n",
        "FieldNameCharacter",
        17,
        &["HTTP/1.1 204 X [Z: c] -> None", "end", "Paused"],
    ),
    (
        Lenient::LINE_WITHOUT_COLON,
        Role::Client,
        "HTTP/1.1 204 X\r\npreload\r\nZ: c\r\n\r\n",
        "FieldColon",
        23,
        &["HTTP/1.1 204 X [Z: c] -> None", "end", "Paused"],
    ),
    (
        Lenient::LINE_WITHOUT_NAME,
        Role::Client,
        "HTTP/1.1 204 X\r\n: a\r\nZ: c\r\n\r\n",
        "FieldNameEmpty",
        16,
        &["HTTP/1.1 204 X [Z: c] -> None", "end", "Paused"],
    ),
    (
        Lenient::NUL_IN_VALUE,
        Role::Client,
        "HTTP/1.1 204 X\r\nX: a\0b\r\n\r\n",
        "FieldValueCharacter",
        20,
        &["HTTP/1.1 204 X [X: a b] -> None", "end", "Paused"],
    ),
    (
        Lenient::IDENTITY_CODING,
        Role::Client,
        "HTTP/1.1 200 X\r\nTransfer-Encoding: identity\r\nContent-Length: 1\r\n\r\nx",
        "TransferEncodingUnknown",
        16,
        &[
            "HTTP/1.1 200 X [Transfer-Encoding: identity] [Content-Length: 1] -> Length(1)",
            "data x",
            "end",
            "Paused",
        ],
    ),
    (
        Lenient::EMPTY_CODING,
        Role::Client,
        "HTTP/1.1 200 X\r\nTransfer-Encoding:\r\nContent-Length: 1\r\n\r\nx",
        "TransferEncodingUnknown",
        16,
        &[
            "HTTP/1.1 200 X [Transfer-Encoding: ] [Content-Length: 1] -> Length(1)",
            "data x",
            "end",
            "Paused",
        ],
    ),
    (
        Lenient::REPEATED_CHUNKED,
        Role::Client,
        "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "TransferEncoding",
        16,
        &["HTTP/1.1 200 X [Transfer-Encoding: chunked, chunked] -> Chunked", "end", "Paused"],
    ),
    (
        Lenient::UNKNOWN_CODING,
        Role::Client,
        "HTTP/1.1 200 X\r\nTransfer-Encoding: gzip\r\n\r\nx",
        "TransferEncodingUnknown",
        16,
        &["HTTP/1.1 200 X [Transfer-Encoding: gzip] -> UntilClose, close", "data x", "NeedInput"],
    ),
    (
        Lenient::UNKNOWN_CODING,
        Role::Client,
        "HTTP/1.1 200 X\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        "TransferEncodingUnknown",
        16,
        &[
            "HTTP/1.1 200 X [Transfer-Encoding: gzip, chunked] -> Chunked",
            "data x",
            "end",
            "Paused",
        ],
    ),
    (
        Lenient::UNKNOWN_CODING,
        Role::Client,
        "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked, gzip\r\n\r\nx",
        "TransferEncoding",
        16,
        &[
            "HTTP/1.1 200 X [Transfer-Encoding: chunked, gzip] -> UntilClose, close",
            "data x",
            "NeedInput",
        ],
    ),
    (
        Lenient::VERSION_2,
        Role::Client,
        "HTTP/2.0 204 X\r\n\r\n",
        "VersionUnsupported",
        5,
        &["HTTP/1.1 204 X -> None", "end", "Paused"],
    ),
    (
        Lenient::VERSION_2,
        Role::Client,
        "HTTP/2 204 X\r\n\r\n",
        "VersionUnsupported",
        5,
        &["HTTP/1.1 204 X -> None", "end", "Paused"],
    ),
    (
        Lenient::SPACES_IN_STATUS_LINE,
        Role::Client,
        "HTTP/1.1 204\tX\r\n\r\n",
        "StatusLineForm",
        12,
        &["HTTP/1.1 204 X -> None", "end", "Paused"],
    ),
    (
        Lenient::BARE_LF_IN_CHUNKS,
        Role::Client,
        "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n",
        "ChunkLineEnd",
        47,
        &["HTTP/1.1 200 X [Transfer-Encoding: chunked] -> Chunked", "data x", "end", "Paused"],
    ),
    (
        Lenient::CONTROL_IN_REASON,
        Role::Client,
        "HTTP/1.1 204 a\x01b\r\n\r\n",
        "ReasonCharacter",
        14,
        &["HTTP/1.1 204 a\\x01b -> None", "end", "Paused"],
    ),
    (
        Lenient::SPACE_BEFORE_CHUNK_SIZE,
        Role::Client,
        "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\nx\r\n0\r\n\r\n",
        "ChunkSize",
        46,
        &["HTTP/1.1 200 X [Transfer-Encoding: chunked] -> Chunked", "data x", "end", "Paused"],
    ),
];

fn side(role: Role, lenient: Lenient) -> Side {
    match role {
        Role::Server => Side::new(role, tolerant(lenient)),
        Role::Client => Side::client_after_with("GET", tolerant(lenient)),
    }
}

#[test]
fn broken_rule_is_refused_or_tolerated_and_reported() {
    for &(lenient, role, bytes, rule, offset, read) in EXAMPLES {
        let refusal = side(role, Lenient::NONE).receive(bytes);
        let refusal = refusal.last().unwrap();
        assert!(refusal.starts_with(rule), "{refusal} is not {rule}");

        let mut tolerant = side(role, lenient);
        assert_eq!(tolerant.receive(bytes), read);
        let tolerated = tolerant.tolerated();
        assert!(tolerated.iter().all(|event| event.0.starts_with(rule)), "{tolerated:?}");
        assert_eq!(tolerated.first().map(|event| event.1), Some(offset), "{rule}");
    }
}

#[test]
fn tolerance_is_reported_once_for_any_pieces() {
    for &(lenient, role, bytes, ..) in EXAMPLES {
        let mut whole = side(role, lenient);
        whole.receive(bytes);
        let mut bytewise = side(role, lenient);
        for byte in bytes.as_bytes() {
            bytewise.receive([*byte]);
        }
        assert_eq!(whole.tolerated(), bytewise.tolerated());
    }
}

#[test]
fn every_tolerance_has_an_example() {
    for (name, lenient) in Lenient::NAMED {
        assert!(EXAMPLES.iter().any(|example| example.0 == *lenient), "{name}");
    }
}

#[test]
fn no_tolerance_admits_what_could_split_a_message() {
    for bytes in [
        "GET / HTTP/1.1\r\nHost: a\r\nX\r: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX Y\0: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nno colon\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxXX",
    ] {
        let events = side(Role::Server, Lenient::ALL).receive(bytes);
        assert!(events.last().unwrap().contains(" at "), "{events:?}");
    }
}
