//! The arguments of spans of connecting.

use alloc::string::{String, ToString};

use super::plan::Plan;
use super::proxy::Proxy;
use crate::trace::{Credentials, SpanKind, StreamId, TraceEvent};

/// Returns the start event of a span of opening a connection, or of the delay before a retry.
/// `stream` is that of the connection; `text` is a buffer for formatted values. `None` for any other
/// span.
pub(super) fn connecting<'p>(
    span: SpanKind,
    plan: &'p Plan,
    stream: StreamId,
    text: &'p mut String,
) -> Option<TraceEvent<'p>> {
    let timeout = plan.options.timeouts.connect;
    let (host, port) = plan.route.peer();
    let path = plan.route.unix_socket().unwrap_or_default();
    let socket_options = plan.route.socket_options();
    let (ssl_context, server_hostname) = (plan.tls_context(), plan.route.server_name(span));
    let local_address = plan.route.local_address().map(|address| {
        *text = address.to_string();
        text.as_str()
    });
    Some(match span {
        SpanKind::ConnectTcp => {
            TraceEvent::ConnectTcpStarted { host, port, local_address, timeout, socket_options }
        }
        SpanKind::RetryConnectTcp => TraceEvent::RetryConnectTcpStarted {
            host,
            port,
            local_address,
            timeout,
            socket_options,
        },
        SpanKind::ConnectUnixSocket => {
            TraceEvent::ConnectUnixSocketStarted { path, timeout, socket_options }
        }
        SpanKind::RetryConnectUnixSocket => {
            TraceEvent::RetryConnectUnixSocketStarted { path, timeout, socket_options }
        }
        SpanKind::StartTls => TraceEvent::StartTlsStarted { ssl_context, server_hostname, timeout },
        SpanKind::RetryStartTls => {
            TraceEvent::RetryStartTlsStarted { ssl_context, server_hostname, timeout }
        }
        SpanKind::ProxyStartTls => {
            TraceEvent::ProxyStartTlsStarted { ssl_context, server_hostname, timeout }
        }
        SpanKind::SocksStartTls => {
            TraceEvent::SocksStartTlsStarted { ssl_context, server_hostname, timeout }
        }
        SpanKind::SocksConnectTcp => TraceEvent::SocksConnectTcpStarted { host, port, timeout },
        SpanKind::SetupSocks5Connection => setup_socks5(plan, stream),
        _ => return None,
    })
}

fn setup_socks5(plan: &Plan, stream: StreamId) -> TraceEvent<'_> {
    let url = plan.request.url();
    let auth = plan.route.proxy().and_then(Proxy::credentials);
    let timeouts = &plan.options.timeouts;
    TraceEvent::SetupSocks5ConnectionStarted {
        stream,
        host: url.host(),
        port: url.port(),
        auth: auth.map(|(user, password)| Credentials { user, password }),
        connect_timeout: timeouts.connect,
        read_timeout: timeouts.read,
        write_timeout: timeouts.write,
        pool_timeout: timeouts.pool,
    }
}
