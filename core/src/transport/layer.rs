//! What a layer is, and how it fails.

use crate::error::{Cause, SocksError, TlsError};

/// How far a layer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerState {
    /// It is still being set up; nothing can be written.
    Opening,
    /// Bytes pass in both directions.
    Open,
    /// It is open, and has delivered something; there may be more: it is to be advanced again as
    /// soon as more is wanted.
    Delivered,
    /// The peer has ended its direction as the layer's protocol says it should.
    PeerClosed,
}

/// A layer gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayerError {
    /// TLS failed.
    Tls(TlsError),
    /// The SOCKS5 proxy will not serve us.
    Socks(SocksError),
}

impl From<LayerError> for Cause {
    fn from(error: LayerError) -> Self {
        match error {
            LayerError::Tls(error) => Self::Tls(error),
            LayerError::Socks(error) => Self::Socks(error),
        }
    }
}

impl core::fmt::Display for LayerError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Tls(error) => error.fmt(f),
            Self::Socks(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for LayerError {}

impl From<TlsError> for LayerError {
    fn from(error: TlsError) -> Self {
        Self::Tls(error)
    }
}

/// A layer over a transport.
///
/// A driver, or the machine that stands for it, moves the transport's bytes; [`advance`](Self::advance)
/// is called after every change and delivers what is for the layer above.
pub trait Layer: core::fmt::Debug + Send + Sync {
    /// Room for at least `min` bytes from the transport.
    fn space(&mut self, min: usize) -> &mut [u8];

    /// The first `n` bytes of the last room were filled.
    fn filled(&mut self, n: usize);

    /// Works through what arrived, and delivers the bytes for the layer above. It may stop after
    /// each delivery, and says [`LayerState::Delivered`] then: a layer above that works through a
    /// large body bit by bit needs memory for one bit only, and finds it in the processor's cache.
    ///
    /// # Errors
    /// The peer broke the protocol or is not trusted. What [`out`](Self::out) then has is worth
    /// sending: it tells the peer why.
    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError>;

    /// Takes bytes of the layer above, as soon as the layer is open.
    ///
    /// # Errors
    /// The layer can take no more, ever.
    fn write(&mut self, data: &[u8]) -> Result<(), LayerError>;

    /// Tells the peer that nothing more will be written.
    fn close(&mut self);

    /// Bytes for the transport.
    fn out(&self) -> &[u8];

    /// The transport took the first `n` bytes of [`out`](Self::out).
    fn sent(&mut self, n: usize);

    /// Gives the memory back in which nothing is, because the connection is idle.
    fn release(&mut self);
}
