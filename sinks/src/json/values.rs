//! The columns of values that have several parts.

use limpid_core::client::Timings;
use limpid_core::error::{Cause, CodingError, OsError, PeerError};
use limpid_core::http1::{RequestHead, ResponseHead};
use limpid_core::trace::capture::HIDDEN;
use limpid_core::trace::{Capture, Credentials, Failure, SocketOption, StreamId, TlsContext};

use super::column::columns;
use super::list::{FieldList, SocketOptionList};
use super::types::{
    Bytes, CauseName, Count, Displayed, Flag, HttpVersion, Maybe, Nanoseconds, Signed, Text,
};

columns! {
    /// A request, shown by its method.
    RequestColumns(method, _): &'v [u8] {
        /// The method of the request.
        method: Bytes = method,
    }

    /// The head of a request.
    RequestHeadColumns(head, capture): RequestHead<'v> {
        /// The method.
        method: Bytes = head.method,
        /// The target.
        target: Bytes = &capture.target(head.target),
        /// The version of HTTP.
        version: HttpVersion = head.version,
        /// The fields of the head.
        fields: FieldList = (head.fields, capture),
    }

    /// The head of a response.
    ResponseHeadColumns(head, capture): ResponseHead<'v> {
        /// The version of HTTP.
        version: HttpVersion = head.version,
        /// The status code.
        status: Count = head.status.into(),
        /// The reason phrase.
        reason: Bytes = &capture.phrase(head.reason),
        /// The fields of the head.
        fields: FieldList = (head.fields, capture),
    }

    /// A failure.
    FailureColumns(failure, capture): Failure<'v> {
        /// The kind of cause.
        cause: CauseName = failure.cause,
        /// The cause in words.
        error: Displayed = failure.cause,
        /// What the exchange was doing when the operation failed; left out if it had not begun.
        failed_phase: Maybe<Text> = failure.phase.failed_while(),
        /// Whether the connection used TLS.
        secure: Flag = failure.secure,
        /// The bytes that the cause refers to, such as the line that broke a rule; often empty.
        excerpt: Bytes = &capture.excerpt(failure.cause, failure.excerpt),
        /// Number of bytes of the body that had arrived.
        body_received: Count = failure.body.0,
        /// Number of bytes of the body that were announced by then.
        body_announced: Count = failure.body.1,
        /// The rule that the peer broke.
        rule: Maybe<Text> = peer(failure.cause).map(|error| error.rule.name()),
        /// The section of the RFC that defines the rule.
        section: Maybe<Text> = peer(failure.cause).map(|error| error.rule.section()),
        /// Number of bytes before the fault: of the connection, or of the coded body.
        byte_offset: Maybe<Count> = offset(failure.cause),
        /// The content coding that failed.
        coding: Maybe<Text> = coding(failure.cause).map(|error| error.coding.name()),
        /// What is wrong with the coded body.
        fault: Maybe<Text> = coding(failure.cause).map(|error| error.fault.name()),
        /// The number that the operating system gave its error; 0 if it gave none.
        os_error: Maybe<Signed> = os_error(failure.cause),
    }

    /// The duration of each part of an exchange.
    TimingsColumns(timings, _): &'v Timings {
        /// The whole exchange.
        total_ns: Nanoseconds = timings.total,
        /// Waiting for a connection, or for permission to open one.
        pool_ns: Maybe<Nanoseconds> = timings.pool,
        /// Resolving the host name.
        resolve_ns: Maybe<Nanoseconds> = timings.resolve,
        /// Opening the connection.
        connect_ns: Maybe<Nanoseconds> = timings.connect,
        /// Performing the TLS handshake.
        tls_ns: Maybe<Nanoseconds> = timings.tls,
        /// Sending the request.
        send_ns: Maybe<Nanoseconds> = timings.send,
        /// Waiting for the first byte of the response.
        wait_ns: Maybe<Nanoseconds> = timings.wait,
        /// Receiving the response.
        receive_ns: Maybe<Nanoseconds> = timings.receive,
        /// From the start of the exchange to the last redirect.
        redirect_ns: Maybe<Nanoseconds> = timings.redirect,
        /// Number of connections that were opened.
        connections: Count = timings.connections.into(),
        /// Number of redirects that were followed.
        redirects: Count = timings.redirects.into(),
        /// Number of repeated attempts to open a connection.
        connect_retries: Count = timings.connect_retries.into(),
        /// Number of retries of requests.
        retries: Count = timings.retries.into(),
    }

    /// Bytes of messages.
    Payload(bytes, capture): &'v [u8] {
        /// Number of bytes.
        size: Count = bytes.len() as u64,
        /// The bytes, if they may be shown.
        data: Maybe<Bytes> = capture.shows_bytes().then_some(bytes),
    }

    /// A byte stream.
    Stream(stream, _): StreamId {
        /// The number of the connection.
        stream_connection: Count = stream.connection,
        /// How many TLS layers it has.
        tls_layers: Count = stream.layer.into(),
    }

    /// A TLS configuration.
    Tls(context, _): TlsContext {
        /// Whether certificates are verified.
        verify: Flag = context.verify,
    }

    /// A user name and a password.
    Login(credentials, capture): Credentials<'v> {
        /// The user name.
        username: Bytes = shown(capture != Capture::Redacted, credentials.user),
        /// The password.
        password: Bytes = shown(capture.shows_secrets(), credentials.password),
    }

    /// Socket options.
    Options(options, _): &'v [SocketOption] {
        /// The caller's socket options.
        socket_options: SocketOptionList = options,
    }
}

fn shown(shows: bool, value: &[u8]) -> &[u8] {
    if shows { value } else { HIDDEN.as_bytes() }
}

const fn peer(cause: &Cause) -> Option<&PeerError> {
    match cause {
        Cause::Peer(error) => Some(error),
        _ => None,
    }
}

const fn coding(cause: &Cause) -> Option<&CodingError> {
    match cause {
        Cause::Coding(error) => Some(error),
        _ => None,
    }
}

fn offset(cause: &Cause) -> Option<u64> {
    let coded = coding(cause).map(|error| error.offset);
    peer(cause).map(|error| error.offset).or(coded)
}

const fn os_error(cause: &Cause) -> Option<i32> {
    match cause {
        Cause::Os(OsError { code, .. }) | Cause::Body(OsError { code, .. }) => Some(*code),
        _ => None,
    }
}
