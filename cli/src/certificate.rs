//! A certificate authority for one run, and the certificate of a server.

use std::fs::{self, DirBuilder};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

/// An authority, a file with its certificate, and a certificate that it signed. Dropping it removes the file, unless that
/// is one of the user.
pub(crate) struct Identity {
    authority: AuthorityFile,
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

/// The file with the certificate of an authority.
enum AuthorityFile {
    /// In this directory, which is removed.
    Temporary(PathBuf),
    /// This file, which stays.
    Kept(PathBuf),
}

impl Identity {
    /// Makes an authority for this command, and a certificate for these names. Writes that of the authority to `kept`, or to
    /// a temporary file.
    ///
    /// # Errors
    /// The file cannot be written, or a name cannot be one of a certificate.
    pub(crate) fn new(command: &str, names: &[String], kept: Option<&Path>) -> io::Result<Self> {
        let (authority, issuer) = authority(command).map_err(io::Error::other)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = CertificateParams::new(names)
            .and_then(|params| params.signed_by(&key, &issuer))
            .map_err(io::Error::other)?;
        let file = match kept {
            Some(path) => AuthorityFile::Kept(path.to_owned()),
            None => AuthorityFile::Temporary(private_directory(command)?),
        };
        let identity = Self { authority: file, certificate: certificate.der().clone(), key };
        fs::write(identity.authority_file(), authority)?;
        Ok(identity)
    }

    /// Returns the file with the authority's certificate.
    pub(crate) fn authority_file(&self) -> PathBuf {
        match &self.authority {
            AuthorityFile::Temporary(directory) => directory.join("ca.pem"),
            AuthorityFile::Kept(path) => path.clone(),
        }
    }

    /// Returns the TLS configuration of a server with the certificate.
    ///
    /// # Errors
    /// rustls refuses it.
    pub(crate) fn server_config(&self) -> io::Result<Arc<ServerConfig>> {
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
        if let AuthorityFile::Temporary(directory) = &self.authority {
            // On failure, the file stays among the temporary files.
            let _ = fs::remove_dir_all(directory);
        }
    }
}

/// Creates a directory that only this user can read, under a name that cannot be foreseen: nothing that
/// someone else has put among the temporary files is used.
fn private_directory(command: &str) -> io::Result<PathBuf> {
    let random = RandomState::new().build_hasher().finish();
    let path = std::env::temp_dir().join(format!("limpid-{command}-{random:016x}"));
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&path)?;
    Ok(path)
}

/// Returns the authority's certificate as PEM, and its issuer.
fn authority(command: &str) -> Result<(String, Issuer<'static, KeyPair>), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, format!("limpid {command} authority"));
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((pem, Issuer::new(params, key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directory_is_new_private_and_removed() {
        let identity = || Identity::new("test", &["localhost".to_owned()], None).unwrap();
        let (one, other) = (identity(), identity());
        let (file, other) = (one.authority_file(), other.authority_file());
        assert_ne!(file, other);
        let directory = file.parent().unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(directory).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
        assert!(file.exists());
        drop(one);
        assert!(!directory.exists());
    }
}
