//! The certificate authority of `--ca`: it issues a certificate for each host whose tunnels are opened.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ::ring::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SerialNumber,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use time::{Duration, OffsetDateTime};

/// How many hosts are remembered.
const HOSTS: usize = 1024;

/// A certificate authority.
pub(super) struct Authority {
    file: PathBuf,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    /// The key of all certificates that this process issues.
    key: KeyPair,
    issued: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Authority {
    /// Reads the authority of a directory, or makes one there.
    ///
    /// # Errors
    /// The files cannot be read or written, are incomplete, or others can read the key.
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        let (file, key_file) = (directory.join("ca.pem"), directory.join("ca-key.pem"));
        let (certificate, issuer) = match (fs::read_to_string(&file), private_text(&key_file)) {
            (Ok(certificate), Ok(key)) => {
                let key = KeyPair::from_pem(&key).map_err(|error| unusable(&key_file, error))?;
                let issuer = Issuer::from_ca_cert_pem(&certificate, key)
                    .map_err(|error| unusable(&file, error))?;
                let certificate = CertificateDer::from_pem_slice(certificate.as_bytes())
                    .map_err(|error| unusable(&file, error))?;
                (certificate, issuer)
            }
            (Err(one), Err(other)) if is_missing(&one) && is_missing(&other) => {
                make(directory, &file, &key_file)?
            }
            (Err(error), Ok(_)) => return Err(named(&file, &error)),
            (_, Err(error)) => return Err(named(&key_file, &error)),
        };
        let key = KeyPair::generate().map_err(io::Error::other)?;
        Ok(Self { file, certificate, issuer, key, issued: Mutex::default() })
    }

    /// Returns the file with the certificate that clients have to trust.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Returns the hash of the public key, in base64, by which Chromium trusts it if an argument names it.
    pub(super) fn public_key_hash(&self) -> String {
        let key = self.issuer.key().subject_public_key_info();
        STANDARD.encode(digest(&SHA256, &key))
    }

    /// Returns the TLS configuration for clients that want to talk to `host`.
    ///
    /// # Errors
    /// rustls refuses it.
    pub(super) fn server_config(self: &Arc<Self>, host: &str) -> io::Result<Arc<ServerConfig>> {
        let issues = Issues { authority: Arc::clone(self), host: host.to_owned() };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(issues));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// Returns a certificate for this host, a new one for the first time.
    fn certificate(&self, host: &str) -> Option<Arc<CertifiedKey>> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(certificate) = issued.get(host) {
            return Some(Arc::clone(certificate));
        }
        let certificate = Arc::new(self.issue(host).ok()?);
        if issued.len() == HOSTS {
            issued.clear();
        }
        issued.insert(host.to_owned(), Arc::clone(&certificate));
        Some(certificate)
    }

    fn issue(&self, host: &str) -> Result<CertifiedKey, Box<dyn std::error::Error>> {
        let mut params = CertificateParams::new([host.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, "limpid tap");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        limit(&mut params, 365);
        let certificate = params.signed_by(&self.key, &self.issuer)?;
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        let key = ring::sign::any_supported_type(&key.into())?;
        // Clients that trust the hash of the authority's key look for it among these.
        Ok(CertifiedKey::new(vec![certificate.der().clone(), self.certificate.clone()], key))
    }
}

/// Chooses the certificate by the name that a client asks for; without one, it is that of the host of its tunnel.
#[derive(Debug)]
struct Issues {
    authority: Arc<Authority>,
    host: String,
}

impl ResolvesServerCert for Issues {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.authority.certificate(hello.server_name().unwrap_or(&self.host))
    }
}

/// Makes an authority, whose key only its owner can read.
fn make(
    directory: &Path,
    file: &Path,
    key_file: &Path,
) -> io::Result<(CertificateDer<'static>, Issuer<'static, KeyPair>)> {
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // Two authorities on one machine have different names.
    let name = format!("limpid tap {:08x}", random() >> 32);
    params.distinguished_name.push(DnType::CommonName, name);
    limit(&mut params, 10 * 365);
    let certificate = params.self_signed(&key).map_err(io::Error::other)?;
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(|error| named(directory, &error))?;
    write(key_file, &key.serialize_pem(), 0o600)?;
    write(file, &certificate.pem(), 0o644)?;
    Ok((certificate.der().clone(), Issuer::new(params, key)))
}

/// Sets a serial number that no other certificate of the issuer has, and the dates, for clients whose clock may be
/// late.
fn limit(params: &mut CertificateParams, days: i64) {
    let now = OffsetDateTime::now_utc();
    params.serial_number = Some(SerialNumber::from(random() >> 1));
    (params.not_before, params.not_after) = (now - Duration::days(2), now + Duration::days(days));
}

/// Returns a random number. std keys its hash tables so, from the system's source of random numbers.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Writes a new file.
fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| named(path, &error))
}

/// Reads a file that only its owner may read.
fn private_text(path: &Path) -> io::Result<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
            return Err(io::Error::other("others can use this key; chmod 600 makes it private"));
        }
    }
    fs::read_to_string(path)
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound
}

/// Returns the error of a file whose content cannot be used.
fn unusable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> io::Error {
    named(path, &io::Error::other(error))
}

/// Returns an error that names the file.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
