//! `limpid.server`: connections that are served, and the requests on them.

macro_rules! entries {
    ($next:ident $parts:tt $($before:tt)*) => { $next! { $parts $($before)*
        /// Serving a connection
        span Serve: LimpidServer "connection" Debug {
            started ServeStarted {
                /// The client's address; none for a Unix socket.
                peer: MaybeAddress Public,
                /// Whether TLS is to carry it.
                secure: Flag Public,
            }
            /// Serving a connection: it is closed.
            complete ServeComplete {
                /// Why it ended.
                why: Word Public,
                /// How many requests were read on it.
                requests: Count Public,
            }
            failed ServeFailed { failure }
        }

        /// Shaking hands over TLS with a client
        span AcceptTls: LimpidServer "accept_tls" Debug {
            started AcceptTlsStarted {
                /// How long it may take.
                timeout: Seconds Public,
            }
            complete AcceptTlsComplete {}
            failed AcceptTlsFailed { failure }
        }

        /// Answering a request whose head has come
        span Answer: LimpidServer "request" Debug {
            started AnswerStarted {
                /// The method.
                method: Bytes Public,
                /// The target, as it was sent.
                target: Bytes Url,
                /// The version of the request.
                version: Version Public,
            }
            /// Answering a request: the whole response is on its way.
            complete AnswerComplete Info {
                /// The method.
                method: Bytes Public,
                /// The target, as it was sent.
                target: Bytes Url,
                /// The status code of the response.
                status: Status Public,
                /// How many bytes of the request's body were read, without its framing.
                received: Count Public,
                /// How many bytes the response's body has, without its framing.
                sent: Count Public,
            }
            /// Answering a request: given up.
            failed AnswerFailed Info { failure }
        }

        /// A request is refused without asking the handler, or in its place.
        point RequestRefused: LimpidServer "refused" Info {
            /// The status code with which it is.
            status: Status Public,
            /// Why, in a word: the rule that was broken, or what took too long.
            rule: Word Public,
            /// Why, in a sentence.
            why: Word Public,
        }

        /// The handler gave a request up.
        point HandlerFailed: LimpidServer "handler_failed" Warning {
            /// How.
            why: Word Public,
        }

        /// A client was waited for too long.
        point ClientTooSlow: LimpidServer "deadline_passed" Debug {
            /// What it was to do.
            why: Word Public,
        }

        /// The connection is told that the server shuts down.
        point ShutdownBegun: LimpidServer "shutdown" Debug {
            /// Whether a request is open, which is answered first.
            busy: Flag Public,
        }
    } };
}

pub(super) use entries;
