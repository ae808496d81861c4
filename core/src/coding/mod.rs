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
mod decoder;
#[cfg(feature = "gzip")]
mod deflate;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "zstd")]
mod zstd;

pub use decoder::Decoder;

use crate::fields::Fields;
pub use crate::values::Coding;

/// The value of Accept-Encoding that asks for what is built in; empty if nothing is.
pub const ACCEPTED: &str = {
    match (cfg!(feature = "gzip"), cfg!(feature = "brotli"), cfg!(feature = "zstd")) {
        (true, true, true) => "gzip, deflate, br, zstd",
        (true, true, false) => "gzip, deflate, br",
        (true, false, true) => "gzip, deflate, zstd",
        (true, false, false) => "gzip, deflate",
        (false, true, true) => "br, zstd",
        (false, true, false) => "br",
        (false, false, true) => "zstd",
        (false, false, false) => "",
    }
};

/// Why the codings of a body cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotDecodable {
    /// One of them is not known, or not built in.
    Unknown,
    /// There are more of them than [`Codings::MOST`]: nobody means well by that.
    TooMany,
}

/// The codings of a body, in the order in which they were applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codings {
    all: [Option<Coding>; Self::MOST],
}

impl Codings {
    /// How many codings a body may have. Two are rare already.
    pub const MOST: usize = 5;

    /// The codings that Content-Encoding names, repeated fields together (RFC 9110 section 8.4).
    ///
    /// # Errors
    /// They cannot be undone.
    pub fn read(fields: Fields<'_>) -> Result<Self, NotDecodable> {
        let mut codings = Self::default();
        let named = fields.iter().filter(|field| field.is("Content-Encoding"));
        for name in named.flat_map(|field| field.elements()) {
            if !name.eq_ignore_ascii_case(b"identity") {
                codings.push(Coding::of(name).ok_or(NotDecodable::Unknown)?)?;
            }
        }
        Ok(codings)
    }

    /// Adds a coding that was applied after the others.
    ///
    /// # Errors
    /// It is not built in, or one too many.
    pub fn push(&mut self, coding: Coding) -> Result<(), NotDecodable> {
        if !coding.is_built_in() {
            return Err(NotDecodable::Unknown);
        }
        let slot = self.all.iter_mut().find(|slot| slot.is_none()).ok_or(NotDecodable::TooMany)?;
        *slot = Some(coding);
        Ok(())
    }

    /// Whether the body is as it should be used.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.all[0].is_none()
    }

    /// Each of them, the one that was applied first first.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Coding> + use<> {
        self.all.into_iter().flatten()
    }
}
