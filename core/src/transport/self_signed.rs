//! Distinguishes self-signed certificates from those with an unknown issuer.

use crate::values::Arc;
use alloc::vec::Vec;
use core::fmt;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::refused;

/// A verifier that rejects what another rejects, and reports [`SelfSigned`] where that is the reason:
/// rustls reports an unknown issuer. The certificate is kept for the layer's
/// [facts](super::Layer::facts).
///
/// The configuration of a [`Tls`](super::tls::Tls) layer, which has an example, contains it.
#[derive(Debug)]
pub struct Verifier(Arc<dyn ServerCertVerifier>);

/// The error of a self-signed certificate.
///
/// A [`Tls`](super::tls::Tls) layer, which has an example, reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelfSigned;

impl fmt::Display for SelfSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the certificate is self-signed")
    }
}

impl core::error::Error for SelfSigned {}

impl Verifier {
    /// Creates a verifier that wraps `inner`.
    pub fn new(inner: Arc<dyn ServerCertVerifier>) -> Self {
        Self(inner)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let result = self.0.verify_server_cert(certificate, intermediates, name, ocsp, now);
        let result = result.inspect_err(|_| refused::keep(certificate));
        result.map_err(|error| match error {
            // rustls reports the latter for a certificate that may issue others, and so is not one of
            // a server.
            Error::InvalidCertificate(
                CertificateError::UnknownIssuer | CertificateError::Other(_),
            ) if is_self_issued(certificate) == Some(true) => {
                CertificateError::Other(OtherError(Arc::new(SelfSigned))).into()
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = self.0.verify_tls12_signature(message, certificate, signature);
        result.inspect_err(|_| refused::keep(certificate))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = self.0.verify_tls13_signature(message, certificate, signature);
        result.inspect_err(|_| refused::keep(certificate))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Returns whether a certificate names itself as its issuer (RFC 5280 section 4.1); `None` if it
/// cannot be parsed.
fn is_self_issued(certificate: &[u8]) -> Option<bool> {
    let (certificate, _) = element(certificate)?;
    let (mut fields, _) = element(certificate)?;
    // The version precedes the other fields, unless it is the first.
    if fields.first() == Some(&0xa0) {
        fields = element(fields)?.1;
    }
    let (_serial, fields) = element(fields)?;
    let (_signature, fields) = element(fields)?;
    let (issuer, fields) = element(fields)?;
    let (_validity, fields) = element(fields)?;
    let (subject, _) = element(fields)?;
    Some(issuer == subject)
}

/// Returns the content of the first DER element (ITU-T X.690 section 8.1), and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[_tag, length], rest) = der.split_first_chunk()?;
    if length < 0x80 {
        return rest.split_at_checked(usize::from(length));
    }
    // No certificate needs more digits.
    let digits @ 1..=4 = usize::from(length & 0x7f) else { return None };
    let (digits, rest) = rest.split_at_checked(digits)?;
    let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a certificate whose fields are empty, except for issuer and subject.
    fn certificate(version: &[u8], issuer: &[u8], subject: &[u8]) -> Vec<u8> {
        let named = |name: &[u8]| [&[0x30, u8::try_from(name.len()).unwrap()], name].concat();
        let fields = [
            version,
            &[0x02, 0x01, 0x07],
            &[0x30, 0x00],
            &named(issuer),
            &[0x30, 0x00],
            &named(subject),
        ]
        .concat();
        named(&named(&fields))
    }

    #[test]
    fn issuer_is_compared_with_subject() {
        for version in [&[0xa0, 0x03, 0x02, 0x01, 0x02][..], &[]] {
            assert_eq!(is_self_issued(&certificate(version, b"me", b"me")), Some(true));
            assert_eq!(is_self_issued(&certificate(version, b"you", b"me")), Some(false));
        }
    }

    #[test]
    fn long_lengths_are_parsed_and_false_ones_rejected() {
        let long = [&[0x30, 0x82, 0x01, 0x00][..], &[7; 256]].concat();
        assert_eq!(element(&long), Some((&[7; 256][..], &[][..])));
        for lie in [&[0x30][..], &[0x30, 1], &[0x30, 0x80], &[0x30, 0x82, 1], &[0x30, 0x85, 0, 0]] {
            assert_eq!(element(lie), None);
        }
        let whole = certificate(&[], b"me", b"me");
        for end in 0..whole.len() {
            assert_eq!(is_self_issued(&whole[..end]), None);
        }
    }
}
