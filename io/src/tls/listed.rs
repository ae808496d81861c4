//! Server certificates that are trusted themselves.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error as RustlsError, SignatureScheme};
use x509_parser::certificate::X509Certificate;
use x509_parser::x509::{X509Name, X509Version};

use crate::certificate::{is_for_servers, parse};

/// A verifier that accepts a server's certificate if it is, byte for byte, one that the caller has
/// listed as trusted; `inner` verifies others.
///
/// webpki verifies paths from a server's certificate to that of an authority, and accepts none that is
/// both, as self-signed ones of servers often are: OpenSSL makes them by default. A listed certificate
/// needs no path: an attacker cannot make another one with the same bytes, and without its key the
/// handshake fails. Its dates, its purpose and its names are verified.
#[derive(Debug)]
pub(super) struct ListedVerifier {
    pub(super) listed: HashSet<CertificateDer<'static>>,
    pub(super) inner: Arc<dyn ServerCertVerifier>,
}

impl ServerCertVerifier for ListedVerifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, RustlsError> {
        if !self.listed.contains(certificate) {
            return self.inner.verify_server_cert(certificate, intermediates, name, ocsp, now);
        }
        verify_listed(certificate, name, now)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, RustlsError> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, RustlsError> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Verifies everything about a trusted certificate but its issuer.
fn verify_listed(
    der: &CertificateDer<'_>,
    name: &ServerName<'_>,
    now: UnixTime,
) -> Result<(), RustlsError> {
    let certificate = parse(der).ok_or(CertificateError::BadEncoding)?;
    if certificate.version() != X509Version::V3 {
        return Err(CertificateError::BadEncoding.into());
    }
    // This rejects critical extensions that webpki does not know.
    let parsed = ParsedCertificate::try_from(der)?;
    verify_dates(&certificate, now)?;
    match is_for_servers(&certificate) {
        Some(true) => {}
        Some(false) => return Err(CertificateError::InvalidPurpose.into()),
        None => return Err(CertificateError::BadEncoding.into()),
    }
    match certificate.subject_alternative_name() {
        Ok(None) if is_common_name(certificate.subject(), &name.to_str()) => Ok(()),
        _ => verify_server_name(&parsed, name),
    }
}

fn verify_dates(certificate: &X509Certificate<'_>, now: UnixTime) -> Result<(), CertificateError> {
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let validity = certificate.validity();
    let (not_before, not_after) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    let time = |seconds: i64| {
        UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
    };
    if seconds < not_before {
        let not_before = time(not_before);
        return Err(CertificateError::NotValidYetContext { time: now, not_before });
    }
    if seconds > not_after {
        return Err(CertificateError::ExpiredContext { time: now, not_after: time(not_after) });
    }
    Ok(())
}

/// Returns whether this host is the common name in a subject. Only the last one counts (RFC 2818
/// section 3.1).
///
/// RFC 9525 ends the use of common names, since an authority may not have verified them. The caller
/// has verified a listed certificate, and many that are made by hand have no other name.
fn is_common_name(subject: &X509Name<'_>, host: &str) -> bool {
    let name = subject.iter_common_name().last().and_then(|name| name.as_str().ok());
    name.is_some_and(|name| name.eq_ignore_ascii_case(host))
}
