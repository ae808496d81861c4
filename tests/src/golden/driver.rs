//! The drivers of a client.

use std::io;
use std::str::FromStr;

use limpid_sinks::python::StreamClass;

use super::wrong::wrong;

/// The driver of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// `limpid-std`: blocking.
    #[default]
    Std,
    /// `limpid-tokio`: asynchronous, in one thread.
    Tokio,
    /// The simulated network in this process.
    Sim,
}

impl Driver {
    /// Returns the class that httpcore would use for its streams.
    #[must_use]
    pub const fn stream_class(self) -> StreamClass {
        match self {
            Self::Std | Self::Sim => StreamClass::Sync,
            Self::Tokio => StreamClass::AnyIo,
        }
    }

    /// Returns its name, which [`FromStr`] parses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Std => "std",
            Self::Tokio => "tokio",
            Self::Sim => "sim",
        }
    }
}

impl FromStr for Driver {
    type Err = io::Error;

    fn from_str(text: &str) -> Result<Self, io::Error> {
        let known =
            [Self::Std, Self::Tokio, Self::Sim].into_iter().find(|driver| driver.name() == text);
        known.ok_or_else(|| wrong(text, "is no driver"))
    }
}
