//! `limpid.client`: what the client decides.

macro_rules! entries {
    ($next:ident $parts:tt $($before:tt)*) => { $next! { $parts $($before)*
        /// An exchange, all that is done for one request
        span Exchange: LimpidClient "exchange" Debug {
            started ExchangeStarted {
                /// The method of the request.
                method: Bytes Public,
                /// The URL of the request, with userinfo and fragment.
                url: Text Url,
            }
            /// An exchange, all that is done for one request: the response was had, and no event follows.
            complete ExchangeComplete {
                /// How many bytes of HTTP were sent.
                sent: Count Public,
                /// How many bytes of HTTP were received.
                received: Count Public,
                /// Where the time went, in seconds.
                timings: Timings Public,
            }
            /// An exchange, all that is done for one request: given up, and no event follows.
            failed ExchangeFailed {
                failure,
                /// How many bytes of HTTP were sent.
                sent: Count Public,
                /// How many bytes of HTTP were received.
                received: Count Public,
                /// Where the time went, in seconds.
                timings: Timings Public,
            }
        }

        /// Getting a connection, or leave to open one, from the pool
        span Acquire: LimpidClient "acquire" Debug {
            started AcquireStarted {
                /// Whether TLS is to carry it.
                secure: Flag Public,
                /// The host of the origin server, lower-case and without brackets.
                host: Text Public,
                /// The port of the origin server.
                port: Port Public,
            }
            complete AcquireComplete {
                /// Whether the connection has served before; if not, it is opened next.
                reused: Flag Public,
            }
            failed AcquireFailed { failure }
        }

        /// An idle connection leaves the pool, to be closed.
        point ConnectionRetired: LimpidClient "retired" Debug {
            /// Why.
            why: Word Public,
        }

        /// A response asks for another request: that is made, or is not.
        point RedirectDecided: LimpidClient "redirect" Debug {
            /// The status code.
            status: Status Public,
            /// The URL that it leads to, where it is one of HTTP and may matter.
            url: MaybeText Url,
            /// Whether it is followed.
            follow: Flag Public,
            /// Why.
            why: Word Public,
        }

        /// No connection was opened: that is tried again, or is not.
        point RetryDecided: LimpidClient "retry_decision" Debug {
            /// Whether it is.
            again: Flag Public,
            /// Why.
            why: Word Public,
        }

        /// Looking up the addresses of a host
        span Resolve: LimpidClient "resolve" Debug {
            started ResolveStarted {
                /// The host, lower-case and without brackets.
                host: Text Public,
                /// The port.
                port: Port Public,
            }
            complete ResolveComplete {
                /// How many addresses it has.
                addresses: Count Public,
            }
            failed ResolveFailed { failure }
        }

        /// Trying one address
        span Dial: LimpidClient "dial" Debug {
            started DialStarted {
                /// The address.
                address: Address Public,
            }
            complete DialComplete {}
            failed DialFailed { failure }
        }

        /// A deadline passed.
        point DeadlinePassed: LimpidClient "deadline_passed" Debug {
            /// What it was set for.
            why: Word Public,
        }

        /// A request that expects `100 Continue` waits no longer (RFC 9110 section 10.1.1).
        point ContinueDecided: LimpidClient "expect_continue" Debug {
            /// Whether its body is sent.
            sends: Flag Public,
            /// Why.
            why: Word Public,
        }

        /// It is decided whether the content codings of a response are undone, of which there are some and a caller who wants that.
        point CodingDecided: LimpidClient "content_coding" Debug {
            /// The codings, in the order in which they were applied.
            codings: Bytes Public,
            /// Whether they are undone.
            decodes: Flag Public,
            /// Why.
            why: Word Public,
        }

        /// The content codings of a body were undone to its end.
        point ContentDecoded: LimpidClient "content_decoded" Debug {
            /// How many bytes the body had.
            coded: Count Public,
            /// How many bytes came of them.
            decoded: Count Public,
        }

        /// A body cannot be decoded, or would become too much.
        point ContentRefused: LimpidClient "content_refused" Debug {
            /// The coding that was undone.
            coding: Word Public,
            /// What is wrong.
            fault: Word Public,
            /// How many bytes of the coded body had been taken.
            offset: Count Public,
        }
    } };
}

pub(super) use entries;
