//! The codings of a body, and those that can be undone.

use crate::fields::Fields;
use crate::values::Coding;

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

    /// Returns the codings that Content-Encoding names, repeated fields together (RFC 9110 section 8.4).
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

    /// Returns whether the body is as it should be used.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.all[0].is_none()
    }

    /// Returns each of them, the one that was applied first first.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Coding> + use<> {
        self.all.into_iter().flatten()
    }
}
