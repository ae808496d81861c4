//! How connections are served: what those of one server have in common.

use alloc::string::String;
use core::time::Duration;

use crate::limits::Config;

/// How connections are served.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How long clients may take.
    pub timeouts: Timeouts,
    /// How requests are treated: limits, and rules that clients may break.
    pub config: Config,
    /// Whether connections are secured, by the layer that
    /// [`Action::Secure`](super::Action::Secure) asks for.
    /// They are not by default.
    pub secure: bool,
    /// The value of the field Server, where the handler sets none; `limpid` by default. `None`, or a name
    /// with bytes that no value may have, leaves the field out.
    pub name: Option<String>,
    /// How many bytes of a request's body are read and thrown away if the handler does not want them,
    /// so that the connection can serve the next request. 256 KiB by default. With more to come, the
    /// connection is closed instead.
    pub drain: u64,
    /// Whether a client that closes its direction of the connection still has its requests answered. It
    /// does by default; otherwise, its request is cancelled as if the connection had been reset.
    pub half_close: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            config: Config::default(),
            secure: false,
            name: Some("limpid".into()),
            drain: 256 * 1024,
            half_close: true,
        }
    }
}

/// How long clients may take; `None` waits without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For the TLS handshake as a whole. Ten seconds by default.
    pub handshake: Option<Duration>,
    /// For the head of a request as a whole, from its first byte; for the first request, from the
    /// moment at which the connection is open. Ten seconds by default.
    pub head: Option<Duration>,
    /// For the next bytes of a body. Thirty seconds by default.
    pub body: Option<Duration>,
    /// For the transport to take more bytes of a response. Thirty seconds by default.
    pub write: Option<Duration>,
    /// For the next request to begin. A minute by default.
    pub idle: Option<Duration>,
    /// For the client to close, after it was told that the connection ends. Two seconds by default.
    pub linger: Option<Duration>,
    /// The least number of bytes a second at which a body must come in, and responses must go out, on
    /// the average over the time for which the client was waited for. Each direction may be late by
    /// its timeout. 240 by default; 0 for none.
    pub rate: u32,
}

crate::values::with!(Options, Timeouts);

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = |n| Some(Duration::from_secs(n));
        Self {
            handshake: seconds(10),
            head: seconds(10),
            body: seconds(30),
            write: seconds(30),
            idle: seconds(60),
            linger: seconds(2),
            rate: 240,
        }
    }
}
