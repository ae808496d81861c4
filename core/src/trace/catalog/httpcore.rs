//! Events that httpx and httpcore log, with the names and arguments of these libraries.

macro_rules! entries {
    ($next:ident $parts:tt $($before:tt)*) => { $next! { $parts $($before)*
        // httpx: the client from the point of view of its user.

        /// The client creates a TLS configuration.
        point LoadSslContext: Httpx "load_ssl_context" Debug {
            /// Whether it verifies certificates.
            verify: Flag Public,
            /// The file of the client certificate.
            cert: MaybeText Public,
            /// The file of its key, if it is another file.
            key: MaybeText Public,
        }

        /// The client loads trusted certificates from a file, or those that the program contains.
        point LoadVerifyFile: Httpx "load_verify_locations" Debug {
            /// The file, or the name of the bundle.
            cafile: Text Public,
        }

        /// The client loads trusted certificates from the files of a directory.
        point LoadVerifyDirectory: Httpx "load_verify_locations" Debug {
            /// The directory.
            capath: Text Public,
        }

        /// The client received the head of a response. Each request has one such event.
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
            reason: Bytes Phrase,
        }

        // httpcore.connection: connections to an origin server or to a proxy.

        /// Opening a TCP connection, name resolution included
        span ConnectTcp: Connection "connect_tcp" Debug {
            started ConnectTcpStarted {
                /// The host, lower-case and without brackets.
                host: Text Public,
                /// The port.
                port: Port Public,
                /// The local address that the connection is bound to.
                local_address: MaybeText Public,
                /// The time limit for connecting.
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
                /// The time limit for connecting.
                timeout: Seconds Public,
                /// The caller's socket options.
                socket_options: SocketOptions Public,
            }
            complete ConnectUnixSocketComplete { stream }
            failed ConnectUnixSocketFailed { failure }
        }

        /// Performing the TLS handshake
        span StartTls: Connection "start_tls" Debug {
            started StartTlsStarted {
                /// The TLS configuration.
                ssl_context: TlsContext Public,
                /// The name that the certificate must contain.
                server_hostname: Text Public,
                /// The time limit for connecting.
                timeout: Seconds Public,
            }
            complete StartTlsComplete { stream }
            failed StartTlsFailed { failure }
        }

        /// Waiting before another attempt, after `connect_tcp` failed with these arguments
        span RetryConnectTcp: Connection "retry" Debug {
            started RetryConnectTcpStarted {
                /// The host, lower-case and without brackets.
                host: Text Public,
                /// The port.
                port: Port Public,
                /// The local address that the connection is bound to.
                local_address: MaybeText Public,
                /// The time limit for connecting.
                timeout: Seconds Public,
                /// The caller's socket options.
                socket_options: SocketOptions Public,
            }
            ends as RetryStartTls
        }

        /// Waiting before another attempt, after `connect_unix_socket` failed with these arguments
        span RetryConnectUnixSocket: Connection "retry" Debug {
            started RetryConnectUnixSocketStarted {
                /// The path of the socket.
                path: Text Public,
                /// The time limit for connecting.
                timeout: Seconds Public,
                /// The caller's socket options.
                socket_options: SocketOptions Public,
            }
            ends as RetryStartTls
        }

        /// Waiting before another attempt, after `start_tls` failed with these arguments
        span RetryStartTls: Connection "retry" Debug {
            started RetryStartTlsStarted {
                /// The TLS configuration.
                ssl_context: TlsContext Public,
                /// The name that the certificate must contain.
                server_hostname: Text Public,
                /// The time limit for connecting.
                timeout: Seconds Public,
            }
            /// Waiting before another attempt to connect: complete.
            complete RetryComplete {}
            /// Waiting before another attempt to connect: failed.
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
                /// The request, shown by its method.
                request: Request Public,
            }
            complete SendRequestHeadersComplete {}
            failed SendRequestHeadersFailed { failure }
        }

        /// Sending the body of a request, which may be empty
        span SendRequestBody: Http11 "send_request_body" Debug {
            started SendRequestBodyStarted {
                /// The request, shown by its method.
                request: Request Public,
            }
            complete SendRequestBodyComplete {}
            failed SendRequestBodyFailed { failure }
        }

        /// Waiting for the head of the final response
        span ReceiveResponseHeaders: Http11 "receive_response_headers" Debug {
            started ReceiveResponseHeadersStarted {
                /// The request, shown by its method.
                request: Request Public,
            }
            complete ReceiveResponseHeadersComplete {
                /// The head.
                head: ResponseHead Fields,
            }
            failed ReceiveResponseHeadersFailed { failure }
        }

        /// Receiving the body of a response, which may be empty
        span ReceiveResponseBody: Http11 "receive_response_body" Debug {
            started ReceiveResponseBodyStarted {
                /// The request, shown by its method.
                request: Request Public,
            }
            complete ReceiveResponseBodyComplete {}
            failed ReceiveResponseBodyFailed { failure }
        }

        /// Ending an exchange, after which its connection is idle or closed
        span ResponseClosed: Http11 "response_closed" Debug {
            started ResponseClosedStarted {}
            complete ResponseClosedComplete {}
            failed ResponseClosedFailed { failure }
        }

        // httpcore.proxy: tunnels through an HTTP proxy.

        /// Performing the TLS handshake through a tunnel
        span ProxyStartTls: Proxy "start_tls" Debug {
            started ProxyStartTlsStarted {
                /// The TLS configuration.
                ssl_context: TlsContext Public,
                /// The name that the certificate must contain.
                server_hostname: Text Public,
                /// The time limit for connecting.
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
                /// The time limit for connecting.
                timeout: Seconds Public,
            }
            complete SocksConnectTcpComplete { stream }
            failed SocksConnectTcpFailed { failure }
        }

        /// Requesting a connection from a SOCKS5 proxy
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
                /// The request's time limit for connecting.
                connect_timeout: Seconds Public,
                /// The request's time limit for waiting for bytes.
                read_timeout: Seconds Public,
                /// The request's time limit for waiting until bytes are accepted.
                write_timeout: Seconds Public,
                /// The request's time limit for waiting for a connection.
                pool_timeout: Seconds Public,
            }
            complete SetupSocks5ConnectionComplete { stream }
            failed SetupSocks5ConnectionFailed { failure }
        }

        /// Performing the TLS handshake through a SOCKS5 proxy
        span SocksStartTls: Socks "start_tls" Debug {
            started SocksStartTlsStarted {
                /// The TLS configuration.
                ssl_context: TlsContext Public,
                /// The name that the certificate must contain.
                server_hostname: Text Public,
                /// The time limit for connecting.
                timeout: Seconds Public,
            }
            complete SocksStartTlsComplete { stream }
            failed SocksStartTlsFailed { failure }
        }
    } };
}

pub(super) use entries;
