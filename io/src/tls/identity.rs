//! The certificate of a client, and its key.

use std::borrow::Cow;

use rustls::Error as RustlsError;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls_pki_types::pem::{Error as PemError, PemObject};

use crate::certificate::is_version_1;
use crate::error::{IdentityProblem, TlsSetupError};
use crate::pem::Pem;

/// The PEM of a client's certificate and its key.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The certificate, followed by the intermediate ones.
    pub(crate) certificate: Pem,
    /// The key, if it is separate.
    pub(crate) key: Option<Pem>,
}

impl Identity {
    /// Reads the certificates and the key.
    pub(super) fn load(
        &self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsSetupError> {
        let bytes = read(&self.certificate)?;
        let chain: Result<Vec<_>, PemError> = CertificateDer::pem_slice_iter(&bytes).collect();
        let problem = |problem| TlsSetupError::Identity(self.certificate.clone(), problem);
        let chain = chain.map_err(|_| problem(IdentityProblem::BadCertificate))?;
        if chain.is_empty() {
            return Err(problem(IdentityProblem::NoCertificate));
        }
        if chain.first().is_some_and(|certificate| is_version_1(certificate)) {
            return Err(problem(IdentityProblem::Version1));
        }
        let key = match &self.key {
            None => key(&self.certificate, &bytes)?,
            Some(pem) => key(pem, &read(pem)?)?,
        };
        Ok((chain, key))
    }

    /// Returns the error if rustls rejects them.
    pub(super) fn refused(&self, error: &RustlsError) -> TlsSetupError {
        let (pem, problem) = match error {
            RustlsError::InvalidCertificate(_) => {
                (&self.certificate, IdentityProblem::BadCertificate)
            }
            RustlsError::InconsistentKeys(_) => (self.key_pem(), IdentityProblem::OtherKey),
            _ => (self.key_pem(), IdentityProblem::BadKey),
        };
        TlsSetupError::Identity(pem.clone(), problem)
    }

    fn key_pem(&self) -> &Pem {
        self.key.as_ref().unwrap_or(&self.certificate)
    }
}

fn read(pem: &Pem) -> Result<Cow<'_, [u8]>, TlsSetupError> {
    let unreadable = IdentityProblem::Unreadable;
    pem.read().map_err(|error| TlsSetupError::Identity(pem.clone(), unreadable(error)))
}

/// Returns the first key, in PKCS #8, PKCS #1 or SEC 1 form.
fn key(pem: &Pem, bytes: &[u8]) -> Result<PrivateKeyDer<'static>, TlsSetupError> {
    PrivateKeyDer::from_pem_slice(bytes).map_err(|error| {
        // An encrypted key has this word in its first line, or in one of the following.
        let is_encrypted = bytes.windows(9).any(|window| window == b"ENCRYPTED");
        let problem = match error {
            _ if is_encrypted => IdentityProblem::EncryptedKey,
            PemError::NoItemsFound => IdentityProblem::NoKey,
            _ => IdentityProblem::BadKey,
        };
        TlsSetupError::Identity(pem.clone(), problem)
    })
}
