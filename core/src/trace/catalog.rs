//! THE table of events. Everything that can be observed is declared here, once.

#[cfg(feature = "std")]
use super::codec::written;
use super::declare::catalog;
use super::metadata::{FieldMeta, Level, Logger, Sensitivity, Stage};
use super::owned::{borrowed, lend, own, owned, value};
use super::value::Value;

catalog! {
    // httpx: the client as its user sees it.

    /// A TLS configuration is made.
    LoadSslContext: Httpx "load_ssl_context" Point Debug {
        /// Whether certificates will be verified.
        verify: Flag Public,
        /// The file of the client certificate.
        cert: MaybeText Public,
        /// The file of its key, if that is another.
        key: MaybeText Public,
    }

    /// Trusted certificates are read from a file, or come with the program.
    LoadVerifyFile: Httpx "load_verify_locations" Point Debug {
        /// The file, or the name of the bundle.
        cafile: Text Public,
    }

    /// Trusted certificates are read from the files of a directory.
    LoadVerifyDirectory: Httpx "load_verify_locations" Point Debug {
        /// The directory.
        capath: Text Public,
    }

    /// The head of a response has come: one line for each request.
    HttpRequest: Httpx "HTTP Request" Point Info {
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

    /// Opening a TCP connection, name resolution included: it begins.
    ConnectTcpStarted: Connection "connect_tcp" Started Debug {
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

    /// Opening a TCP connection, name resolution included: done.
    ConnectTcpComplete: Connection "connect_tcp" Complete Debug {
        /// The stream that came of it.
        stream: Stream Public,
    }

    /// Opening a TCP connection, name resolution included: given up.
    ConnectTcpFailed: Connection "connect_tcp" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Opening a connection over a Unix socket: it begins.
    ConnectUnixSocketStarted: Connection "connect_unix_socket" Started Debug {
        /// The path of the socket.
        path: Text Public,
        /// How long connecting may take.
        timeout: Seconds Public,
        /// The caller's socket options.
        socket_options: SocketOptions Public,
    }

    /// Opening a connection over a Unix socket: done.
    ConnectUnixSocketComplete: Connection "connect_unix_socket" Complete Debug {
        /// The stream that came of it.
        stream: Stream Public,
    }

    /// Opening a connection over a Unix socket: given up.
    ConnectUnixSocketFailed: Connection "connect_unix_socket" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Shaking hands over TLS: it begins.
    StartTlsStarted: Connection "start_tls" Started Debug {
        /// The TLS configuration.
        ssl_context: TlsContext Public,
        /// The name that the certificate must have.
        server_hostname: Text Public,
        /// How long connecting may take.
        timeout: Seconds Public,
    }

    /// Shaking hands over TLS: done.
    StartTlsComplete: Connection "start_tls" Complete Debug {
        /// The stream that came of it.
        stream: Stream Public,
    }

    /// Shaking hands over TLS: given up.
    StartTlsFailed: Connection "start_tls" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Waiting before the next attempt at connecting, after `connect_tcp` failed with these arguments: it begins.
    RetryConnectTcpStarted: Connection "retry" Started Debug {
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

    /// Waiting before the next attempt at connecting, after `connect_unix_socket` failed with these arguments: it begins.
    RetryConnectUnixSocketStarted: Connection "retry" Started Debug {
        /// The path of the socket.
        path: Text Public,
        /// How long connecting may take.
        timeout: Seconds Public,
        /// The caller's socket options.
        socket_options: SocketOptions Public,
    }

    /// Waiting before the next attempt at connecting, after `start_tls` failed with these arguments: it begins.
    RetryStartTlsStarted: Connection "retry" Started Debug {
        /// The TLS configuration.
        ssl_context: TlsContext Public,
        /// The name that the certificate must have.
        server_hostname: Text Public,
        /// How long connecting may take.
        timeout: Seconds Public,
    }

    /// Waiting before the next attempt at connecting: done.
    RetryComplete: Connection "retry" Complete Debug {}

    /// Waiting before the next attempt at connecting: given up.
    RetryFailed: Connection "retry" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Closing an idle connection: it begins.
    CloseStarted: Connection "close" Started Debug {}

    /// Closing an idle connection: done.
    CloseComplete: Connection "close" Complete Debug {}

    /// Closing an idle connection: given up.
    CloseFailed: Connection "close" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    // httpcore.http11: requests and responses.

    /// Sending the head of a request: it begins.
    SendRequestHeadersStarted: Http11 "send_request_headers" Started Debug {
        /// The request, by its method.
        request: Request Public,
    }

    /// Sending the head of a request: done.
    SendRequestHeadersComplete: Http11 "send_request_headers" Complete Debug {}

    /// Sending the head of a request: given up.
    SendRequestHeadersFailed: Http11 "send_request_headers" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Sending the body of a request, empty or not: it begins.
    SendRequestBodyStarted: Http11 "send_request_body" Started Debug {
        /// The request, by its method.
        request: Request Public,
    }

    /// Sending the body of a request, empty or not: done.
    SendRequestBodyComplete: Http11 "send_request_body" Complete Debug {}

    /// Sending the body of a request, empty or not: given up.
    SendRequestBodyFailed: Http11 "send_request_body" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Waiting for the head of the final response: it begins.
    ReceiveResponseHeadersStarted: Http11 "receive_response_headers" Started Debug {
        /// The request, by its method.
        request: Request Public,
    }

    /// Waiting for the head of the final response: done.
    ReceiveResponseHeadersComplete: Http11 "receive_response_headers" Complete Debug {
        /// The head.
        head: ResponseHead Fields,
    }

    /// Waiting for the head of the final response: given up.
    ReceiveResponseHeadersFailed: Http11 "receive_response_headers" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Receiving the body of a response, empty or not: it begins.
    ReceiveResponseBodyStarted: Http11 "receive_response_body" Started Debug {
        /// The request, by its method.
        request: Request Public,
    }

    /// Receiving the body of a response, empty or not: done.
    ReceiveResponseBodyComplete: Http11 "receive_response_body" Complete Debug {}

    /// Receiving the body of a response, empty or not: given up.
    ReceiveResponseBodyFailed: Http11 "receive_response_body" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Ending an exchange, so that its connection is idle or closed: it begins.
    ResponseClosedStarted: Http11 "response_closed" Started Debug {}

    /// Ending an exchange, so that its connection is idle or closed: done.
    ResponseClosedComplete: Http11 "response_closed" Complete Debug {}

    /// Ending an exchange, so that its connection is idle or closed: given up.
    ResponseClosedFailed: Http11 "response_closed" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    // httpcore.proxy: tunnels through an HTTP proxy.

    /// Shaking hands over TLS through a tunnel: it begins.
    ProxyStartTlsStarted: Proxy "start_tls" Started Debug {
        /// The TLS configuration.
        ssl_context: TlsContext Public,
        /// The name that the certificate must have.
        server_hostname: Text Public,
        /// How long connecting may take.
        timeout: Seconds Public,
    }

    /// Shaking hands over TLS through a tunnel: done.
    ProxyStartTlsComplete: Proxy "start_tls" Complete Debug {
        /// The stream that came of it.
        stream: Stream Public,
    }

    /// Shaking hands over TLS through a tunnel: given up.
    ProxyStartTlsFailed: Proxy "start_tls" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    // httpcore.socks: connections through a SOCKS5 proxy.

    /// Opening a TCP connection to a SOCKS5 proxy: it begins.
    SocksConnectTcpStarted: Socks "connect_tcp" Started Debug {
        /// The host, lower-case and without brackets.
        host: Text Public,
        /// The port.
        port: Port Public,
        /// How long connecting may take.
        timeout: Seconds Public,
    }

    /// Opening a TCP connection to a SOCKS5 proxy: done.
    SocksConnectTcpComplete: Socks "connect_tcp" Complete Debug {
        /// The stream that came of it.
        stream: Stream Public,
    }

    /// Opening a TCP connection to a SOCKS5 proxy: given up.
    SocksConnectTcpFailed: Socks "connect_tcp" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Asking a SOCKS5 proxy for a connection: it begins.
    SetupSocks5ConnectionStarted: Socks "setup_socks5_connection" Started Debug {
        /// The stream to the proxy.
        stream: Stream Public,
        /// The host, lower-case and without brackets.
        host: Text Public,
        /// The port.
        port: Port Public,
        /// The credentials for the proxy.
        auth: Credentials Secret,
    }

    /// Asking a SOCKS5 proxy for a connection: done.
    SetupSocks5ConnectionComplete: Socks "setup_socks5_connection" Complete Debug {
        /// The stream that came of it.
        stream: Stream Public,
    }

    /// Asking a SOCKS5 proxy for a connection: given up.
    SetupSocks5ConnectionFailed: Socks "setup_socks5_connection" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Shaking hands over TLS through a SOCKS5 proxy: it begins.
    SocksStartTlsStarted: Socks "start_tls" Started Debug {
        /// The TLS configuration.
        ssl_context: TlsContext Public,
        /// The name that the certificate must have.
        server_hostname: Text Public,
        /// How long connecting may take.
        timeout: Seconds Public,
    }

    /// Shaking hands over TLS through a SOCKS5 proxy: done.
    SocksStartTlsComplete: Socks "start_tls" Complete Debug {
        /// The stream that came of it.
        stream: Stream Public,
    }

    /// Shaking hands over TLS through a SOCKS5 proxy: given up.
    SocksStartTlsFailed: Socks "start_tls" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    // limpid.client: what the client decides.

    /// An exchange, all that is done for one request: it begins.
    ExchangeStarted: LimpidClient "exchange" Started Debug {
        /// The method of the request.
        method: Bytes Public,
        /// The URL of the request, with userinfo and fragment.
        url: Text Url,
    }

    /// An exchange, all that is done for one request: the response was had, and no event follows.
    ExchangeComplete: LimpidClient "exchange" Complete Debug {
        /// How many bytes of HTTP were sent.
        sent: Count Public,
        /// How many bytes of HTTP were received.
        received: Count Public,
        /// Where the time went, in seconds.
        timings: Timings Public,
    }

    /// An exchange, all that is done for one request: given up, and no event follows.
    ExchangeFailed: LimpidClient "exchange" Failed Debug {
        /// Why.
        failure: Failure Fields,
        /// How many bytes of HTTP were sent.
        sent: Count Public,
        /// How many bytes of HTTP were received.
        received: Count Public,
        /// Where the time went, in seconds.
        timings: Timings Public,
    }

    /// Getting a connection, or leave to open one, from the pool: it begins.
    AcquireStarted: LimpidClient "acquire" Started Debug {
        /// Whether TLS is to carry it.
        secure: Flag Public,
        /// The host of the origin server, lower-case and without brackets.
        host: Text Public,
        /// The port of the origin server.
        port: Port Public,
    }

    /// Getting a connection, or leave to open one, from the pool: done.
    AcquireComplete: LimpidClient "acquire" Complete Debug {
        /// Whether the connection has served before; if not, it is opened next.
        reused: Flag Public,
    }

    /// Getting a connection, or leave to open one, from the pool: given up.
    AcquireFailed: LimpidClient "acquire" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// An idle connection leaves the pool, to be closed.
    ConnectionRetired: LimpidClient "retired" Point Debug {
        /// Why.
        why: Word Public,
    }

    /// A response asks for another request: that is made, or is not.
    RedirectDecided: LimpidClient "redirect" Point Debug {
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
    RetryDecided: LimpidClient "retry_decision" Point Debug {
        /// Whether it is.
        again: Flag Public,
        /// Why.
        why: Word Public,
    }

    /// Looking up the addresses of a host: it begins.
    ResolveStarted: LimpidClient "resolve" Started Debug {
        /// The host, lower-case and without brackets.
        host: Text Public,
        /// The port.
        port: Port Public,
    }

    /// Looking up the addresses of a host: done.
    ResolveComplete: LimpidClient "resolve" Complete Debug {
        /// How many addresses it has.
        addresses: Count Public,
    }

    /// Looking up the addresses of a host: given up.
    ResolveFailed: LimpidClient "resolve" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Trying one address: it begins.
    DialStarted: LimpidClient "dial" Started Debug {
        /// The address.
        address: Address Public,
    }

    /// Trying one address: done.
    DialComplete: LimpidClient "dial" Complete Debug {}

    /// Trying one address: given up.
    DialFailed: LimpidClient "dial" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// A deadline passed.
    DeadlinePassed: LimpidClient "deadline_passed" Point Debug {
        /// What it was set for.
        why: Word Public,
    }

    /// A request that expects `100 Continue` waits no longer (RFC 9110 section 10.1.1).
    ContinueDecided: LimpidClient "expect_continue" Point Debug {
        /// Whether its body is sent.
        sends: Flag Public,
        /// Why.
        why: Word Public,
    }

    /// It is decided whether the content codings of a response are undone, of which there are some
    /// and a caller who wants that.
    CodingDecided: LimpidClient "content_coding" Point Debug {
        /// The codings, in the order in which they were applied.
        codings: Bytes Public,
        /// Whether they are undone.
        decodes: Flag Public,
        /// Why.
        why: Word Public,
    }

    /// The content codings of a body were undone to its end.
    ContentDecoded: LimpidClient "content_decoded" Point Debug {
        /// How many bytes the body had.
        coded: Count Public,
        /// How many bytes came of them.
        decoded: Count Public,
    }

    /// A body cannot be decoded, or would become too much.
    ContentRefused: LimpidClient "content_refused" Point Debug {
        /// The coding that was undone.
        coding: Word Public,
        /// What is wrong.
        fault: Word Public,
        /// How many bytes of the coded body had been taken.
        offset: Count Public,
    }

    // limpid.server: connections that are served.

    /// Serving a connection: it begins.
    ServeStarted: LimpidServer "connection" Started Debug {
        /// The client's address; none for a Unix socket.
        peer: MaybeAddress Public,
        /// Whether TLS is to carry it.
        secure: Flag Public,
    }

    /// Serving a connection: it is closed.
    ServeComplete: LimpidServer "connection" Complete Debug {
        /// Why it ended.
        why: Word Public,
        /// How many requests were read on it.
        requests: Count Public,
    }

    /// Serving a connection: given up.
    ServeFailed: LimpidServer "connection" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Shaking hands over TLS with a client: it begins.
    AcceptTlsStarted: LimpidServer "accept_tls" Started Debug {
        /// How long it may take.
        timeout: Seconds Public,
    }

    /// Shaking hands over TLS with a client: done.
    AcceptTlsComplete: LimpidServer "accept_tls" Complete Debug {}

    /// Shaking hands over TLS with a client: given up.
    AcceptTlsFailed: LimpidServer "accept_tls" Failed Debug {
        /// Why.
        failure: Failure Fields,
    }

    /// Answering a request whose head has come: it begins.
    AnswerStarted: LimpidServer "request" Started Debug {
        /// The method.
        method: Bytes Public,
        /// The target, as it was sent.
        target: Bytes Url,
        /// The version of the request.
        version: Version Public,
    }

    /// Answering a request: the whole response is on its way.
    AnswerComplete: LimpidServer "request" Complete Info {
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
    AnswerFailed: LimpidServer "request" Failed Info {
        /// Why.
        failure: Failure Fields,
    }

    /// A request is refused without asking the handler, or in its place.
    RequestRefused: LimpidServer "refused" Point Info {
        /// The status code with which it is.
        status: Status Public,
        /// Why, in a word: the rule that was broken, or what took too long.
        rule: Word Public,
        /// Why, in a sentence.
        why: Word Public,
    }

    /// The handler gave a request up.
    HandlerFailed: LimpidServer "handler_failed" Point Warning {
        /// How.
        why: Word Public,
    }

    /// A client was waited for too long.
    ClientTooSlow: LimpidServer "deadline_passed" Point Debug {
        /// What it was to do.
        why: Word Public,
    }

    /// The connection is told that the server shuts down.
    ShutdownBegun: LimpidServer "shutdown" Point Debug {
        /// Whether a request is open, which is answered first.
        busy: Flag Public,
    }

    // limpid.http1: what the parser reads, and why it decides as it does.

    /// A request line or status line was read.
    StartLineRead: LimpidHttp1 "start_line" Point Debug {
        /// The line, without its end.
        line: Bytes Url,
        /// How many bytes the peer had sent on this connection before it.
        offset: Count Public,
    }

    /// A field line was read.
    FieldRead: LimpidHttp1 "field" Point Debug {
        /// The name.
        name: Bytes Public,
        /// The value.
        value: Bytes Fields,
        /// How many bytes the peer had sent on this connection before it.
        offset: Count Public,
    }

    /// It is decided where the body of a message ends.
    FramingChosen: LimpidHttp1 "framing" Point Debug {
        /// How the end is found.
        framing: Word Public,
        /// The length, where it is known.
        length: MaybeCount Public,
        /// Why, with the section that says so.
        why: Word Public,
    }

    /// A chunk-size line was read.
    ChunkRead: LimpidHttp1 "chunk" Point Debug {
        /// The size of the chunk in bytes; 0 for the last.
        size: Count Public,
        /// How many bytes of extensions follow the size.
        extension: Count Public,
        /// How many bytes the peer had sent on this connection before it.
        offset: Count Public,
    }

    /// A trailer field was read.
    TrailerRead: LimpidHttp1 "trailer" Point Debug {
        /// The name.
        name: Bytes Public,
        /// The value.
        value: Bytes Fields,
        /// How many bytes the peer had sent on this connection before it.
        offset: Count Public,
    }

    /// A rule was broken, and the connection was told to tolerate that.
    LeniencyUsed: LimpidHttp1 "leniency" Point Debug {
        /// The rule.
        rule: Word Public,
        /// Where it is written.
        section: Word Public,
        /// How many bytes the peer had sent on this connection before it.
        offset: Count Public,
    }

    /// The peer's bytes are more than a limit allows: they are refused.
    LimitHit: LimpidHttp1 "limit" Point Debug {
        /// The limit.
        limit: Word Public,
        /// How much it allows: bytes, or a number of lines, fields or messages.
        most: Count Public,
    }

    /// The peer's bytes are refused.
    Refused: LimpidHttp1 "refused" Point Debug {
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
    InformationalRead: LimpidHttp1 "informational" Point Debug {
        /// The head.
        head: ResponseHead Fields,
    }

    /// The connection leaves HTTP/1.1: a tunnel, or another protocol.
    Switched: LimpidHttp1 "switched" Point Debug {
        /// How many bytes of what follows have arrived.
        leftover: Count Public,
    }

    /// The connection can serve another exchange, or cannot.
    ReuseDecided: LimpidHttp1 "reuse" Point Debug {
        /// Whether it can.
        reusable: Flag Public,
        /// Why.
        why: Word Public,
    }

    // limpid.io: bytes as they pass the transport.

    /// Bytes arrived.
    BytesReceived: LimpidIo "received" Point Trace {
        /// The bytes.
        bytes: Bytes Payload,
    }

    /// Bytes were taken by the transport.
    BytesSent: LimpidIo "sent" Point Trace {
        /// The bytes.
        bytes: Bytes Payload,
    }
}
