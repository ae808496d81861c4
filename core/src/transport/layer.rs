//! The trait of layers, their properties and their errors.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

#[cfg(feature = "std")]
use crate::error::sources;
use crate::error::{BoxError, Cause, Error, SocksError, TlsError};
#[cfg(feature = "std")]
use crate::stored::{Reader, Stored};

/// The maximum number of bytes that a layer may hold for the layer above it while more is read: 64
/// KiB. See [`Layer::buffered`].
pub const MAX_BUFFERED: usize = 64 * 1024;

/// The state of a layer.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerState {
    /// The layer is being set up; nothing can be written.
    Opening,
    /// The layer transfers bytes in both directions.
    Open,
    /// The layer is open, and has delivered something. It may have more, and is advanced again when
    /// more is needed.
    Delivered,
    /// The peer has ended its direction with the message that the layer's protocol has for it.
    PeerClosed,
}

crate::stored::stored_enum! {
    LayerState {
        0 Opening,
        1 Open,
        2 Delivered,
        3 PeerClosed,
    }
}

/// The properties of a secured connection, which [`Layer::facts`] returns.
///
/// A layer sets those that apply to it:
///
/// ```
/// use limpid_core::transport::LayerFacts;
///
/// let mut facts = LayerFacts::default();
/// facts.version = Some("TLSv1.3");
/// facts.protocol = Some(b"http/1.1");
/// assert_eq!(facts.cipher, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerFacts<'l> {
    /// The protocol and version of the layer, such as `TLSv1.3`.
    pub version: Option<&'l str>,
    /// The cipher suite; one of TLS by its name in IANA's registry, such as `TLS_AES_128_GCM_SHA256`.
    pub cipher: Option<&'l str>,
    /// The group or the algorithm of the key exchange, such as `X25519`.
    pub key_exchange: Option<&'l str>,
    /// The kind of the handshake: `full`, `full with HelloRetryRequest` or `resumed`.
    pub handshake: Option<&'l str>,
    /// The negotiated protocol above the layer (ALPN, RFC 7301).
    pub protocol: Option<&'l [u8]>,
    /// The host name that the client has asked for (SNI, RFC 6066 section 3), on the side of the server. With
    /// rustls, it needs the feature `std`.
    pub server_name: Option<&'l str>,
    /// The certificate of the peer, in DER form (RFC 5280). [`Layer::peer_certificates`] returns its chain.
    pub peer_certificate: Option<Cow<'l, [u8]>>,
}

/// The reason for which a layer failed.
///
/// The [module](super) has an example.
#[derive(Debug)]
#[non_exhaustive]
pub enum LayerError {
    /// TLS failed.
    Tls {
        /// The kind of failure.
        error: TlsError,
        /// The error of the TLS library: the [`source`](core::error::Error::source) of this one.
        detail: Option<BoxError>,
    },
    /// The SOCKS5 proxy refused the connection.
    Socks(SocksError),
    /// The layer failed in another way.
    Other {
        /// An error code of the layer; 0 if it has none.
        code: u32,
        /// A description: the [`source`](core::error::Error::source) of this error.
        detail: BoxError,
    },
}

impl LayerError {
    /// Creates an error of a kind that is specific to the layer. `detail` is an error or a text.
    ///
    /// ```
    /// use std::error::Error;
    /// use limpid_core::transport::LayerError;
    ///
    /// let error = LayerError::other(7, "the frame is longer than it may be");
    /// assert_eq!(error.to_string(), "the layer below HTTP failed with code 7");
    /// assert_eq!(error.source().unwrap().to_string(), "the frame is longer than it may be");
    /// ```
    pub fn other(code: u32, detail: impl Into<BoxError>) -> Self {
        Self::Other { code, detail: detail.into() }
    }

    /// Creates an error of TLS, with the error of the TLS library.
    ///
    /// ```
    /// use limpid_core::error::TlsError;
    /// use limpid_core::transport::LayerError;
    ///
    /// let error = LayerError::tls(TlsError::Alert(40), "SSL alert number 40");
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the peer refused with TLS alert 40, handshake failure"
    /// );
    /// ```
    pub fn tls(error: TlsError, detail: impl Into<BoxError>) -> Self {
        Self::Tls { error, detail: Some(detail.into()) }
    }

    /// Returns the failure as a plain value.
    const fn cause(&self) -> Cause {
        match self {
            Self::Tls { error, .. } => Cause::Tls(*error),
            Self::Socks(error) => Cause::Socks(*error),
            Self::Other { code, .. } => Cause::Layer(*code),
        }
    }
}

