//! The redaction of lines in each capture mode. Every planted secret contains the word "tiger".

mod common;

use common::{failure, fields, message_with};
use limpid_core::error::{Call, Cause, Misuse, MisuseError, PeerError, Phase, Rule};
use limpid_core::http1::{RequestHead, ResponseHead, State, Version};
use limpid_core::trace::{Capture, Credentials, StreamId, TraceEvent};

const MODES: [Capture; 4] =
    [Capture::Redacted, Capture::Default, Capture::Private, Capture::Everything];

/// Asserts the text of one event in each mode.
#[track_caller]
fn assert_shown(event: TraceEvent<'_>, expected: [&str; 4]) {
    for (capture, expected) in MODES.into_iter().zip(expected) {
        let message = message_with(capture, event);
        let shown = message.split_once(' ').map(|(_, fields)| fields);
        assert_eq!(shown, Some(expected), "{capture:?}");
    }
}

#[test]
fn secret_fields_of_a_response_are_hidden() {
    let block = fields(&[("Server", "x"), ("X-Cache", "HIT"), ("set-cookie", "sid=tiger")]);
    let head = ResponseHead {
        version: Version::HTTP_11,
        status: 200,
        reason: b"OK",
        fields: block.fields(),
    };
    let shown = |cache: &str, cookie: &str| {
        format!(
            "return_value=(b'HTTP/1.1', 200, b'OK', [(b'Server', b'x'), (b'X-Cache', b'{cache}'), \
             (b'set-cookie', b'{cookie}')])"
        )
    };
    assert_shown(
        TraceEvent::ReceiveResponseHeadersComplete { head },
        [
            &shown("[secure]", "[secure]"),
            &shown("HIT", "[secure]"),
            &shown("HIT", "sid=tiger"),
            &shown("HIT", "sid=tiger"),
        ],
    );
}

#[test]
fn head_of_a_request() {
    let block = fields(&[("Accept-Ranges", "x"), ("X-Cache", "HIT"), ("cookie", "sid=tiger")]);
    let (version, fields) = (Version::HTTP_11, block.fields());
    let head = RequestHead { method: b"GET", target: b"/?token=tiger&b=2", version, fields };
    let shown = |query: &str, cache: &str, cookie: &str| {
        format!(
            "head=(b'GET', b'/?{query}', b'HTTP/1.1', [(b'Accept-Ranges', b'x'), \
             (b'X-Cache', b'{cache}'), (b'cookie', b'{cookie}')])"
        )
    };
    assert_shown(
        TraceEvent::RequestSent { head },
        [
            &shown("token=[secure]&b=[secure]", "[secure]", "[secure]"),
            &shown("token=[secure]&b=2", "HIT", "[secure]"),
            &shown("token=tiger&b=2", "HIT", "sid=tiger"),
            &shown("token=tiger&b=2", "HIT", "sid=tiger"),
        ],
    );
}

#[test]
fn fields_as_they_are_read() {
    let (name, value, offset) = (&b"Authorization"[..], &b"Basic tiger"[..], 9);
    let hidden = "name=b'Authorization' value=b'[secure]' offset=9";
    let open = "name=b'Authorization' value=b'Basic tiger' offset=9";
    assert_shown(TraceEvent::FieldRead { name, value, offset }, [hidden, hidden, open, open]);
    assert_shown(TraceEvent::TrailerRead { name, value, offset }, [hidden, hidden, open, open]);
}

#[test]
fn secrets_of_the_url_of_a_request_are_hidden() {
    let event = TraceEvent::HttpRequest {
        method: b"GET",
        url: "http://me:tiger@h/p?a=1&access_token=tiger#top",
        version: Version::HTTP_11,
        status: 200,
        reason: b"OK",
    };
    let open = "Request: GET http://me:tiger@h/p?a=1&access_token=tiger#top \"HTTP/1.1 200 OK\"";
    assert_shown(
        event,
        [
            "Request: GET http://[secure]@h/p?a=[secure]&access_token=[secure]#[secure] \
             \"HTTP/1.1 200 OK\"",
            "Request: GET http://me:[secure]@h/p?a=1&access_token=[secure]#top \"HTTP/1.1 200 OK\"",
            open,
            open,
        ],
    );
}

