//! `limpid.http1` and `limpid.io`: what the parser reads and decides, and bytes as they pass the
//! transport.

macro_rules! entries {
    ($next:ident $parts:tt $($before:tt)*) => { $next! { $parts $($before)*
        // limpid.http1: what the parser reads, and why it decides as it does.

        /// A request line or status line was read.
        point StartLineRead: LimpidHttp1 "start_line" Debug {
            /// The line, without its end.
            line: Bytes Url,
            /// How many bytes the peer had sent on this connection before it.
            offset: Count Public,
        }

        /// A field line was read.
        point FieldRead: LimpidHttp1 "field" Debug {
            /// The name.
            name: Bytes Public,
            /// The value.
            value: Bytes Fields,
            /// How many bytes the peer had sent on this connection before it.
            offset: Count Public,
        }

        /// It is decided where the body of a message ends.
        point FramingChosen: LimpidHttp1 "framing" Debug {
            /// How the end is found.
            framing: Word Public,
            /// The length, where it is known.
            length: MaybeCount Public,
            /// Why, with the section that says so.
            why: Word Public,
        }

        /// A chunk-size line was read.
        point ChunkRead: LimpidHttp1 "chunk" Debug {
            /// The size of the chunk in bytes; 0 for the last.
            size: Count Public,
            /// How many bytes of extensions follow the size.
            extension: Count Public,
            /// How many bytes the peer had sent on this connection before it.
            offset: Count Public,
        }

        /// A trailer field was read.
        point TrailerRead: LimpidHttp1 "trailer" Debug {
            /// The name.
            name: Bytes Public,
            /// The value.
            value: Bytes Fields,
            /// How many bytes the peer had sent on this connection before it.
            offset: Count Public,
        }

        /// A rule was broken, and the connection was told to tolerate that.
        point LeniencyUsed: LimpidHttp1 "leniency" Debug {
            /// The rule.
            rule: Word Public,
            /// Where it is written.
            section: Word Public,
            /// How many bytes the peer had sent on this connection before it.
            offset: Count Public,
        }

        /// The peer's bytes are more than a limit allows: they are refused.
        point LimitHit: LimpidHttp1 "limit" Debug {
            /// The limit.
            limit: Word Public,
            /// How much it allows: bytes, or a number of lines, fields or messages.
            most: Count Public,
        }

        /// The peer's bytes are refused.
        point Refused: LimpidHttp1 "refused" Debug {
            /// The rule they break.
            rule: Word Public,
            /// Where it is written.
            section: Word Public,
            /// The offending byte.
            byte: MaybeCount Public,
            /// How many bytes the peer had sent on this connection before it.
            offset: Count Public,
        }

        /// An informational response has come.
        point InformationalRead: LimpidHttp1 "informational" Debug {
            /// The head.
            head: ResponseHead Fields,
        }

        /// The connection leaves HTTP/1.1: a tunnel, or another protocol.
        point Switched: LimpidHttp1 "switched" Debug {
            /// How many bytes of what follows have arrived.
            leftover: Count Public,
        }

        /// The connection can serve another exchange, or cannot.
        point ReuseDecided: LimpidHttp1 "reuse" Debug {
            /// Whether it can.
            reusable: Flag Public,
            /// Why.
            why: Word Public,
        }

        // limpid.io: bytes as they pass the transport.

        /// Bytes arrived.
        point BytesReceived: LimpidIo "received" Trace {
            /// The bytes.
            bytes: Bytes Payload,
        }

        /// Bytes were taken by the transport.
        point BytesSent: LimpidIo "sent" Trace {
            /// The bytes.
            bytes: Bytes Payload,
        }
    } };
}

pub(super) use entries;
