//! `limpid.http1` and `limpid.io`: the heads that are sent, what the parser reads and decides, and the bytes
//! that the transport moves.

macro_rules! entries {
    ($next:ident $parts:tt $($before:tt)*) => { $next! { $parts $($before)*
        // limpid.http1: the heads that are sent, what the parser reads, and the reasons for its decisions.

        /// The head of a request, or of a CONNECT, was queued for the transport.
        point RequestSent: LimpidHttp1 "request_sent" Debug {
            /// The head, with the fields that the connection added.
            head: RequestHead Fields,
        }

        /// The head of a response, final or informational, was queued for the transport.
        point ResponseSent: LimpidHttp1 "response_sent" Debug {
            /// The head, with the fields that the connection added.
            head: ResponseHead Fields,
        }

        /// The parser read the head of a request, which is answered next.
        point RequestRead: LimpidHttp1 "request_read" Debug {
            /// The head.
            head: RequestHead Fields,
        }

        /// The parser read a request line or a status line.
        point StartLineRead: LimpidHttp1 "start_line" Debug {
            /// The line, without its line end.
            line: Bytes Url,
            /// Number of bytes that the peer sent on this connection before it.
            offset: Count Public,
        }

        /// The parser read a field line.
        point FieldRead: LimpidHttp1 "field" Debug {
            /// The name.
            name: Bytes Public,
            /// The value.
            value: Bytes Fields,
            /// Number of bytes that the peer sent on this connection before it.
            offset: Count Public,
        }

        /// The parser determined where the body of a message ends.
        point FramingChosen: LimpidHttp1 "framing" Debug {
            /// The framing of the body.
            framing: Word Public,
            /// The length in bytes, if the head gives it.
            length: MaybeCount Public,
            /// The reason, with the section of the RFC.
            why: Word Public,
        }

        /// The parser read a chunk-size line.
        point ChunkRead: LimpidHttp1 "chunk" Debug {
            /// The size of the chunk in bytes; 0 for the last chunk.
            size: Count Public,
            /// Number of bytes of chunk extensions after the size.
            extension: Count Public,
            /// Number of bytes that the peer sent on this connection before it.
            offset: Count Public,
        }

        /// The parser read a trailer field.
        point TrailerRead: LimpidHttp1 "trailer" Debug {
            /// The name.
            name: Bytes Public,
            /// The value.
            value: Bytes Fields,
            /// Number of bytes that the peer sent on this connection before it.
            offset: Count Public,
        }

        /// The peer broke a rule that the connection is configured to tolerate.
        point LeniencyUsed: LimpidHttp1 "leniency" Debug {
            /// The rule.
            rule: Word Public,
            /// The section of the RFC that defines it.
            section: Word Public,
            /// Number of bytes that the peer sent on this connection before it.
            offset: Count Public,
        }

        /// The peer's bytes exceed a limit, and the connection refuses them.
        point LimitHit: LimpidHttp1 "limit" Debug {
            /// The limit.
            limit: Word Public,
            /// The value of the limit: bytes, or a number of lines, fields or messages.
            most: Count Public,
        }

        /// The connection refuses the peer's bytes.
        point Refused: LimpidHttp1 "refused" Debug {
            /// The rule that they break.
            rule: Word Public,
            /// The section of the RFC that defines it.
            section: Word Public,
            /// The byte that breaks the rule.
            byte: MaybeCount Public,
            /// Number of bytes that the peer sent on this connection before it.
            offset: Count Public,
        }

        /// The parser read an informational response.
        point InformationalRead: LimpidHttp1 "informational" Debug {
            /// The head.
            head: ResponseHead Fields,
        }

        /// A final response accepted or refused to leave HTTP/1.1, which the request had asked for.
        point SwitchDecided: LimpidHttp1 "switch_decision" Debug {
            /// How the request asked: `Upgrade` or `CONNECT`.
            by: Word Public,
            /// Whether the connection switches.
            accepted: Flag Public,
            /// The status code.
            status: Status Public,
        }

        /// The connection switches from HTTP/1.1 to a tunnel or to another protocol.
        point Switched: LimpidHttp1 "switched" Debug {
            /// Number of bytes of the new protocol that have arrived.
            leftover: Count Public,
        }

        /// The connection decided whether it can carry another exchange.
        point ReuseDecided: LimpidHttp1 "reuse" Debug {
            /// Whether the connection can be reused.
            reusable: Flag Public,
            /// The reason.
            why: Word Public,
        }

        // limpid.io: bytes that the transport moves, and the layers that secure them.

        /// A handshake has determined the properties of a secured connection.
        point TlsNegotiated: LimpidIo "tls" Debug {
            /// The protocol and version, such as `TLSv1.3`.
            version: MaybeText Public,
            /// The cipher suite, by its name in IANA's registry.
            cipher: MaybeText Public,
            /// The group or the algorithm of the key exchange, by its name in IANA's registry.
            key_exchange: MaybeText Public,
            /// The protocol above, which was negotiated by ALPN (RFC 7301).
            protocol: MaybeText Public,
            /// The kind of the handshake: `full`, `full with HelloRetryRequest` or `resumed`.
            handshake: MaybeText Public,
            /// The host name that the client asked a server for (SNI, RFC 6066 section 3).
            server_name: MaybeText Public,
        }

        /// The peer of a secured connection sent its certificate.
        point CertificateReceived: LimpidIo "certificate" Debug {
            /// Whether it was accepted.
            accepted: Flag Public,
            /// The subject.
            subject: Text Public,
            /// The issuer.
            issuer: Text Public,
            /// The DNS names and IP addresses that it is for.
            names: Text Public,
            /// When it becomes valid, in UTC.
            not_before: Text Public,
            /// Until when it is valid, in UTC.
            not_after: Text Public,
            /// The SHA-256 hash of its DER form, in hexadecimal digits.
            sha256: MaybeText Public,
        }

        /// An output starts. Sinks of JSON lines write this before their first event, and it has the time of that.
        point OutputStarted: LimpidIo "output" Debug {
            /// The number of the process.
            process: Count Public,
            /// The time of day at which the driver's clock started, in UTC.
            origin: Text Public,
        }

        /// Bytes were received: by the transport, and by HTTP through its layers, such as TLS.
        point BytesReceived: LimpidIo "received" Trace {
            /// `http` for bytes of HTTP; `transport` for what they become below a layer, such as records of TLS.
            layer: Word Public,
            /// Number of bytes of that layer that were received before them on this connection.
            offset: Count Public,
            /// The bytes.
            bytes: Bytes Payload,
        }

        /// A body or a tunnel ended without `close_notify`, so data may have been cut off (RFC 8446 section 6.1).
        point CloseNotifyMissing: LimpidIo "close_notify_missing" Debug {
            /// What has ended: `body` or `tunnel`.
            what: Word Public,
            /// Whether it is an error.
            refused: Flag Public,
        }

        /// Bytes were sent: the transport accepted them, or HTTP queued them for its layers, such as TLS.
        point BytesSent: LimpidIo "sent" Trace {
            /// `http` for bytes of HTTP; `transport` for what they become below a layer, such as records of TLS.
            layer: Word Public,
            /// Number of bytes of that layer that were sent before them on this connection.
            offset: Count Public,
            /// The bytes.
            bytes: Bytes Payload,
        }
    } };
}

pub(super) use entries;