#[test]
fn secrets_of_a_start_line_are_hidden() {
    let event = TraceEvent::StartLineRead { line: b"GET /?sig=tiger&b=2 HTTP/1.1", offset: 0 };
    let open = "line=b'GET /?sig=tiger&b=2 HTTP/1.1' offset=0";
    assert_shown(
        event,
        [
            "line=b'GET /?sig=[secure]&b=[secure] HTTP/1.1' offset=0",
            "line=b'GET /?sig=[secure]&b=2 HTTP/1.1' offset=0",
            open,
            open,
        ],
    );
}

#[test]
fn password_for_a_proxy_is_hidden() {
    let event = TraceEvent::SetupSocks5ConnectionStarted {
        stream: StreamId::default(),
        host: "h",
        port: 80,
        auth: Some(Credentials { user: b"me", password: b"tiger" }),
        connect_timeout: None,
        read_timeout: None,
        write_timeout: None,
        pool_timeout: None,
    };
    for (capture, auth) in MODES.into_iter().zip([
        "(b'[secure]', b'[secure]')",
        "(b'me', b'[secure]')",
        "(b'me', b'tiger')",
        "(b'me', b'tiger')",
    ]) {
        assert!(message_with(capture, event).ends_with(&format!(" auth={auth}")), "{capture:?}");
    }
}

#[test]
fn secret_in_the_line_that_broke_a_rule_is_hidden() {
    let rule = Rule::FieldValueCharacter;
    let cause = Cause::Peer(PeerError { rule, offset: 0, byte: None });
    let event = TraceEvent::ReceiveResponseHeadersFailed {
        failure: failure(Phase::ReceiveHead, &cause, b"Set-Cookie: tiger\0"),
    };
    let shown = |value: &str| {
        format!(
            "exception=RemoteProtocolError(RemoteProtocolError(\
             \"illegal header line: bytearray(b'Set-Cookie: {value}')\"))"
        )
    };
    let (hidden, open) = (shown("[secure]"), shown(r"tiger\\x00"));
    assert_shown(event, [&hidden, &hidden, &open, &open]);
}

#[test]
fn a_field_that_must_not_be_sent() {
    let (client, server) = (State::Idle, State::Idle);
    let shown = |misuse, field: &[u8], capture| {
        let error = MisuseError { call: Call::SendRequest, misuse, client, server };
        let cause = Cause::Misuse(error);
        let failure = failure(Phase::SendHead, &cause, field);
        message_with(capture, TraceEvent::SendRequestHeadersFailed { failure })
    };
    for field in [&b"Cookie: tiger\x01"[..], b"tiger\x01"] {
        for capture in [Capture::Redacted, Capture::Default] {
            let message = shown(Misuse::FieldValue(0), field, capture);
            assert!(message.contains("Illegal header value b'[secure]'"), "{message}");
        }
        let message = shown(Misuse::FieldValue(0), field, Capture::Private);
        assert!(message.contains(r"Illegal header value b'tiger\\x01'"), "{message}");
    }
    let message = shown(Misuse::FieldName(0), b"Cookie: tiger", Capture::Default);
    assert!(message.contains("Illegal header name b'Cookie: [secure]'"), "{message}");
}

#[test]
fn bytes_on_the_wire_are_counted() {
    let event = TraceEvent::BytesReceived { layer: "http", offset: 0, bytes: b"tiger" };
    let counted = "layer='http' offset=0 bytes=<5 bytes>";
    assert_shown(event, [counted, counted, counted, "layer='http' offset=0 bytes=b'tiger'"]);
}
