//! Content codings (RFC 9110 section 8.4.1): reading the codings of a body, and decoding the body.
//!
//! A [`Decoder`] takes bytes as they arrive and returns pieces of at most the size of its buffer, so
//! that its memory does not depend on the size of the decoded body. The ratio of decoded to coded bytes
//! is limited, see [`Limits::expansion`](crate::limits::Limits::expansion).
//!
//! ```
//! # #[cfg(feature = "gzip")] {
//! use limpid_core::coding::{Codings, Decoder};
//! use limpid_core::fields::FieldBlock;
//! use limpid_core::limits::Limits;
//!
//! let mut head = FieldBlock::new();
//! head.push(b"Content-Encoding", b"deflate");
//! let codings = Codings::read(head.fields()).unwrap();
//! let mut decoder = Decoder::new(codings, &Limits::default()).unwrap();
//!
//! let (mut coded, mut body) = (&b"\xcb\x48\xcd\xc9\xc9\x07\x00"[..], Vec::new());
//! loop {
//!     let taken = decoder.decode(coded)?;
//!     coded = &coded[taken..];
//!     if decoder.piece().is_empty() {
//!         break;
//!     }
//!     body.extend_from_slice(decoder.piece());
//! }
//! decoder.finish()?;
//! assert_eq!(body, b"hello");
//! # }
//! # Ok::<(), limpid_core::error::CodingError>(())
//! ```
//!
//! Like browsers and curl, a decoder tolerates raw deflate instead of the zlib format (RFC 9110 section
//! 8.4.1.2), bytes after the end of a gzip, deflate or br body, which it skips, and an empty body. Any
//! other violation is an error. This includes a body that ends too early, which must not be mistaken
//! for a complete one.

#[cfg(feature = "brotli")]
mod brotli;
mod codec;
mod codings;
mod decoder;
#[cfg(feature = "gzip")]
mod deflate;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "zstd")]
mod zstd;

pub use codings::{ACCEPTED, Codings, NotDecodable};
pub use decoder::Decoder;

pub use crate::values::Coding;
