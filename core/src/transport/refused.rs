//! Passes a rejected certificate from the verifier to the layer that called it.
//!
//! rustls drops a rejected certificate, and its errors have no field for one. The verifier cannot
//! store it either, because it serves all connections of a configuration concurrently. The layer
//! calls it in the same thread, so a thread-local variable can pass the certificate.

use alloc::vec::Vec;
use core::cell::Cell;

thread_local! {
    static REFUSED: Cell<Option<Vec<u8>>> = const { Cell::new(None) };
}

/// Keeps a rejected certificate, in DER form, until it is [taken](take).
pub(super) fn keep(certificate: &[u8]) {
    // At the end of a thread its variables may be destroyed. The certificate is lost then.
    let _ = REFUSED.try_with(|refused| refused.set(Some(certificate.to_vec())));
}

/// Takes the certificate that was rejected in this thread since the last call.
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
