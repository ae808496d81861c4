//! Failures as httpcore's exceptions.

mod common;

use common::failure;
use limpid_core::error::{
    Call, Cause, CertificateProblem, Misuse, MisuseError, OsError, OsErrorKind, PeerError, Phase,
    ResolveError, Rule, TlsError,
};
use limpid_core::http1::State;
use limpid_core::time::Waiting;
use limpid_core::trace::{Capture, Failure, TraceEvent};
use limpid_sinks::python::{Profile, Raised};

fn raised(failure: Failure<'_>) -> String {
    Raised { failure, capture: Capture::Default, profile: Profile::HTTPX_0_28 }.to_string()
}

fn os(code: i32, kind: OsErrorKind) -> Cause {
    Cause::Os(OsError { code, kind })
}

fn broken(rule: Rule) -> Cause {
    Cause::Peer(PeerError { rule, offset: 0, byte: None })
}

fn misuse(misuse: Misuse) -> Cause {
    let (client, server) = (State::Idle, State::Idle);
    Cause::Misuse(MisuseError { call: Call::SendRequest, misuse, client, server })
}

#[test]
fn a_failed_operation_ends_in_its_exception() {
    let cause = os(0, OsErrorKind::Refused);
    assert_eq!(
        common::message(TraceEvent::ConnectTcpFailed {
            failure: failure(Phase::Connect, &cause, b"")
        }),
        "connect_tcp.failed exception=ConnectError(ConnectionRefusedError(111, 'Connection refused'))"
    );
}

/// An operation that failed, the system's error, and the exception.
const OS_ERRORS: &[(Phase, OsErrorKind, &str)] = &[
    (
        Phase::Connect,
        OsErrorKind::Refused,
        "ConnectError(ConnectionRefusedError(111, 'Connection refused'))",
    ),
    (
        Phase::Connect,
        OsErrorKind::NetworkUnreachable,
        "ConnectError(OSError(101, 'Network is unreachable'))",
    ),
    (
        Phase::Connect,
        OsErrorKind::HostUnreachable,
        "ConnectError(OSError(113, 'No route to host'))",
    ),
    (
        Phase::Connect,
        OsErrorKind::AddressUnavailable,
        "ConnectError(OSError(99, 'Cannot assign requested address'))",
    ),
    (
        Phase::Connect,
        OsErrorKind::AddressInUse,
        "ConnectError(OSError(98, 'Address already in use'))",
    ),
    (
        Phase::Connect,
        OsErrorKind::NotFound,
        "ConnectError(FileNotFoundError(2, 'No such file or directory'))",
    ),
    (Phase::Connect, OsErrorKind::Denied, "ConnectError(PermissionError(13, 'Permission denied'))"),
    (
        Phase::Connect,
        OsErrorKind::TimedOut,
        "ConnectTimeout(TimeoutError(110, 'Connection timed out'))",
    ),
    (
        Phase::Tls,
        OsErrorKind::Reset,
        "ConnectError(ConnectionResetError(104, 'Connection reset by peer'))",
    ),
    (Phase::SendHead, OsErrorKind::BrokenPipe, "WriteError(BrokenPipeError(32, 'Broken pipe'))"),
    (
        Phase::SendBody,
        OsErrorKind::Reset,
        "WriteError(ConnectionResetError(104, 'Connection reset by peer'))",
    ),
    (
        Phase::ReceiveHead,
        OsErrorKind::Reset,
        "ReadError(ConnectionResetError(104, 'Connection reset by peer'))",
    ),
    (
        Phase::ReceiveBody,
        OsErrorKind::Aborted,
        "ReadError(ConnectionAbortedError(103, 'Software caused connection abort'))",
    ),
    (
        Phase::ReceiveBody,
        OsErrorKind::TimedOut,
        "ReadTimeout(TimeoutError(110, 'Connection timed out'))",
    ),
    (Phase::Close, OsErrorKind::Reset, "ConnectionResetError(104, 'Connection reset by peer')"),
    (
        Phase::Connect,
        OsErrorKind::Other,
        "ConnectError(OSError('the operating system reports an error'))",
    ),
];

#[test]
fn os_error_maps_to_exception() {
    for &(phase, kind, expected) in OS_ERRORS {
        assert_eq!(raised(failure(phase, &os(0, kind), b"")), expected);
    }
}

