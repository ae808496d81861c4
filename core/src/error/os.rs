//! Errors of the operating system, in terms that are common to all systems.

use core::fmt;

/// An error of the operating system, as the driver received it.
///
/// [`Error`](super::Error) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OsError {
    /// The number (`errno` on Unix); 0 if the system gave no number.
    pub code: i32,
    /// The kind of error, in terms that are common to all systems.
    pub kind: OsErrorKind,
}

macro_rules! os_errors {
    ($( $variant:ident $description:literal, )+) => {
        /// The kinds of socket errors that are distinguished.
        ///
        /// [`Error`](super::Error) has an example.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OsErrorKind { $( #[doc = concat!("Displayed as \"", $description, "\".")] $variant, )+ }

        impl OsErrorKind {
            /// Returns the description of the error.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $( Self::$variant => $description, )+ }
            }
        }
    };
}

os_errors! {
    Refused "connection refused",
    Reset "connection reset by peer",
    Aborted "connection aborted",
    BrokenPipe "the peer accepts no more bytes",
    NetworkUnreachable "network is unreachable",
    HostUnreachable "no route to host",
    AddressUnavailable "the local address is not one of this machine",
    AddressInUse "address already in use",
    TimedOut "the operating system timed out",
    NotFound "no such file or directory",
    Denied "permission denied",
    Other "the operating system reports an error",
}

impl fmt::Display for OsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.description())?;
        if self.code != 0 {
            write!(f, " (os error {})", self.code)?;
        }
        Ok(())
    }
}

impl core::error::Error for OsError {}
