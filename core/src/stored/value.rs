//! Stored values and their reader.

use alloc::vec::Vec;

/// A value with a form in bytes that does not depend on the process, the system or the length of a word.
///
/// The form of a type changes when the type does. A file that contains it has a version, which changes too:
/// the test `stored_forms_are_those_of_the_version` in `core/tests/stored.rs` notices it.
///
/// ```
/// use limpid_core::internal::{Reader, Stored};
///
/// let mut bytes = Vec::new();
/// (Some(7_u32), String::from("seven")).store(&mut bytes);
/// let mut reader = Reader::new(&bytes);
/// assert_eq!(<(Option<u32>, String)>::load(&mut reader), Some((Some(7), "seven".into())));
/// assert!(reader.is_at_end());
/// ```
pub trait Stored: Sized {
    /// Appends the value to `to`.
    fn store(&self, to: &mut Vec<u8>);

    /// Reads a value. Returns `None` if the bytes are not those of one.
    fn load(from: &mut Reader<'_>) -> Option<Self>;
}

/// The bytes of stored values that were not read yet.
///
/// [`Stored`] has an example.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    /// Creates a reader of these bytes.
    #[must_use]
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Reads a value. Returns `None` if the bytes are not those of one.
    pub fn read<T: Stored>(&mut self) -> Option<T> {
        T::load(self)
    }

    /// Reads this many bytes. Returns `None` if there are fewer.
    pub fn bytes(&mut self, len: usize) -> Option<&'b [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(bytes)
    }

    /// Reads bytes that follow their number.
    pub fn counted_bytes(&mut self) -> Option<&'b [u8]> {
        let len = self.read()?;
        self.bytes(len)
    }

    /// Returns the bytes that were not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// Returns whether all bytes were read.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }
}
