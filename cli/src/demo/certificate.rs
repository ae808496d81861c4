//! A certificate authority for one run, and the server's certificate.

use std::fs::{self, DirBuilder};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// An authority, a file with its certificate, and a certificate for this machine that it signed. Dropping
/// it removes the file.
pub(super) struct Identity {
    directory: PathBuf,
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Identity {
    pub(super) fn new() -> io::Result<Self> {
        let (authority, issuer) = authority().map_err(io::Error::other)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names)
            .and_then(|params| params.signed_by(&key, &issuer))
            .map_err(io::Error::other)?;
        let directory = private_directory()?;
        let identity = Self { directory, certificate: certificate.der().clone(), key };
        fs::write(identity.authority_file(), authority)?;
        Ok(identity)
    }

    /// Returns the file with the authority's certificate.
    pub(super) fn authority_file(&self) -> PathBuf {
        Path::join(&self.directory, "ca.pem")
    }

    pub(super) fn server_config(&self) -> io::Result<Arc<ServerConfig>> {
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder
                    .with_no_client_auth()
                    .with_single_cert(vec![self.certificate.clone()], key.into())
            })
            .map(Arc::new)
            .map_err(io::Error::other)
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        // On failure, the file stays among the temporary files.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Creates a directory that only this user can read, under a name that cannot be foreseen: nothing that
/// someone else has put among the temporary files is used.
fn private_directory() -> io::Result<PathBuf> {
    let random = RandomState::new().build_hasher().finish();
    let path = std::env::temp_dir().join(format!("limpid-demo-{random:016x}"));
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&path)?;
    Ok(path)
}

/// Returns the authority's certificate as PEM, and its issuer.
fn authority() -> Result<(String, Issuer<'static, KeyPair>), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "limpid demo authority");
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((pem, Issuer::new(params, key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_is_new_private_and_removed() {
        let (one, other) = (Identity::new().unwrap(), Identity::new().unwrap());
        assert_ne!(one.directory, other.directory);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&one.directory).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
        assert!(one.authority_file().exists());
        let directory = one.directory.clone();
        drop(one);
        assert!(!directory.exists());
    }
}
