//! The codings of a body, and those that can be decoded.

use crate::fields::Fields;
use crate::values::Coding;

/// The value of Accept-Encoding for the codings that are built in, or an empty string.
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

/// The reason for which the codings of a body cannot be decoded.
///
/// The [module](crate::coding) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotDecodable {
    /// A coding is unknown or not built in.
    Unknown,
    /// There are more than [`Codings::MOST`] codings, as in an attack.
    TooMany,
}

/// The codings of a body, in the order in which they were applied.
///
/// The [module](crate::coding) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Codings {
    all: [Option<Coding>; Self::MOST],
}

impl Codings {
    /// Maximum number of codings of a body. Even two are rare.
    pub const MOST: usize = 5;

    /// Reads the codings of all Content-Encoding fields (RFC 9110 section 8.4).
    ///
    /// # Errors
    /// Returns an error if a coding is not built in, or if there are more than [`MOST`](Self::MOST).
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

    /// Adds a coding, which was applied after the others.
    ///
    /// # Errors
    /// Returns an error if the coding is not built in, or if there are already [`MOST`](Self::MOST).
    pub fn push(&mut self, coding: Coding) -> Result<(), NotDecodable> {
        if !coding.is_built_in() {
            return Err(NotDecodable::Unknown);
        }
        let slot = self.all.iter_mut().find(|slot| slot.is_none()).ok_or(NotDecodable::TooMany)?;
        *slot = Some(coding);
        Ok(())
    }

    /// Returns whether the body has no codings.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.all[0].is_none()
    }

    /// Returns the codings in the order in which they were applied.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Coding> + use<> {
        self.all.into_iter().flatten()
    }
}
