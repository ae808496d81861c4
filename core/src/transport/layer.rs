//! What a layer is, what it knows of its connection, and how it fails.

use alloc::borrow::Cow;
use core::fmt;

use crate::error::{BoxError, Cause, Error, SocksError, TlsError};

/// The number of bytes that a layer may hold for the layer above it while more is read: 64 KiB. See
/// [`Layer::buffered`].
pub const MAX_BUFFERED: usize = 64 * 1024;

/// How far a layer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerState {
    /// The layer is still being set up; nothing can be written.
    Opening,
    /// Bytes pass in both directions.
    Open,
    /// The layer is open and has delivered something. There may be more: it is advanced again as
    /// soon as more is wanted.
    Delivered,
    /// The peer has ended its direction as the layer's protocol says it should.
    PeerClosed,
}

/// What is known of a connection that a layer secures, as far as it is known: [`Layer::facts`].
///
/// A layer fills in what applies to it:
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
    /// The protocol of the layer and its version, such as `TLSv1.3`.
    pub version: Option<&'l str>,
    /// The cipher suite; one of TLS by its name in IANA's registry, such as `TLS_AES_128_GCM_SHA256`.
    pub cipher: Option<&'l str>,
    /// The protocol that both sides agreed to speak above the layer (ALPN, RFC 7301).
    pub protocol: Option<&'l [u8]>,
    /// The certificate that the peer has shown, in DER form (RFC 5280).
    pub peer_certificate: Option<Cow<'l, [u8]>>,
}

/// Why a layer failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum LayerError {
    /// TLS failed.
    Tls {
        /// In which way.
        error: TlsError,
        /// The error of the TLS library: the [`source`](core::error::Error::source) of this one.
        detail: Option<BoxError>,
    },
    /// The SOCKS5 proxy refused.
    Socks(SocksError),
    /// The layer failed in a way that has no name here.
    Other {
        /// The layer's own number for it; 0 where it has none.
        code: u32,
        /// What went wrong, in words: the [`source`](core::error::Error::source) of this error.
        detail: BoxError,
    },
}

impl LayerError {
    /// An error that only the layer knows. The detail is an error or a text.
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

    /// A failure of TLS, with the error of the TLS library.
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

    /// The failure as a plain value.
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

/// A protocol between HTTP and the transport: bytes in and bytes out on both sides.
///
/// The [`Link`](super::Link) that the layer is a part of moves the bytes. Below the layer is the
/// transport, or another layer; above it is HTTP, or another layer. After bytes have come from below,
/// the link calls [`advance`](Self::advance), which delivers bytes to the layer above. Bytes from
/// above arrive by [`write`](Self::write). After either, [`out`](Self::out) has what is to be sent.
///
/// The [documentation of this module](super) has a complete example.
pub trait Layer: fmt::Debug + Send + Sync {
    /// Returns room for at least `min` bytes from below. It may be called several times before
    /// [`filled`](Self::filled): what was written into the room stays.
    fn space(&mut self, min: usize) -> &mut [u8];

    /// Takes the first `n` bytes of the last room, which have been filled. `n` is not larger than
    /// the room.
    fn filled(&mut self, n: usize);

    /// Works through what has arrived, and delivers bytes to the layer above.
    ///
    /// It may return after each delivery with [`LayerState::Delivered`]: a large body then passes
    /// through memory for one piece, which stays in the processor's cache. It must return that state
    /// if it has more to deliver, and is not called again before the layer above wants more.
    ///
    /// # Errors
    /// The peer broke the protocol, or is not trusted. What [`out`](Self::out) then has is sent if
    /// it can be: it tells the peer why. The layer is of no use any more, and fails again if it is
    /// called again.
    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError>;

    /// Returns how many bytes have arrived that could be delivered now, and are held because the layer
    /// above has not asked for them. Parts of a message that cannot be delivered before the rest of it
    /// has come are not counted.
    ///
    /// While a layer holds more than [`MAX_BUFFERED`], nothing is read from the transport: a peer
    /// cannot fill more memory than that by sending faster than its bytes are used.
    fn buffered(&self) -> usize;

    /// Takes bytes of the layer above. It is called once the layer is open.
    ///
    /// # Errors
    /// The layer can take no more, now or later.
    fn write(&mut self, data: &[u8]) -> Result<(), LayerError>;

    /// Tells the peer that nothing more will be written, if the protocol has a message for that.
    fn close(&mut self);

    /// Returns the bytes that are to be sent below.
    fn out(&self) -> &[u8];

    /// Forgets the first `n` bytes of [`out`](Self::out), which were sent.
    fn sent(&mut self, n: usize);

    /// Frees buffers that hold nothing, because the connection becomes idle.
    fn free_buffers(&mut self) {}

    /// Returns what is known of the connection, once the layer is open. After a failure, the
    /// certificate is the one that was refused. By default nothing is known.
    fn facts(&self) -> LayerFacts<'_> {
        LayerFacts::default()
    }
}
