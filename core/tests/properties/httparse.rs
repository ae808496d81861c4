//! Comparison with `httparse`, which shares no code with this crate.
//!
//! If both accept a head, the results are the same. If only one accepts it, the reason is one of these:
//!
//! - limpid validates what determines framing or routing, and `httparse` does not: Host, Content-Length,
//!   Transfer-Encoding, the form of a target, and limits.
//! - limpid refuses lines that end with LF alone; `httparse` accepts them.
//! - limpid refuses bytes above 127 in a target, and a status below 100; `httparse` accepts them.
//! - limpid refuses blank lines before a response, and more than a few before a request.
//! - limpid joins folded values in responses; `httparse` refuses them.
//! - `httparse` does not return a reason phrase with bytes above 127; limpid does.

use httparse::{EMPTY_HEADER, Header, Request, Response, Status};
use limpid_core::error::Rule;
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{Connection, Event, Next, Role};
use limpid_core::limits::Config;
use limpid_core::trace::{Cx, NoSink, Scope};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::config;

/// A head: start line as text, minor version, and fields.
type Head = (Vec<u8>, u8, FieldBlock);

const STRICTER: &[Rule] = &[
    Rule::BareLf,
    Rule::BlankLineFirst,
    Rule::TooManyBlankLines,
    Rule::TargetCharacter,
    Rule::TargetForm,
    Rule::TargetHostEmpty,
    Rule::ConnectPort,
    Rule::StatusCode,
    Rule::HostMissing,
    Rule::HostRepeated,
    Rule::HostInvalid,
    Rule::ContentLengthInvalid,
    Rule::ContentLengthTooLarge,
    Rule::ContentLengthRepeated,
    Rule::ContentLengthConflict,
    Rule::LengthAndTransferEncoding,
    Rule::TransferEncodingUnknown,
    Rule::TransferEncodingNotFinal,
    Rule::TransferEncodingRepeated,
    Rule::TransferEncodingVersion,
    Rule::ConnectWithBody,
    Rule::SwitchUnasked,
];

/// Reads the head at the start of `bytes`; `None` if it is incomplete.
fn ours(role: Role, bytes: &[u8]) -> Result<Option<Head>, Rule> {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
    let mut connection = Connection::new(role, Config::default());
    if role == Role::Client {
        let mut fields = FieldBlock::new();
        fields.push(b"Host", b"a");
        let fields = fields.fields();
        connection.send_request(&mut cx, b"GET", b"/", fields, Default::default()).unwrap();
    }
    connection.push(bytes);
    match connection.next(&mut cx).map_err(|error| error.rule)? {
        Next::Event(Event::Request(head, _)) => {
            let line = [head.method, b" ", head.target].concat();
            Ok(Some((line, head.version.minor(), head.fields.into())))
        }
        Next::Event(Event::Response(head, _) | Event::Informational(head)) => {
            let line = [head.status.to_string().as_bytes(), b" ", head.reason].concat();
            Ok(Some((line, head.version.minor(), head.fields.into())))
        }
        _ => Ok(None),
    }
}

fn theirs(role: Role, bytes: &[u8]) -> Result<Option<Head>, httparse::Error> {
    let mut headers = [EMPTY_HEADER; 128];
    let block = |headers: &[Header<'_>]| -> FieldBlock {
        headers.iter().map(|header| (header.name.as_bytes(), header.value)).collect()
    };
    match role {
        Role::Server => {
            let mut request = Request::new(&mut headers);
            let Status::Complete(_) = request.parse(bytes)? else { return Ok(None) };
            let line = format!("{} {}", request.method.unwrap(), request.path.unwrap());
            Ok(Some((line.into(), request.version.unwrap(), block(request.headers))))
        }
        Role::Client => {
            let mut response = Response::new(&mut headers);
            let Status::Complete(_) = response.parse(bytes)? else { return Ok(None) };
            let line = format!("{} {}", response.code.unwrap(), response.reason.unwrap());
            Ok(Some((line.into(), response.version.unwrap(), block(response.headers))))
        }
    }
}

fn has_fold(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|two| matches!(two, [b'\n', b' ' | b'\t']))
}

fn compare(role: Role, bytes: &[u8]) -> Result<(), TestCaseError> {
    match (ours(role, bytes), theirs(role, bytes)) {
        (Ok(Some(ours)), Ok(Some(theirs))) => {
            if ours.0.is_ascii() {
                prop_assert_eq!(&ours.0, &theirs.0);
            }
            prop_assert_eq!((ours.1, shown(ours.2.fields())), (theirs.1, shown(theirs.2.fields())));
        }
        (Err(rule), Ok(_)) => {
            prop_assert!(STRICTER.contains(&rule), "only limpid refuses: {rule:?}");
        }
        // limpid reports the error of a line when the line is complete, `httparse` at once.
        (Ok(None), _) | (Err(_), Err(_)) => {}
        (Ok(Some(ours)), Err(error)) => {
            prop_assert!(
                has_fold(bytes),
                "only httparse refuses: {error:?}, limpid reads {ours:?}"
            );
        }
        (Ok(Some(ours)), Ok(None)) => {
            prop_assert!(false, "httparse needs more input, limpid reads {ours:?}");
        }
    }
    Ok(())
}

fn shown(fields: Fields<'_>) -> String {
    format!("{fields:?}")
}

const STARTS: &[&[u8]] = &[
    b"GET / HTTP/1.1\r\n",
    b"OPTIONS * HTTP/1.0\r\n",
    b"\r\nPOST /a?b#c HTTP/1.1\r\n",
    b"GET /\xc3\xa9 HTTP/1.1\r\n",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 404 Not  Found\r\n",
    b"HTTP/1.1 200\r\n",
    b"HTTP/1.1 200 \xe9\r\n",
];

const LINES: &[&[u8]] = &[
    b"Host: a\r\n",
    b"X: y\r\n",
    b"X:\t y \t\r\n",
    b"X-Empty:\r\n",
    b"Content-Length: 0\r\n",
    b"Set-Cookie: a=b; c\n",
    b" fold\r\n",
    b"!#$%&'*+-.^_`|~: \xff\r\n",
];

proptest! {
    #![proptest_config(config(4_000))]

    #[test]
    fn heads_are_read_as_httparse_reads_them(
        start in select(STARTS),
        lines in vec(select(LINES), 0..6),
        changes in vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        let mut bytes = [start, b"Host: a\r\n", &lines.concat(), b"\r\n"].concat();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let role = if start.starts_with(b"HTTP/") { Role::Client } else { Role::Server };
        compare(role, &bytes)?;
    }
}
