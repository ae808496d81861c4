//! Events that httpx and httpcore log: their names and arguments are those of these libraries.

macro_rules! entries {
    ($next:ident $parts:tt $($before:tt)*) => { $next! { $parts $($before)*
        // httpx: the client as its user sees it.

        /// A TLS configuration is made.
        point LoadSslContext: Httpx "load_ssl_context" Debug {
            /// Whether certificates will be verified.
            verify: Flag Public,
            /// The file of the client certificate.
            cert: MaybeText Public,
            /// The file of its key, if that is another.
            key: MaybeText Public,
        }

        /// Trusted certificates are read from a file, or come with the program.
        point LoadVerifyFile: Httpx "load_verify_locations" Debug {
            /// The file, or the name of the bundle.
            cafile: Text Public,
        }

        /// Trusted certificates are read from the files of a directory.
        point LoadVerifyDirectory: Httpx "load_verify_locations" Debug {
            /// The directory.
            capath: Text Public,
        }

        /// The head of a response has come: one line for each request.
        point HttpRequest: Httpx "HTTP Request" Info {
            /// The method of the request.
            method: Bytes Public,
            /// The URL of the request, with userinfo and fragment.
            url: Text Url,
            /// The version of the response.
            version: Version Public,
            /// The status code.
            status: Status Public,
            /// The reason phrase.
            reason: Bytes Public,
        }

        // httpcore.connection: connections to an origin server or to a proxy.

        /// Opening a TCP connection, name resolution included
        span ConnectTcp: Connection "connect_tcp" Debug {
            started ConnectTcpStarted {
                /// The host, lower-case and without brackets.
                host: Text Public,
                /// The port.
                port: Port Public,
                /// The local address the connection is bound to.
                local_address: MaybeText Public,
                /// How long connecting may take.
                timeout: Seconds Public,
                /// The caller's socket options.
                socket_options: SocketOptions Public,
            }
            complete ConnectTcpComplete { stream }
            failed ConnectTcpFailed { failure }
        }

        /// Opening a connection over a Unix socket
        span ConnectUnixSocket: Connection "connect_unix_socket" Debug {
            started ConnectUnixSocketStarted {
                /// The path of the socket.
                path: Text Public,
                /// How long connecting may take.
                timeout: Seconds Public,
                /// The caller's socket options.
                socket_options: SocketOptions Public,
            }
            complete ConnectUnixSocketComplete { stream }
            failed ConnectUnixSocketFailed { failure }
        }

        /// Shaking hands over TLS
        span StartTls: Connection "start_tls" Debug {
            started StartTlsStarted {
                /// The TLS configuration.
                ssl_context: TlsContext Public,
                /// The name that the certificate must have.
                server_hostname: Text Public,
                /// How long connecting may take.
                timeout: Seconds Public,
            }
            complete StartTlsComplete { stream }
            failed StartTlsFailed { failure }
        }

        /// Waiting before the next attempt at connecting, after `connect_tcp` failed with these arguments
        span RetryConnectTcp: Connection "retry" Debug {
            started RetryConnectTcpStarted {
                /// The host, lower-case and without brackets.
                host: Text Public,
                /// The port.
                port: Port Public,
                /// The local address the connection is bound to.
                local_address: MaybeText Public,
                /// How long connecting may take.
                timeout: Seconds Public,
                /// The caller's socket options.
                socket_options: SocketOptions Public,
            }
            ends as RetryStartTls
        }

        /// Waiting before the next attempt at connecting, after `connect_unix_socket` failed with these arguments
        span RetryConnectUnixSocket: Connection "retry" Debug {
            started RetryConnectUnixSocketStarted {
                /// The path of the socket.
                path: Text Public,
                /// How long connecting may take.
                timeout: Seconds Public,
                /// The caller's socket options.
                socket_options: SocketOptions Public,
            }
            ends as RetryStartTls
        }

        /// Waiting before the next attempt at connecting, after `start_tls` failed with these arguments
        span RetryStartTls: Connection "retry" Debug {
            started RetryStartTlsStarted {
                /// The TLS configuration.
                ssl_context: TlsContext Public,
                /// The name that the certificate must have.
                server_hostname: Text Public,
                /// How long connecting may take.
                timeout: Seconds Public,
            }
            /// Waiting before the next attempt at connecting: done.
            complete RetryComplete {}
            /// Waiting before the next attempt at connecting: given up.
            failed RetryFailed { failure }
        }

        /// Closing an idle connection
        span Close: Connection "close" Debug {
            started CloseStarted {}
            complete CloseComplete {}
            failed CloseFailed { failure }
        }

        // httpcore.http11: requests and responses.

        /// Sending the head of a request
        span SendRequestHeaders: Http11 "send_request_headers" Debug {
            started SendRequestHeadersStarted {
                /// The request, by its method.
                request: Request Public,
            }
            complete SendRequestHeadersComplete {}
            failed SendRequestHeadersFailed { failure }
        }

        /// Sending the body of a request, empty or not
        span SendRequestBody: Http11 "send_request_body" Debug {
            started SendRequestBodyStarted {
                /// The request, by its method.
                request: Request Public,
            }
            complete SendRequestBodyComplete {}
            failed SendRequestBodyFailed { failure }
        }

        /// Waiting for the head of the final response
        span ReceiveResponseHeaders: Http11 "receive_response_headers" Debug {
            started ReceiveResponseHeadersStarted {
                /// The request, by its method.
                request: Request Public,
            }
            complete ReceiveResponseHeadersComplete {
                /// The head.
                head: ResponseHead Fields,
            }
            failed ReceiveResponseHeadersFailed { failure }
        }

        /// Receiving the body of a response, empty or not
        span ReceiveResponseBody: Http11 "receive_response_body" Debug {
            started ReceiveResponseBodyStarted {
                /// The request, by its method.
                request: Request Public,
            }
            complete ReceiveResponseBodyComplete {}
            failed ReceiveResponseBodyFailed { failure }
        }

        /// Ending an exchange, so that its connection is idle or closed
        span ResponseClosed: Http11 "response_closed" Debug {
            started ResponseClosedStarted {}
            complete ResponseClosedComplete {}
            failed ResponseClosedFailed { failure }
        }

        // httpcore.proxy: tunnels through an HTTP proxy.

        /// Shaking hands over TLS through a tunnel
        span ProxyStartTls: Proxy "start_tls" Debug {
            started ProxyStartTlsStarted {
                /// The TLS configuration.
                ssl_context: TlsContext Public,
                /// The name that the certificate must have.
                server_hostname: Text Public,
                /// How long connecting may take.
                timeout: Seconds Public,
            }
            complete ProxyStartTlsComplete { stream }
            failed ProxyStartTlsFailed { failure }
        }

        // httpcore.socks: connections through a SOCKS5 proxy.

        /// Opening a TCP connection to a SOCKS5 proxy
        span SocksConnectTcp: Socks "connect_tcp" Debug {
            started SocksConnectTcpStarted {
                /// The host, lower-case and without brackets.
                host: Text Public,
                /// The port.
                port: Port Public,
                /// How long connecting may take.
                timeout: Seconds Public,
            }
            complete SocksConnectTcpComplete { stream }
            failed SocksConnectTcpFailed { failure }
        }

        /// Asking a SOCKS5 proxy for a connection
        span SetupSocks5Connection: Socks "setup_socks5_connection" Debug {
            started SetupSocks5ConnectionStarted {
                /// The stream to the proxy.
                stream: Stream Public,
                /// The host, lower-case and without brackets.
                host: Text Public,
                /// The port.
                port: Port Public,
                /// The credentials for the proxy.
                auth: Credentials Secret,
            }
            complete SetupSocks5ConnectionComplete { stream }
            failed SetupSocks5ConnectionFailed { failure }
        }

        /// Shaking hands over TLS through a SOCKS5 proxy
        span SocksStartTls: Socks "start_tls" Debug {
            started SocksStartTlsStarted {
                /// The TLS configuration.
                ssl_context: TlsContext Public,
                /// The name that the certificate must have.
                server_hostname: Text Public,
                /// How long connecting may take.
                timeout: Seconds Public,
            }
            complete SocksStartTlsComplete { stream }
            failed SocksStartTlsFailed { failure }
        }
    } };
}

pub(super) use entries;
