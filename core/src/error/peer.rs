//! The error of a peer that breaks a rule.

use core::fmt;

use super::rule::Rule;

/// A violation of a rule by the peer.
///
/// ```
/// use limpid_core::error::{PeerError, Rule};
///
/// let error = PeerError { rule: Rule::SpaceBeforeColon, offset: 27, byte: Some(b' ') };
/// assert_eq!(
///     error.to_string(),
///     "white space stands between a field name and its colon \
///      (byte 27 is ' '; RFC 9112 section 5.1)"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerError {
    /// The rule that was broken.
    pub rule: Rule,
    /// Number of bytes that the peer sent on this connection before the offending byte.
    pub offset: u64,
    /// The offending byte, or `None` if something is missing.
    pub byte: Option<u8>,
}

impl fmt::Display for PeerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", self.rule.description())?;
        match self.byte {
            Some(byte) => write!(f, "byte {} is {}", self.offset, ShownByte(byte))?,
            None => write!(f, "at byte {}", self.offset)?,
        }
        match self.rule.limit() {
            Some(limit) => write!(f, "; `Limits::{limit}`)"),
            None => write!(f, "; {})", self.rule.section()),
        }
    }
}

impl core::error::Error for PeerError {}

/// A byte for display: its character if it is printable, else its number.
#[derive(Clone, Copy, Debug)]
struct ShownByte(u8);

impl fmt::Display for ShownByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'\r' => f.write_str("CR"),
            b'\n' => f.write_str("LF"),
            b'\t' => f.write_str("TAB"),
            byte @ b' '..=b'~' => write!(f, "'{}'", char::from(byte)),
            byte => write!(f, "0x{byte:02x}"),
        }
    }
}
