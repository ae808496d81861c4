//! The events of the documented page.

use std::time::Duration;

use limpid_core::fields::Fields;
use limpid_core::http1::{ResponseHead, Version};
use limpid_core::trace::{StreamId, TlsContext, TraceEvent};

const TIMEOUT: Option<Duration> = Some(Duration::from_secs(5));

/// The fields of the documented response.
pub(crate) const FIELDS: [(&str, &str); 13] = [
    ("Content-Encoding", "gzip"),
    ("Accept-Ranges", "bytes"),
    ("Age", "407727"),
    ("Cache-Control", "max-age=604800"),
    ("Content-Type", "text/html; charset=UTF-8"),
    ("Date", "Sat, 28 Sep 2024 13:27:42 GMT"),
    ("Etag", "\"3147526947+gzip\""),
    ("Expires", "Sat, 05 Oct 2024 13:27:42 GMT"),
    ("Last-Modified", "Thu, 17 Oct 2019 07:18:26 GMT"),
    ("Server", "ECAcc (dcd/7D43)"),
    ("Vary", "Accept-Encoding"),
    ("X-Cache", "HIT"),
    ("Content-Length", "648"),
];

/// The events of the documented lines.
pub(crate) fn events(fields: Fields<'_>) -> [TraceEvent<'_>; 19] {
    let (request, version) = (&b"GET"[..], Version::HTTP_11);
    [
        TraceEvent::LoadSslContext { verify: true, cert: None, key: None },
        TraceEvent::LoadVerifyFile { cafile: "/path/to/cacert.pem" },
        TraceEvent::ConnectTcpStarted {
            host: "www.example.com",
            port: 443,
            local_address: None,
            timeout: TIMEOUT,
            socket_options: None,
        },
        TraceEvent::ConnectTcpComplete { stream: StreamId { connection: 1, layer: 0 } },
        TraceEvent::StartTlsStarted {
            ssl_context: TlsContext::new(true),
            server_hostname: "www.example.com",
            timeout: TIMEOUT,
        },
        TraceEvent::StartTlsComplete { stream: StreamId { connection: 1, layer: 1 } },
        TraceEvent::SendRequestHeadersStarted { request },
        TraceEvent::SendRequestHeadersComplete {},
        TraceEvent::SendRequestBodyStarted { request },
        TraceEvent::SendRequestBodyComplete {},
        TraceEvent::ReceiveResponseHeadersStarted { request },
        TraceEvent::ReceiveResponseHeadersComplete {
            head: ResponseHead { version, status: 200, reason: b"OK", fields },
        },
        TraceEvent::HttpRequest {
            method: request,
            url: "https://www.example.com",
            version,
            status: 200,
            reason: b"OK",
        },
        TraceEvent::ReceiveResponseBodyStarted { request },
        TraceEvent::ReceiveResponseBodyComplete {},
        TraceEvent::ResponseClosedStarted {},
        TraceEvent::ResponseClosedComplete {},
        TraceEvent::CloseStarted {},
        TraceEvent::CloseComplete {},
    ]
}
