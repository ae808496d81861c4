//! The drivers that a client can have.

use std::io;
use std::str::FromStr;

use limpid_sinks::python::StreamClass;

use super::wrong::wrong;

/// What drives a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// `limpid-std`: blocking.
    #[default]
    Std,
    /// `limpid-tokio`: asynchronous, in one thread.
    Tokio,
    /// The simulated network, which is in this process.
    Sim,
}

impl Driver {
    /// What httpcore would call its streams.
    #[must_use]
    pub const fn stream_class(self) -> StreamClass {
        match self {
            Self::Std | Self::Sim => StreamClass::Sync,
            Self::Tokio => StreamClass::AnyIo,
        }
    }

    /// Its name, which is that of [`FromStr`].
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
