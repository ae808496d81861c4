//! `limpid.client`: decisions and operations of the client.

macro_rules! entries {
    ($next:ident $parts:tt $($before:tt)*) => { $next! { $parts $($before)*
        /// Performing an exchange, including redirects and retries
        span Exchange: LimpidClient "exchange" Debug {
            started ExchangeStarted {
                /// The method of the request.
                method: Bytes Public,
                /// The URL of the request, with userinfo and fragment.
                url: Text Url,
            }
            /// Performing an exchange: complete. No event of the exchange follows.
            complete ExchangeComplete {
                /// Number of bytes of HTTP that were sent.
                sent: Count Public,
                /// Number of bytes of HTTP that were received.
                received: Count Public,
                /// Number of bytes of the request's body that were sent, without framing; after a redirect, of the last request's.
                request_body: Count Public,
                /// Number of bytes of the response's body that were received, without framing and before decoding.
                response_body: Count Public,
                /// The duration of each part of the exchange, in seconds.
                timings: Timings Public,
            }
            /// Performing an exchange: failed. No event of the exchange follows.
            failed ExchangeFailed {
                failure,
                /// Number of bytes of HTTP that were sent.
                sent: Count Public,
                /// Number of bytes of HTTP that were received.
                received: Count Public,
                /// Number of bytes of the request's body that were sent, without framing; after a redirect, of the last request's.
                request_body: Count Public,
                /// Number of bytes of the response's body that were received, without framing and before decoding.
                response_body: Count Public,
                /// The duration of each part of the exchange, in seconds.
                timings: Timings Public,
            }
        }

        /// Acquiring a connection, or permission to open one, from the pool
        span Acquire: LimpidClient "acquire" Debug {
            started AcquireStarted {
                /// Whether the connection uses TLS.
                secure: Flag Public,
                /// The host of the origin server, lower-case and without brackets.
                host: Text Public,
                /// The port of the origin server.
                port: Port Public,
            }
            complete AcquireComplete {
                /// Whether it is an idle connection of the pool; if not, the client opens one next.
                reused: Flag Public,
                /// The local address of the reused connection, if the driver reported it.
                local: MaybeAddress Public,
                /// The address of the peer, which is a proxy or the server, of the reused connection.
                peer: MaybeAddress Public,
                /// The time since the reused connection was opened.
                age: Seconds Public,
                /// Number of requests that the reused connection has carried.
                requests: Count Public,
            }
            failed AcquireFailed { failure }
        }

        /// A request waits for a connection, because the pool is full or other requests wait already.
        point PoolFull: LimpidClient "pool_full" Debug {
            /// The maximum number of connections.
            limit: Count Public,
            /// Number of connections that are open, or being opened.
            open: Count Public,
            /// Number of requests that have waited longer.
            ahead: Count Public,
            /// The exchanges that hold connections, with the numbers of these.
            holders: Text Public,
        }

        /// The client adds cookies of its jar to a request, before it sends it.
        point CookiesAdded: LimpidClient "cookies" Debug {
            /// Number of cookies that it adds.
            added: Count Public,
        }

        /// The client chose the route of a connection that it opens.
        point RouteChosen: LimpidClient "route" Debug {
            /// How the server is reached: `direct`, `unix socket`, `forwarding proxy`, `tunnel` or `socks5`.
            via: Word Public,
            /// The URL of the proxy, without credentials.
            proxy: MaybeText Public,
            /// The reason: which setting named the proxy, or why no proxy is used.
            why: Word Public,
            /// Whether the client has credentials for the proxy, and sends them.
            credentials: Flag Public,
        }

        /// The pool removes an idle connection, which is then closed.
        point ConnectionRetired: LimpidClient "retired" Debug {
            /// The reason.
            why: Word Public,
        }

        /// The client decided whether it follows a redirect.
        point RedirectDecided: LimpidClient "redirect" Debug {
            /// The status code.
            status: Status Public,
            /// The URL that it leads to, if it is an HTTP URL and relevant to the decision.
            url: MaybeText Url,
            /// Whether the client follows it.
            follow: Flag Public,
            /// The reason.
            why: Word Public,
        }

        /// The client decided whether it tries again to open a connection.
        point RetryDecided: LimpidClient "retry_decision" Debug {
            /// Whether it tries again.
            again: Flag Public,
            /// The reason.
            why: Word Public,
        }

        /// The client decided whether it resends a request whose reused connection was closed (RFC 9112 section 9.3.1).
        point ResendDecided: LimpidClient "resend_decision" Debug {
            /// Whether it is resent, on a new connection.
            again: Flag Public,
            /// The reason.
            why: Word Public,
        }

        /// The client decided whether it retries a request by its policy (`RetryPolicy`), because of the status of its response or because it failed.
        point RequestRetryDecided: LimpidClient "request_retry_decision" Debug {
            /// Whether it is retried.
            again: Flag Public,
            /// The delay before the retry.
            delay: Seconds Public,
            /// Number of retries before this decision.
            retries: Count Public,
            /// The reason.
            why: Word Public,
        }

        /// The client kept or closed the connection of a dropped response, or closed that of a redirect or of a response after which the request is retried.
        point DrainDecided: LimpidClient "drain_decision" Debug {
            /// Number of bytes of the body that were discarded.
            bytes: Count Public,
            /// Whether the connection can be reused. If not, it is closed.
            keeps: Flag Public,
            /// The reason.
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
                /// Number of addresses.
                addresses: Count Public,
                /// The addresses, in the order of the resolver.
                found: Text Public,
            }
            failed ResolveFailed { failure }
        }

        /// A lookup ended, which requests for the same host and port share.
        point LookupEnded: LimpidClient "lookup" Debug {
            /// Whether the request joined a lookup that another request had started.
            shared: Flag Public,
            /// The duration of the lookup, without the wait for a worker.
            took: Seconds Public,
        }

        /// Connecting to one address
        span Dial: LimpidClient "dial" Debug {
            started DialStarted {
                /// The address.
                address: Address Public,
                /// The reason for which it is tried now.
                why: Word Public,
            }
            complete DialComplete {
                /// The local address, if the driver reported it.
                local: MaybeAddress Public,
            }
            failed DialFailed { failure }
        }

        /// A deadline passed.
        point DeadlinePassed: LimpidClient "deadline_passed" Debug {
            /// The operation that the deadline limits.
            why: Word Public,
        }

        /// A request stops waiting for `100 Continue` (RFC 9110 section 10.1.1).
        point ContinueDecided: LimpidClient "expect_continue" Debug {
            /// Whether the client sends its body.
            sends: Flag Public,
            /// The reason.
            why: Word Public,
        }

        /// The client decided whether it decodes a response body, which has content codings.
        point CodingDecided: LimpidClient "content_coding" Debug {
            /// The codings, in the order in which they were applied.
            codings: Bytes Phrase,
            /// Whether the client decodes them.
            decodes: Flag Public,
            /// The reason.
            why: Word Public,
        }

        /// The client decoded a body to its end.
        point ContentDecoded: LimpidClient "content_decoded" Debug {
            /// Number of bytes of the coded body.
            coded: Count Public,
            /// Number of bytes of the decoded body.
            decoded: Count Public,
        }

        /// The client stops decoding a body, which is invalid or exceeds a limit.
        point ContentRefused: LimpidClient "content_refused" Debug {
            /// The coding that failed.
            coding: Word Public,
            /// What is wrong with the coded body.
            fault: Word Public,
            /// Number of bytes of the coded body that were decoded before.
            offset: Count Public,
        }
    } };
}

pub(super) use entries;
