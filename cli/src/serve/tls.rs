//! The certificate of the server.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::args::{Listen, ServeArgs};
use crate::certificate::Identity;
use crate::exit::Exit;
use crate::report;

/// TLS of the server.
pub(super) struct Tls {
    pub(super) config: Arc<ServerConfig>,
    /// The identity that was made at start, which the file with its authority is a part of.
    pub(super) made: Option<Identity>,
}

/// Returns the TLS that the arguments ask for.
pub(super) fn open(args: &ServeArgs) -> Result<Option<Tls>, Exit> {
    match (&args.cert, &args.key) {
        (Some(certificate), Some(key)) => {
            let config = read(certificate, key)?;
            Ok(Some(Tls { config, made: None }))
        }
        _ if args.tls => {
            let Listen(address) = args.listen;
            let made = Identity::new("serve", &names(address), args.ca_out.as_deref());
            let made =
                made.map_err(|error| failed(Exit::Write, &"the certificate of --tls", &error))?;
            let config = made.server_config();
            let config =
                config.map_err(|error| failed(Exit::Tls, &"the certificate of --tls", &error))?;
            Ok(Some(Tls { config: speaks_http(Arc::unwrap_or_clone(config)), made: Some(made) }))
        }
        _ => Ok(None),
    }
}

/// Returns the names of this machine by which clients can connect to an address.
fn names(address: SocketAddr) -> Vec<String> {
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    let ip = address.ip().to_string();
    if !address.ip().is_unspecified() && !names.contains(&ip) {
        names.push(ip);
    }
    names
}

/// Reads a certificate with its issuers, and its key.
fn read(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, Exit> {
    let unreadable = |path: &Path, what: &str, error: &PemError| {
        let message = match error {
            PemError::NoItemsFound => format!("the file has no {what} in PEM form"),
            error => error.to_string(),
        };
        failed(Exit::ClientCertificate, &path.display(), &message)
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .and_then(|chain| if chain.is_empty() { Err(PemError::NoItemsFound) } else { Ok(chain) })
        .map_err(|error| unreadable(certificate, "certificate", &error))?;
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| unreadable(key, "private key", &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|error| failed(Exit::ClientCertificate, &certificate.display(), &error))?;
    Ok(speaks_http(config))
}

/// Names the protocol of the server for clients that offer others too (ALPN).
fn speaks_http(mut config: ServerConfig) -> Arc<ServerConfig> {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

fn failed(exit: Exit, what: &dyn std::fmt::Display, error: &dyn std::fmt::Display) -> Exit {
    report::print_error(exit, &format_args!("{what} cannot be used: {error}"));
    exit
}
