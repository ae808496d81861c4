//! The errors of peers ([`PeerError`]), callers ([`MisuseError`]) and transports ([`OsError`]), and the
//! error of an exchange ([`Error`]), which can contain any of them.
//!
//! Each error gives what was wrong, where, and which rule applies; `Display` puts it in one sentence. Errors
//! are plain values without strings. Only [`Error`] can own more, such as the error that caused it.

mod cause;
mod coding;
mod exchange;
#[cfg(feature = "std")]
mod io;
mod lenient;
pub mod limits;
mod misuse;
mod os;
mod peer;
mod phase;
mod rule;
#[cfg(feature = "std")]
pub(crate) mod sources;

pub use cause::{Cause, CertificateProblem, ResolveError, SocksError, TlsError};
pub use coding::{CodingError, CodingFault};
pub use exchange::{BoxError, Error};
pub use misuse::{Call, Misuse, MisuseError};
pub use os::{OsError, OsErrorKind};
pub use peer::PeerError;
pub use phase::Phase;
pub use rule::{ErrorClass, Rule};
