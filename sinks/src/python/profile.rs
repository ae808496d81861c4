//! The releases whose lines are written.

/// The release whose lines are written. The lines of httpx and httpcore change between their releases, so a
/// profile is named after its release and does not change.
///
/// [`Raised`](super::Raised) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Profile {
    name: &'static str,
    /// The line of `_ssl.c` that failed handshakes name.
    pub(super) ssl_line: u16,
    /// The line of `_ssl.c` that handshakes name after a timeout.
    pub(super) ssl_timeout_line: u16,
}

impl Profile {
    /// The lines of httpx 0.28 with httpcore 1.0, h11 0.16 and Python 3.11; the TLS configuration and its
    /// creation are shown as in their documentation.
    pub const HTTPX_0_28: Self = Self { name: "httpx-0.28", ssl_line: 1006, ssl_timeout_line: 989 };

    /// Every profile.
    pub const ALL: &'static [Self] = &[Self::HTTPX_0_28];

    /// Returns the name, such as `httpx-0.28`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl Default for Profile {
    /// Returns the newest profile.
    fn default() -> Self {
        Self::HTTPX_0_28
    }
}

/// The class of httpcore that streams are shown as.
///
/// It is a setting of [`Messages`](super::Messages), which have an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StreamClass {
    /// Those of the synchronous client.
    #[default]
    Sync,
    /// That of the asynchronous client on asyncio.
    AnyIo,
}

impl StreamClass {
    /// Returns the class of a stream with this many layers of TLS.
    pub(super) const fn name(self, layers: u8) -> &'static str {
        match (self, layers) {
            (Self::Sync, 0 | 1) => "httpcore._backends.sync.SyncStream",
            (Self::Sync, _) => "httpcore._backends.sync.TLSinTLSStream",
            (Self::AnyIo, _) => "httpcore._backends.anyio.AnyIOStream",
        }
    }
}
