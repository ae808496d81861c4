//! The certificate that a verifier has refused, handed over to the layer that waits for the verifier.
//!
//! rustls drops a certificate that is refused, and its errors have no room for one: each of them stands
//! for an alert. The verifier cannot keep it either, for it serves all connections of a configuration at
//! the same time. But it is called by the layer, in the same thread, so a variable of the thread can
//! carry the certificate from one to the other.

use alloc::vec::Vec;
use core::cell::Cell;

thread_local! {
    static REFUSED: Cell<Option<Vec<u8>>> = const { Cell::new(None) };
}

/// Keeps a certificate that was refused, in DER form, until it is [taken](take).
pub(super) fn keep(certificate: &[u8]) {
    // A thread that ends may have no variables any more. Then the certificate is not told.
    let _ = REFUSED.try_with(|refused| refused.set(Some(certificate.to_vec())));
}

/// Takes the certificate that was refused in this thread since this was called last.
pub(super) fn take() -> Option<Vec<u8>> {
    REFUSED.try_with(Cell::take).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_certificate_is_taken_once() {
        keep(b"one");
        keep(b"two");
        assert_eq!(take(), Some(b"two".to_vec()));
        assert_eq!(take(), None);
    }
}
