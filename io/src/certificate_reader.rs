//! The reader of certificates for events.

use limpid_core::transport::CertificateReader;

/// Returns the reader of certificates that clients and servers have, for events: with the feature `rustls`.
///
/// Their builders set it. A replay of a recording takes it:
///
/// ```
/// assert_eq!(limpid_io::certificate_reader().is_some(), cfg!(feature = "rustls"));
/// ```
#[must_use]
pub fn certificate_reader() -> Option<CertificateReader> {
    #[cfg(feature = "rustls")]
    return Some(CertificateReader(content::read));
    #[cfg(not(feature = "rustls"))]
    return None;
}

#[cfg(feature = "rustls")]
mod content {
    use std::fmt::Write;

    use limpid_core::transport::CertificateFacts;
    use rustls::crypto::hash::HashAlgorithm;

    use crate::certificate::{Time, names, parse};
    use crate::tls::provider;

    /// Reads the content of a certificate; `None` if it cannot be parsed.
    pub(super) fn read(der: &[u8]) -> Option<CertificateFacts> {
        let certificate = parse(der)?;
        let validity = certificate.validity();
        let mut facts = CertificateFacts::default();
        facts.subject = certificate.subject().to_string();
        facts.issuer = certificate.issuer().to_string();
        facts.names = names(&certificate).join(", ");
        facts.not_before = Time(validity.not_before).to_string();
        facts.not_after = Time(validity.not_after).to_string();
        facts.sha256 = sha256(der);
        Some(facts)
    }

    /// Returns the SHA-256 hash in hexadecimal digits; `None` if the provider of cryptography lacks
    /// it.
    fn sha256(bytes: &[u8]) -> Option<String> {
        let provider = provider().ok()?;
        let hash = provider.cipher_suites.iter().find_map(|suite| {
            let hash = suite.tls13()?.common.hash_provider;
            (hash.algorithm() == HashAlgorithm::SHA256).then_some(hash)
        })?;
        let mut digits = String::with_capacity(2 * hash.output_len());
        for byte in hash.hash(bytes).as_ref() {
            // Writing to a string does not fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Some(digits)
    }
}