#[test]
fn body_source_failure_keeps_its_exception() {
    if cfg!(unix) {
        let cause = Cause::Body(OsError { code: 5, kind: OsErrorKind::Other });
        assert_eq!(
            raised(failure(Phase::SendBody, &cause, b"")),
            "OSError(5, 'Input/output error')"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn unknown_error_number_is_shown() {
    assert_eq!(
        raised(failure(Phase::Connect, &os(999, OsErrorKind::Other), b"")),
        "ConnectError(OSError(999, 'Unknown error 999'))"
    );
    assert_eq!(
        raised(failure(Phase::Connect, &os(1, OsErrorKind::Denied), b"")),
        "ConnectError(PermissionError(1, 'Operation not permitted'))"
    );
}

#[test]
fn resolve_error_maps_to_exception() {
    for (error, expected) in [
        (ResolveError::NotFound, "gaierror(-2, 'Name or service not known')"),
        (ResolveError::Temporary, "gaierror(-3, 'Temporary failure in name resolution')"),
        (ResolveError::NoAddress, "gaierror(-5, 'No address associated with hostname')"),
        (ResolveError::Other(-4), "gaierror(-4, 'Non-recoverable failure in name resolution')"),
        (ResolveError::Other(11001), "gaierror(11001, 'Unknown error')"),
    ] {
        assert_eq!(
            raised(failure(Phase::Resolve, &Cause::Resolve(error), b"")),
            format!("ConnectError({expected})")
        );
    }
}

#[test]
fn timeout_maps_to_exception() {
    for (phase, waiting, secure, expected) in [
        (Phase::Connect, Waiting::Connect, false, "ConnectTimeout(TimeoutError('timed out'))"),
        (Phase::Resolve, Waiting::Total, false, "ConnectTimeout(TimeoutError('timed out'))"),
        (
            Phase::Tls,
            Waiting::Connect,
            false,
            "ConnectTimeout(TimeoutError('_ssl.c:989: The handshake operation timed out'))",
        ),
        (
            Phase::Tls,
            Waiting::Total,
            true,
            "ConnectTimeout(TimeoutError('_ssl.c:989: The handshake operation timed out'))",
        ),
        (Phase::ReceiveHead, Waiting::Read, false, "ReadTimeout(TimeoutError('timed out'))"),
        (
            Phase::ReceiveBody,
            Waiting::Read,
            true,
            "ReadTimeout(TimeoutError('The read operation timed out'))",
        ),
        (Phase::ReceiveBody, Waiting::Total, false, "ReadTimeout(TimeoutError('timed out'))"),
        (Phase::SendBody, Waiting::Write, false, "WriteTimeout(TimeoutError('timed out'))"),
        (
            Phase::SendHead,
            Waiting::Write,
            true,
            "WriteTimeout(TimeoutError('The write operation timed out'))",
        ),
        (Phase::Idle, Waiting::Total, false, "TimeoutError('timed out')"),
    ] {
        let cause = Cause::TimedOut(waiting);
        let mut failure = failure(phase, &cause, b"");
        failure.secure = secure;
        assert_eq!(raised(failure), expected);
    }
}

#[test]
fn tls_error_maps_to_exception() {
    for (error, expected) in [
        (
            TlsError::EndOfStream,
            "SSLEOFError(8, '[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:1006)')",
        ),
        (
            TlsError::NotTls,
            "SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)')",
        ),
        (
            TlsError::Alert(48),
            "SSLError(1, '[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:1006)')",
        ),
        (
            TlsError::Alert(116),
            "SSLError(1, '[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:1006)')",
        ),
        (TlsError::Alert(255), "SSLError(1, '[SSL] unknown error (_ssl.c:1006)')"),
        (TlsError::Configuration, "SSLError('the TLS configuration is unusable')"),
    ] {
        assert_eq!(
            raised(failure(Phase::Tls, &Cause::Tls(error), b"")),
            format!("ConnectError({expected})")
        );
    }
}

#[test]
fn rejected_certificate_maps_to_exception() {
    use CertificateProblem as Problem;
    for (problem, host, why) in [
        (Problem::UnknownIssuer, "localhost", "'unable to get local issuer certificate'"),
        (Problem::SelfSigned, "localhost", "'self-signed certificate'"),
        (Problem::Expired, "localhost", "'certificate has expired'"),
        (Problem::NotYetValid, "localhost", "'certificate is not yet valid'"),
        (Problem::Revoked, "localhost", "'certificate revoked'"),
        (
            Problem::WrongName,
            "localhost",
            "\"Hostname mismatch, certificate is not valid for 'localhost'.\"",
        ),
        (
            Problem::WrongName,
            "127.0.0.1",
            "\"IP address mismatch, certificate is not valid for '127.0.0.1'.\"",
        ),
        (Problem::WrongName, "::1", "\"IP address mismatch, certificate is not valid for '::1'.\""),
    ] {
        let (quote, why) = (&why[..1], &why[1..why.len() - 1]);
        let cause = Cause::Tls(TlsError::Certificate(problem));
        assert_eq!(
            raised(failure(Phase::Tls, &cause, host.as_bytes())),
            format!(
                "ConnectError(SSLCertVerificationError(1, {quote}[SSL: CERTIFICATE_VERIFY_FAILED] \
                 certificate verify failed: {why} (_ssl.c:1006){quote}))"
            )
        );
    }
}

/// A rule, the line that breaks it, and the argument of the exception.
const INVALID_HEADS: &[(Rule, &[u8], &str)] = &[
    (
        Rule::VersionForm,
        b"SSH-2.0-OpenSSH_9.6",
        r#""illegal status line: bytearray(b'SSH-2.0-OpenSSH_9.6')""#,
    ),
    (Rule::VersionForm, b"HTTP/2 200 OK", r#""illegal status line: bytearray(b'HTTP/2 200 OK')""#),
    (
        Rule::StatusCode,
        b"HTTP/1.1 it's",
        r#"'illegal status line: bytearray(b"HTTP/1.1 it\\\'s")'"#,
    ),
    (
        Rule::StatusCode,
        br#"HTTP/1.1 "no""#,
        r#"'illegal status line: bytearray(b\'HTTP/1.1 "no"\')'"#,
    ),
    (
        Rule::StatusCode,
        br#"HTTP/1.1 OK "it's""#,
        r#"'illegal status line: bytearray(b\'HTTP/1.1 OK "it\\\'s"\')'"#,
    ),
    (
        Rule::StatusCode,
        b"HTTP/1.1 099 Odd",
        "'InformationalResponse status_code should be in range [100, 200), not 99'",
    ),
    (Rule::VersionForm, b"\x15\x03\x01", "'illegal request line'"),
    (Rule::BlankLineFirst, b"", "'no response line received'"),
    (
        Rule::FieldColon,
        b"This is no header",
        r#""illegal header line: bytearray(b'This is no header')""#,
    ),
    (Rule::FieldColon, b"it's wrong", r#"'illegal header line: bytearray(b"it\\\'s wrong")'"#),
    (Rule::SpaceBeforeColon, b"X : y", r#""illegal header line: bytearray(b'X : y')""#),
    (Rule::FieldValueCharacter, b"X: a\0b", r#""illegal header line: bytearray(b'X: a\\x00b')""#),
    (Rule::BareCr, b"X: a\rb", r#""illegal header line: bytearray(b'X: a\\rb')""#),
    (Rule::BareLf, b"HTTP/1.1 200 a:b", r#""illegal status line: bytearray(b'HTTP/1.1 200 a:b')""#),
    (Rule::FoldFirst, b" X: y", "'continuation line at start of headers'"),
    (Rule::ContentLengthInvalid, b"Content-Length: x", "'bad Content-Length'"),
    (Rule::ContentLengthTooLarge, b"Content-Length: 9", "'bad Content-Length'"),
    (Rule::ContentLengthConflict, b"Content-Length: 1, 2", "'conflicting Content-Length headers'"),
    (
        Rule::TransferEncodingUnknown,
        b"Transfer-Encoding: gzip",
        "'Only Transfer-Encoding: chunked is supported'",
    ),
    (
        Rule::TransferEncodingRepeated,
        b"Transfer-Encoding: chunked",
        "'multiple Transfer-Encoding headers'",
    ),
    (Rule::HeadTooLong, b"", "'Receive buffer too long'"),
    (
        Rule::SwitchUnasked,
        b"",
        "'Received server _SWITCH_UPGRADE event without a pending proposal'",
    ),
    (Rule::LengthAndTransferEncoding, b"", "'Content-Length and Transfer-Encoding are both given'"),
];

#[test]
fn invalid_head_maps_to_remote_protocol_error() {
    for &(rule, line, expected) in INVALID_HEADS {
        assert_eq!(
            raised(failure(Phase::ReceiveHead, &broken(rule), line)),
            format!("RemoteProtocolError(RemoteProtocolError({expected}))")
        );
    }
}

#[test]
fn invalid_header_line_is_escaped() {
    let cause = broken(Rule::FieldNameCharacter);
    let line = b"X Bad: caf\xe9\t\\ \"it's\"";
    let failure = failure(Phase::ReceiveHead, &cause, line);
    assert_eq!(
        Raised { failure, capture: Capture::Private, profile: Profile::HTTPX_0_28 }.to_string(),
        r#"RemoteProtocolError(RemoteProtocolError('illegal header line: bytearray(b\'X Bad: caf\\xe9\\t\\\\ "it\\\'s"\')'))"#
    );
}

#[test]
fn invalid_body_maps_to_remote_protocol_error() {
    for (rule, line, expected) in [
        (Rule::ChunkSize, &b"xyz\r\n"[..], r#""illegal chunk header: bytearray(b'xyz\\r\\n')""#),
        (Rule::BareLf, b"5\n", r#""illegal chunk header: bytearray(b'5\\n')""#),
        (Rule::BareLf, b"X: y\n", r#""illegal header line: bytearray(b'X: y\\n')""#),
        (
            Rule::ChunkDataEnd,
            b"lo",
            r#""malformed chunk footer: bytearray(b'lo') (expected b'\\r\\n')""#,
        ),
        (Rule::FieldColon, b"trailer", r#""illegal header line: bytearray(b'trailer')""#),
        (
            Rule::EndInBody,
            b"",
            "'peer closed connection without sending complete message body (received 3 bytes, expected 10)'",
        ),
        (
            Rule::EndInChunks,
            b"",
            "'peer closed connection without sending complete message body (incomplete chunked read)'",
        ),
        (Rule::EndInChunks, b"5", "'peer unexpectedly closed connection'"),
    ] {
        assert_eq!(
            raised(failure(Phase::ReceiveBody, &broken(rule), line)),
            format!("RemoteProtocolError(RemoteProtocolError({expected}))")
        );
    }
}

#[test]
fn close_before_response_maps_to_exception() {
    for rule in [Rule::EndBeforeResponse, Rule::EndInHead] {
        assert_eq!(
            raised(failure(Phase::ReceiveHead, &broken(rule), b"HTT")),
            "RemoteProtocolError('Server disconnected without sending a response.')"
        );
    }
}

#[test]
fn invalid_request_maps_to_local_protocol_error() {
    for (wrong, field, expected) in [
        (Misuse::Method, &b""[..], "'Illegal method characters'"),
        (Misuse::Target, b"", "'Illegal target characters'"),
        (Misuse::FieldName(0), b"X Bad", r#""Illegal header name b'X Bad'""#),
        (Misuse::FieldValue(0), b"X: a\x01\x0bb", r#""Illegal header value b'a\\x01\\x0bb'""#),
        (Misuse::HostMissing, b"", "'Missing mandatory Host: header'"),
        (Misuse::HostRepeated, b"", "'Found multiple Host: headers'"),
    ] {
        assert_eq!(
            raised(failure(Phase::SendHead, &misuse(wrong), field)),
            format!("LocalProtocolError(LocalProtocolError({expected}))")
        );
    }
}

#[test]
fn body_error_is_not_repeated() {
    for (wrong, expected) in [
        (Misuse::BodyTooShort(3), "'Too little data for declared Content-Length'"),
        (Misuse::BodyTooLong, "'Too much data for declared Content-Length'"),
    ] {
        assert_eq!(
            raised(failure(Phase::SendBody, &misuse(wrong), b"")),
            format!("LocalProtocolError({expected})")
        );
    }
}

#[test]
fn cancellation_maps_to_generator_exit() {
    assert_eq!(raised(failure(Phase::ReceiveBody, &Cause::Cancelled, b"")), "GeneratorExit()");
}
