//! Values that threads share without sharing access.

use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A value that only its owner reaches. It is `Sync` even if its type is not, so that what contains it can be shared
/// between threads. Nothing is ever locked.
///
/// ```
/// use std::cell::Cell;
/// use limpid_io::Exclusive;
///
/// fn shared<T: Sync>(value: T) -> T {
///     value
/// }
///
/// let mut value = shared(Exclusive::new(Cell::new(1)));
/// value.get_mut().set(2);
/// assert_eq!(value.into_inner().get(), 2);
/// ```
#[derive(Default)]
pub struct Exclusive<T>(Mutex<T>);

impl<T> Exclusive<T> {
    /// Creates an owner of a value.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Returns the value.
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the value, owned.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Exclusive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exclusive")
    }
}
