//! Content codings (RFC 9110 section 8.4.1): which a body has, and undoing them.
//!
//! A [`Decoder`] takes bytes as they come and gives out pieces, each at most as long as its buffer:
//! however much a body would become, no more than that of it is there at a time. What is decoded
//! is always in relation to what came, see [`Limits::expansion`](crate::limits::Limits::expansion).
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
//! What is tolerated, as by browsers and curl: raw deflate where the zlib format should be
//! (RFC 9110 section 8.4.1.2), bytes after the end of a gzip, deflate or br body, which are passed
//! over, and a body of no bytes at all. Whatever else is not as it should be is an error, a body that
//! ends too early included: half a body must not pass for a whole one.

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
