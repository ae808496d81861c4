//! Errors of the operating system, in terms that every system shares.

use core::fmt;

/// An error number of the operating system, as the driver was told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OsError {
    /// The number, `errno` on Unix; 0 where the system gave none.
    pub code: i32,
    /// What it means, in the terms every system shares.
    pub kind: OsErrorKind,
}

macro_rules! os_errors {
    ($( $variant:ident $description:literal, )+) => {
        /// The errors of sockets that a person or a retry may want to tell apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OsErrorKind { $( #[doc = concat!("Says: ", $description, ".")] $variant, )+ }

        impl OsErrorKind {
            /// The error in words.
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
    BrokenPipe "the peer takes no more bytes",
    NetworkUnreachable "network is unreachable",
    HostUnreachable "no route to host",
    AddressUnavailable "the local address is not one of this machine",
    AddressInUse "address already in use",
    TimedOut "the operating system gave up waiting",
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
