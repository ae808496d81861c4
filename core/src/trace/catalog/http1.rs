//! `limpid.http1` and `limpid.io`: what the parser reads and decides, and the bytes that the transport
//! moves.

macro_rules! entries {
    ($next:ident $parts:tt $($before:tt)*) => { $next! { $parts $($before)*
        // limpid.http1: what the parser reads, and the reasons for its decisions.

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

        // limpid.io: bytes that the transport moves.

        /// The transport received bytes.
        point BytesReceived: LimpidIo "received" Trace {
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

        /// The transport accepted bytes.
        point BytesSent: LimpidIo "sent" Trace {
            /// The bytes.
            bytes: Bytes Payload,
        }
    } };
}

pub(super) use entries;
