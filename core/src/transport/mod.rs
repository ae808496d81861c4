//! What stands between HTTP and the transport: bytes in, bytes out, on both sides.
//!
//! ```text
//!   http1::Connection      plaintext
//!          |  ^
//!          v  |
//!        a layer           write(plaintext) / advance(deliver plaintext), again and again
//!          |  ^
//!          v  |
//!      the transport       out, sent / space, filled, eof
//! ```

mod layer;
mod link;
mod passthrough;
#[cfg(feature = "tls")]
mod records;
#[cfg(all(feature = "tls", feature = "std"))]
pub mod self_signed;
pub mod socks5;
#[cfg(feature = "tls")]
pub mod tls;

pub use layer::{Layer, LayerError, LayerFacts, LayerState, MAX_BUFFERED};
pub use link::Link;
pub(crate) use link::PIECE;
