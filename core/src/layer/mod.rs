//! What stands between HTTP and the transport: bytes in, bytes out, on both sides.
//!
//! ```text
//!   http1::Connection      plaintext
//!          |  ^
//!          v  |
//!        a layer           write(plaintext) / advance(deliver plaintext)
//!          |  ^
//!          v  |
//!      the transport       out, sent / space, filled, eof
//! ```

#[cfg(feature = "tls")]
mod records;
#[cfg(all(feature = "tls", feature = "std"))]
pub mod self_signed;
#[cfg(feature = "tls")]
pub mod tls;

use crate::error::TlsError;

/// How far a layer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerState {
    /// It is still being set up; nothing can be written.
    Opening,
    /// Bytes pass in both directions.
    Open,
    /// The peer has ended its direction as the layer's protocol says it should.
    PeerClosed,
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

    /// Works through what arrived, and delivers the bytes for the layer above.
    ///
    /// # Errors
    /// The peer broke the protocol or is not trusted. What [`out`](Self::out) then has is worth
    /// sending: it tells the peer why.
    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, TlsError>;

    /// Takes bytes of the layer above, as soon as the layer is open.
    ///
    /// # Errors
    /// The layer can take no more, ever.
    fn write(&mut self, data: &[u8]) -> Result<(), TlsError>;

    /// Tells the peer that nothing more will be written.
    fn close(&mut self);

    /// Bytes for the transport.
    fn out(&self) -> &[u8];

    /// The transport took the first `n` bytes of [`out`](Self::out).
    fn sent(&mut self, n: usize);
}
