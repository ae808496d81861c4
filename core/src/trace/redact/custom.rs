//! Names that the program adds to and removes from the lists.

use alloc::boxed::Box;
use alloc::vec::Vec;
use std::sync::OnceLock;

use super::key_name::KeyName;

static INSTALLED: OnceLock<SecretNames> = OnceLock::new();

/// Names of fields and query keys that the program adds to the secret ones, or removes from them.
///
/// What is secret depends on the servers that a program talks to, so the names hold for the whole process: for every
/// sink, every error and every `{:?}`. They are installed once, before the first request.
///
/// Upper and lower case, `-` and `_` make no difference. A name that begins with `*` stands for all names that
/// end with the rest. The values of removed names are still searched for URLs with secrets, and for JSON Web
/// Tokens.
///
/// ```
/// use limpid_core::trace::{Capture, SecretNames};
///
/// SecretNames::new().hide("X-Customer").hide("*-badge").show("state").install()?;
/// assert_eq!(*Capture::Default.field(b"x-customer", b"42"), *b"[secure]");
/// assert_eq!(Capture::Default.url("/?my_badge=7&state=1"), "/?my_badge=[secure]&state=1");
/// # Ok::<(), limpid_core::trace::capture::AlreadyInstalled>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SecretNames {
    /// Each name as [`KeyName`] writes it, and whether it is secret.
    names: Vec<(Box<[u8]>, bool)>,
}

impl SecretNames {
    /// Returns no names: those of the lists alone are secret.
    #[must_use]
    pub const fn new() -> Self {
        Self { names: Vec::new() }
    }

    /// Adds a name whose values are hidden.
    #[must_use]
    pub fn hide(self, name: &str) -> Self {
        self.with(name, true)
    }

    /// Adds a name whose values are shown, although a list or a pattern has it. A later name overrides an earlier one.
    #[must_use]
    pub fn show(self, name: &str) -> Self {
        self.with(name, false)
    }

    fn with(mut self, name: &str, is_secret: bool) -> Self {
        self.names.push((key_name(name.as_bytes()).as_bytes().into(), is_secret));
        self
    }

    /// Makes these the names of the process.
    ///
    /// # Errors
    /// Names are installed already.
    pub fn install(self) -> Result<(), AlreadyInstalled> {
        INSTALLED.set(self).map_err(|_| AlreadyInstalled)
    }

    #[cold]
    fn is_secret(&self, name: &[u8]) -> Option<bool> {
        let name = key_name(name);
        let is = |known: &[u8]| match known {
            [b'*', ending @ ..] => name.as_bytes().ends_with(ending),
            known => name.as_bytes() == known,
        };
        self.names.iter().rev().find(|(known, _)| is(known)).map(|(_, is_secret)| *is_secret)
    }
}

/// Returns whether the program says that the values of a name are secret, or that they are not.
#[inline]
pub(super) fn is_secret(name: &[u8]) -> Option<bool> {
    INSTALLED.get().and_then(|names| names.is_secret(name))
}

fn key_name(name: &[u8]) -> KeyName {
    let mut key = KeyName::default();
    name.iter().for_each(|byte| key.push(*byte));
    key
}

/// The error of [`SecretNames::install`]: names are installed already.
///
/// [`SecretNames`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyInstalled;

impl core::fmt::Display for AlreadyInstalled {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(
            "the secret names of this process are installed already; install all of them at once",
        )
    }
}

impl core::error::Error for AlreadyInstalled {}
