//! Schemes of URLs.

/// The scheme of a URL.
///
/// ```
/// use limpid_core::client::{Scheme, Url};
///
/// assert_eq!("https://example.com/".parse::<Url>()?.scheme(), Scheme::Https);
/// # Ok::<(), limpid_core::client::UrlError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`: without TLS.
    Http,
    /// `https`: over TLS.
    Https,
    /// `ws`: WebSocket, which starts as `http`.
    Ws,
    /// `wss`: WebSocket, which starts as `https`.
    Wss,
}

impl Scheme {
    pub(super) const ALL: [Self; 4] = [Self::Http, Self::Https, Self::Ws, Self::Wss];

    /// Returns whether it uses TLS.
    #[must_use]
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Https | Self::Wss)
    }

    /// Returns the port of URLs that contain none.
    #[must_use]
    pub const fn default_port(self) -> u16 {
        if self.is_secure() { 443 } else { 80 }
    }

    /// Returns the name, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// Returns the scheme with `://`.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Http => "http://",
            Self::Https => "https://",
            Self::Ws => "ws://",
            Self::Wss => "wss://",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| name.eq_ignore_ascii_case(scheme.name()))
    }
}
