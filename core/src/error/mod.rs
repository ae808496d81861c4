//! What can go wrong: the peer ([`PeerError`]), the caller ([`MisuseError`]), or the transport.
//!
//! No error holds a string. Each says what, where and by which rule, and its `Display` says it to a
//! person in one sentence.

mod cause;
mod coding;
pub mod limits;
mod misuse;
mod peer;
mod phase;
mod rule;

pub use cause::{
    Cause, CertificateProblem, Error, OsError, OsErrorKind, ResolveError, SocksError, TlsError,
};
pub use coding::{CodingError, CodingFault};
pub use misuse::{Call, Misuse, MisuseError};
pub use peer::PeerError;
pub use phase::Phase;
pub use rule::{Offence, Rule};
