//! Basic authentication (RFC 7617).

use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Returns the value of Authorization for the Basic scheme (RFC 7617).
#[must_use]
pub fn basic(user: &[u8], password: &[u8]) -> Vec<u8> {
    [b"Basic ", STANDARD.encode([user, b":", password].concat()).as_bytes()].concat()
}
