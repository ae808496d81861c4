//! The settings of the servers and of the client of the proxy.

use std::net::SocketAddr;
use std::time::Duration;

use limpid_core::client::PoolLimits;
use limpid_core::limits::{Lenient, Limits};
use limpid_io::{BuildClient, ClientBuilder, Settings, SharedRecorder};
use limpid_tokio::{
    Client, Connector, Resolver, Server, ServerBuilder, ServerTimeouts, SharedSink,
};

use super::guard::Guard;
use crate::args::TapArgs;
use crate::trace::Outputs;

/// How a server may write what is passed on as it should be written: the proxy sends the same message without these
/// faults. What else is tolerated could be read otherwise by the client, or cannot be sent.
const TOLERATED: [Lenient; 5] = [
    Lenient::BARE_LF,
    Lenient::SPACE_BEFORE_COLON,
    Lenient::MINOR_VERSION,
    Lenient::SPACE_AFTER_CHUNK_SIZE,
    Lenient::BLANK_LINE_BEFORE_RESPONSE,
];

/// Returns a builder for the servers of the proxy: of its listener, and inside tunnels.
pub(super) fn server_builder(sink: SharedSink, recorder: SharedRecorder) -> ServerBuilder {
    // How fast clients are is between them and the servers, which have limits of their own.
    let timeouts = ServerTimeouts::with(|timeouts| {
        (timeouts.body, timeouts.request, timeouts.write) = (None, None, None);
        timeouts.rate = 0;
    });
    let mut limits = Limits::CLIENT;
    limits.body = u64::MAX;
    // The rest of a request is read, however long it is, unless the server does not want it.
    let builder = Server::builder().timeouts(timeouts).limits(limits).name(None).drain(u64::MAX);
    let builder = match recorder {
        Some(recorder) => builder.recorder(recorder),
        None => builder,
    };
    match sink {
        Some(sink) => builder.sink(sink),
        None => builder,
    }
}

/// Returns the client that passes requests on.
pub(super) fn client(args: &TapArgs, outputs: &Outputs, listens: SocketAddr) -> Client {
    let pool = PoolLimits::with(|pool| {
        // The server limits how many there are. Servers close idle ones, which is worst for a request that
        // cannot be sent again, so that they are not kept for long.
        (pool.connections, pool.expiry) = (usize::MAX, Some(Duration::from_secs(2)));
    });
    let builder = ClientBuilder::<Settings>::default()
        .connect_timeout(args.connect_timeout.0)
        .read_timeout(args.read_timeout.0)
        .write_timeout(None)
        .pool_timeout(None)
        .pool(pool)
        .drain(None)
        .traceparent(args.outputs.otlp.is_some())
        .lenient(TOLERATED.into_iter().fold(Lenient::NONE, Lenient::with));
    let builder = args.tls.set(builder);
    let mut settings = builder.build();
    settings.sink.clone_from(&outputs.sink);
    settings.recorder.clone_from(&outputs.recorder);
    BuildClient::build(settings, Resolver::default(), Connector::from(Guard { listens }))
}
