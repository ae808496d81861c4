//! PEM text of certificates and keys.

#[cfg(feature = "rustls")]
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// PEM text (RFC 7468) of certificates or keys. `Debug` and `Display` do not show it.
///
/// ```
/// use limpid_io::Pem;
///
/// let pem = Pem::text("-----BEGIN CERTIFICATE-----");
/// assert!(!format!("{pem:?}").contains("CERTIFICATE"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pem {
    /// The content of this file, which is read when it is needed.
    File(PathBuf),
    /// This text.
    Memory(Arc<[u8]>),
}

impl Pem {
    /// Creates PEM from text.
    pub fn text(text: impl AsRef<[u8]>) -> Self {
        Self::Memory(text.as_ref().into())
    }

    /// Returns the text.
    #[cfg(feature = "rustls")]
    pub(crate) fn read(&self) -> std::io::Result<Cow<'_, [u8]>> {
        match self {
            Self::File(path) => std::fs::read(path).map(Cow::Owned),
            Self::Memory(text) => Ok(Cow::Borrowed(text)),
        }
    }

    /// Returns the name of the file, or a description.
    #[cfg(feature = "rustls")]
    pub(crate) fn name(&self) -> Cow<'_, str> {
        match self {
            Self::File(path) => path.to_string_lossy(),
            Self::Memory(_) => Cow::Borrowed("PEM in memory"),
        }
    }
}

impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Memory(_) => f.write_str("the PEM in memory"),
        }
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Memory(text) => write!(f, "Memory({} bytes)", text.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_in_memory_is_not_shown() {
        let pem = Pem::text("-----BEGIN PRIVATE KEY-----");
        assert_eq!(format!("{pem} {pem:?}"), "the PEM in memory Memory(27 bytes)");
    }
}
