//! The options that the connections of one server share.

use alloc::string::String;
use core::time::Duration;

use crate::limits::{Config, Limits};
use crate::transport::CertificateReader;

/// The options that the connections of one server share. [`Options::with`] creates them.
///
/// ```
/// use core::time::Duration;
/// use limpid_core::server::Options;
///
/// let options = Options::with(|options| options.timeouts.idle = Some(Duration::from_secs(5)));
/// assert!(options.half_close);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How long clients may take.
    pub timeouts: Timeouts,
    /// The limits on requests, [`Limits::SERVER`] by default, and the tolerated deviations.
    pub config: Config,
    /// Whether connections are secured, by the layer that [`Action::Secure`](super::Action::Secure)
    /// asks for. `false` by default.
    pub secure: bool,
    /// The value of the Server field, where the handler sets none; `limpid` by default. `None`, or a
    /// value that is not valid, omits the field.
    pub name: Option<String>,
    /// How many bytes of a request's body are read and discarded if the handler does not read them,
    /// so that the connection can serve the next request. If more are left, the connection is closed.
    /// 256 KiB by default.
    pub drain: u64,
    /// Whether a client that closes its direction of the connection still receives responses. If not,
    /// its request is cancelled as if the connection had been reset. `true` by default.
    pub half_close: bool,
    /// Whether it is an error that the peer closes the transport without the closing message of TLS
    /// where that is the end of a tunnel (RFC 8446 section 6.1). `false` by default: many
    /// peers omit it.
    pub require_close_notify: bool,
    /// Reads certificates of peers for events. `None` by default: no events contain any.
    pub certificates: Option<CertificateReader>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            config: Config::with(|config| config.limits = Limits::SERVER),
            secure: false,
            name: Some("limpid".into()),
            drain: 256 * 1024,
            half_close: true,
            require_close_notify: false,
            certificates: None,
        }
    }
}

/// The time limits of a server's clients. `None` means no limit.
///
/// [`Options`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For the whole TLS handshake. Ten seconds by default.
    pub handshake: Option<Duration>,
    /// For the whole head of a request, from its first byte; for the first request, from the opening
    /// of the connection. Ten seconds by default.
    pub head: Option<Duration>,
    /// For the next bytes of a body. Thirty seconds by default.
    pub body: Option<Duration>,
    /// For the rest of a request after its head, however steadily it arrives: from when its body is first
    /// waited for to its end. With `head`, it limits the whole request, and not the response. A server that
    /// receives large bodies over slow links needs a higher limit. Five minutes by default.
    pub request: Option<Duration>,
    /// For the transport to take more bytes of a response. Thirty seconds by default.
    pub write: Option<Duration>,
    /// For the next request to begin. A minute by default.
    pub idle: Option<Duration>,
    /// For an idle connection to keep its buffers, at most. The session frees them at its deadline, and the next request
    /// allocates them again. A second by default; `None` keeps them as long as the connection.
    pub buffers: Option<Duration>,
    /// For the client to close, after the last response. Two seconds by default.
    pub linger: Option<Duration>,
    /// The minimum average rate of a request's body and of responses, in bytes per second of the time
    /// in which the client was waited for. Each direction may be late by its timeout, also after it was faster
    /// for a while. 240 by default; 0 means no minimum.
    pub rate: u32,
}

crate::values::with!(Options, Timeouts);

crate::stored::stored_struct! {
    Options { timeouts config secure name drain half_close require_close_notify certificates }
    Timeouts { handshake head body request write idle buffers linger rate }
}

impl Timeouts {
    /// Returns after how long an idle session frees its buffers, if it does so before it closes.
    pub(super) fn rest(&self) -> Option<Duration> {
        self.buffers.filter(|buffers| self.idle.is_none_or(|idle| *buffers < idle))
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = |n| Some(Duration::from_secs(n));
        Self {
            handshake: seconds(10),
            head: seconds(10),
            body: seconds(30),
            request: seconds(300),
            write: seconds(30),
            idle: seconds(60),
            buffers: seconds(1),
            linger: seconds(2),
            rate: 240,
        }
    }
}
