//! `limpid.server`: the connections of a server, and the requests on them.

macro_rules! entries {
    ($next:ident $parts:tt $($before:tt)*) => { $next! { $parts $($before)*
        /// Serving a connection
        span Serve: LimpidServer "connection" Debug {
            started ServeStarted {
                /// The client's address, unless the connection uses a Unix socket.
                peer: MaybeAddress Public,
                /// Whether the connection uses TLS.
                secure: Flag Public,
            }
            /// Serving a connection: complete; the connection is closed.
            complete ServeComplete {
                /// The reason for which it ended.
                why: Word Public,
                /// Number of requests that were read on it.
                requests: Count Public,
            }
            failed ServeFailed { failure }
        }

        /// Performing the TLS handshake with a client
        span AcceptTls: LimpidServer "accept_tls" Debug {
            started AcceptTlsStarted {
                /// The time limit of the handshake.
                timeout: Seconds Public,
            }
            complete AcceptTlsComplete {}
            failed AcceptTlsFailed { failure }
        }

        /// The request names its position in a distributed trace (W3C Trace Context).
        point TraceContext: LimpidServer "traceparent" Debug {
            /// The number of the trace: 32 hexadecimal digits.
            trace_id: Text Public,
            /// The number of the operation that sent the request: 16 hexadecimal digits.
            parent_id: Text Public,
            /// Whether the sender may have recorded the trace.
            sampled: Flag Public,
        }

        /// Answering a request whose head has arrived
        span Answer: LimpidServer "request" Debug {
            started AnswerStarted {
                /// The method.
                method: Bytes Public,
                /// The target, as the client sent it.
                target: Bytes Url,
                /// The version of the request.
                version: Version Public,
            }
            /// Answering a request: complete; the whole response is queued for the transport.
            complete AnswerComplete Info {
                /// The method.
                method: Bytes Public,
                /// The target, as the client sent it.
                target: Bytes Url,
                /// The status code of the response.
                status: Status Public,
                /// Number of bytes of the request's body that were read, without framing.
                received: Count Public,
                /// Number of bytes of the response's body, without framing.
                sent: Count Public,
            }
            /// Answering a request: failed.
            failed AnswerFailed Info {
                failure,
                /// Number of bytes of the request's body that were read, without framing.
                received: Count Public,
                /// Number of bytes of the response's body that the handler has sent, without framing.
                sent: Count Public,
            }
        }

        /// The server refuses a request itself, before or instead of the handler's response.
        point RequestRefused: LimpidServer "refused" Info {
            /// The status code of the response.
            status: Status Public,
            /// The short form of the reason: the rule that was broken, or the operation that took too long.
            rule: Word Public,
            /// The reason in full.
            why: Word Public,
        }

        /// The handler stopped answering a request.
        point HandlerFailed: LimpidServer "handler_failed" Warning {
            /// How it stopped.
            why: Word Public,
            /// The error that it returned, if the driver has passed it on.
            error: MaybeText Text,
        }

        /// The handler has passed the request on with a client, as a gateway does.
        point Forwarded: LimpidServer "forwarded" Debug {
            /// The number of the client's exchange.
            client_exchange: Count Public,
            /// The URL that was requested.
            url: Text Url,
        }

        /// The handler cannot pass on the request or its response, and answers the client itself.
        point ForwardFailed: LimpidServer "forward_failed" Warning {
            /// The number of the client's exchange, if one began.
            client_exchange: MaybeCount Public,
            /// The status code of the handler's answer.
            status: Status Public,
            /// The reason.
            error: Text Text,
        }

        /// The handler opens a tunnel, and passes on what either side sends.
        point TunnelOpened: LimpidServer "tunnel.opened" Debug {
            /// The host that the client has named.
            host: Text Public,
            /// The port.
            port: Port Public,
            /// The address that the handler has connected to, if it has.
            address: MaybeAddress Public,
        }

        /// The tunnel is closed in both directions.
        point TunnelClosed: LimpidServer "tunnel.closed" Debug {
            /// Number of bytes that the client has sent.
            received: Count Public,
            /// Number of bytes that the client was sent.
            sent: Count Public,
            /// The error that has ended it, if it has not ended in both directions.
            error: MaybeText Text,
        }

        /// A deadline of the server for a client passed.
        point ClientTooSlow: LimpidServer "deadline_passed" Debug {
            /// What the server waited for.
            why: Word Public,
        }

        /// The system lacks a resource for another connection; the longest idle one closes, and the server pauses.
        point ResourcesExhausted: LimpidServer "exhausted" Warning {
            /// The resource.
            what: Word Public,
            /// Number of open connections.
            open: Count Public,
        }

        /// The connection starts to shut down, because the server shuts down.
        point ShutdownBegun: LimpidServer "shutdown" Debug {
            /// Whether a request is open; the server answers it first.
            busy: Flag Public,
        }
    } };
}

pub(super) use entries;
