//! The certificate of a client, and its key.

use std::fs;
use std::path::{Path, PathBuf};

use rustls::Error as RustlsError;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls_pki_types::pem::{Error as PemError, PemObject};

use crate::error::{IdentityProblem, TlsSetupError};

/// The PEM files of a client's certificate and its key.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The certificate, followed by the intermediate ones.
    pub(crate) certificate: PathBuf,
    /// The key, if it is in another file.
    pub(crate) key: Option<PathBuf>,
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
        let key = match &self.key {
            None => key(&self.certificate, &bytes)?,
            Some(path) => key(path, &read(path)?)?,
        };
        Ok((chain, key))
    }

    /// Returns the error if rustls rejects them.
    pub(super) fn refused(&self, error: &RustlsError) -> TlsSetupError {
        let (file, problem) = match error {
            RustlsError::InvalidCertificate(_) => {
                (&self.certificate, IdentityProblem::BadCertificate)
            }
            RustlsError::InconsistentKeys(_) => (self.key_file(), IdentityProblem::OtherKey),
            _ => (self.key_file(), IdentityProblem::BadKey),
        };
        TlsSetupError::Identity(file.clone(), problem)
    }

    fn key_file(&self) -> &PathBuf {
        self.key.as_ref().unwrap_or(&self.certificate)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsSetupError> {
    fs::read(path).map_err(|error| {
        TlsSetupError::Identity(path.to_owned(), IdentityProblem::Unreadable(error))
    })
}

/// Returns the first key of a file, in PKCS #8, PKCS #1 or SEC 1 form.
fn key(path: &Path, bytes: &[u8]) -> Result<PrivateKeyDer<'static>, TlsSetupError> {
    PrivateKeyDer::from_pem_slice(bytes).map_err(|error| {
        // An encrypted key has this word in its first line, or in one of the following.
        let is_encrypted = bytes.windows(9).any(|window| window == b"ENCRYPTED");
        let problem = match error {
            _ if is_encrypted => IdentityProblem::EncryptedKey,
            PemError::NoItemsFound => IdentityProblem::NoKey,
            _ => IdentityProblem::BadKey,
        };
        TlsSetupError::Identity(path.to_owned(), problem)
    })
}
