//! What can go wrong: the peer ([`PeerError`]), the caller ([`MisuseError`]), or the transport.
//!
//! Each says what, where and by which rule, and its `Display` says it to a person in one sentence. They
//! are plain values without strings; [`Error`] alone can own more, such as the error that led to it.

mod cause;
mod coding;
mod exchange;
#[cfg(feature = "std")]
mod io;
pub mod limits;
mod misuse;
mod os;
mod peer;
mod phase;
mod rule;

pub use cause::{Cause, CertificateProblem, ResolveError, SocksError, TlsError};
pub use coding::{CodingError, CodingFault};
pub use exchange::{BoxError, Error};
pub use misuse::{Call, Misuse, MisuseError};
pub use os::{OsError, OsErrorKind};
pub use peer::PeerError;
pub use phase::Phase;
pub use rule::{ErrorClass, Rule};