impl From<LayerError> for Error {
    #[cold]
    fn from(error: LayerError) -> Self {
        let new = Self::new(error.cause());
        match error {
            LayerError::Tls { detail: Some(detail), .. } | LayerError::Other { detail, .. } => {
                new.with_source(detail)
            }
            LayerError::Tls { detail: None, .. } | LayerError::Socks(_) => new,
        }
    }
}

impl fmt::Display for LayerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause().fmt(f)
    }
}

impl core::error::Error for LayerError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Tls { detail: Some(detail), .. } | Self::Other { detail, .. } => Some(&**detail),
            Self::Tls { detail: None, .. } | Self::Socks(_) => None,
        }
    }
}

impl From<TlsError> for LayerError {
    fn from(error: TlsError) -> Self {
        Self::Tls { error, detail: None }
    }
}

#[cfg(feature = "std")]
impl Stored for LayerError {
    /// Stores the texts of the detail and its sources in place of the errors, which can be of any type.
    fn store(&self, to: &mut Vec<u8>) {
        match self {
            Self::Tls { error, detail } => {
                to.push(0);
                error.store(to);
                sources::texts(detail.as_deref()).store(to);
            }
            Self::Socks(error) => {
                to.push(1);
                error.store(to);
            }
            Self::Other { code, detail } => {
                to.push(2);
                code.store(to);
                sources::texts(Some(&**detail)).store(to);
            }
        }
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(match from.read::<u8>()? {
            0 => Self::Tls { error: from.read()?, detail: sources::of_texts(from.read()?) },
            1 => Self::Socks(from.read()?),
            2 => Self::Other { code: from.read()?, detail: sources::of_texts(from.read()?)? },
            _ => return None,
        })
    }
}

/// A protocol between HTTP and the transport.
///
/// The [`Link`](super::Link) that contains the layer moves the bytes. Below the layer is the
/// transport, or another layer; above it is HTTP, or another layer. When bytes have arrived from
/// below, the link calls [`advance`](Self::advance), which delivers bytes to the layer above. Bytes
/// from above arrive by [`write`](Self::write). After either, [`out`](Self::out) returns what to
/// send.
///
/// The [documentation of this module](super) has a complete example.
pub trait Layer: fmt::Debug + Send + Sync {
    /// Returns a buffer of at least `min` bytes for input from below. It may be called several times
    /// before [`filled`](Self::filled), and must keep what was written into the buffer.
    fn space(&mut self, min: usize) -> &mut [u8];

    /// Takes the first `n` bytes of the last buffer as input. `n` is not larger than the buffer.
    fn filled(&mut self, n: usize);

    /// Processes the input, and delivers bytes to the layer above.
    ///
    /// It may return after each delivery with [`LayerState::Delivered`], so that a large body passes
    /// through a small buffer that stays in the processor's cache. It must return that state if it
    /// has more to deliver, and is called again when the layer above needs more.
    ///
    /// # Errors
    /// The peer broke the protocol, or is not trusted. What [`out`](Self::out) then returns, such as
    /// an alert, is sent if possible. A layer that has failed is not used any more, and fails again
    /// if it is called again.
    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError>;

    /// Returns the number of received bytes that could be delivered now, and are held because the
    /// layer above has not asked for them. Incomplete messages, which cannot be delivered yet, are
    /// not counted.
    ///
    /// While a layer holds more than [`MAX_BUFFERED`], nothing is read from the transport. This
    /// limits the memory that a peer can fill by sending faster than its bytes are used.
    fn buffered(&self) -> usize;

    /// Takes bytes of the layer above. It is called once the layer is open.
    ///
    /// # Errors
    /// The layer takes no more bytes, now or later.
    fn write(&mut self, data: &[u8]) -> Result<(), LayerError>;

    /// Queues the protocol's closing message, if it has one. Nothing is written after it.
    fn close(&mut self);

    /// Returns the bytes to send below.
    fn out(&self) -> &[u8];

    /// Removes the first `n` bytes of [`out`](Self::out), which were sent.
    fn sent(&mut self, n: usize);

    /// Frees empty buffers, because the connection becomes idle.
    fn free_buffers(&mut self) {}

    /// Returns the properties of the connection, once the layer is open. After a failure, the
    /// certificate is the rejected one. By default they are empty.
    fn facts(&self) -> LayerFacts<'_> {
        LayerFacts::default()
    }

    /// Returns the certificates that the peer has sent, in DER form (RFC 5280): its own first, then those of
    /// its issuers, as far as it sent them. By default, only that of the [`facts`](Self::facts).
    fn peer_certificates(&self) -> Vec<Cow<'_, [u8]>> {
        self.facts().peer_certificate.into_iter().collect()
    }
}
