//! The arguments about TLS and trust.

use std::env;
use std::path::PathBuf;

use clap::Args;
use limpid_io::{ClientBuilder, Pem, Settings, TlsVersion};
use rustls::pki_types::ServerName;

use super::ciphers::{self, Ciphers, Tls13Ciphers};

#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsArgs {
    /// Trust every certificate, whatever the other options
    #[arg(short = 'k', long = "insecure")]
    insecure: bool,
    /// Trust only the certificates in this PEM file: of authorities, or of servers themselves
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// Trust the certificates in this PEM file too
    #[arg(long, value_name = "FILE")]
    add_cacert: Vec<PathBuf>,
    /// Trust the certificates of the system instead of Mozilla's
    #[arg(long)]
    ca_native: bool,
    /// Present the certificate of this PEM file to servers that request one
    #[arg(short = 'E', long, value_name = "FILE")]
    cert: Option<PathBuf>,
    /// The PEM file of the certificate's private key [default: that of --cert]
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Send this server name, and verify the certificate against it, instead of the URL's host
    #[arg(long, value_name = "NAME", value_parser = server_name)]
    tls_server_name: Option<String>,
    /// Require TLS 1.2 or later, as without this option
    #[arg(long = "tlsv1.2", overrides_with = "tls13")]
    tls12: bool,
    /// Require TLS 1.3 or later
    #[arg(long = "tlsv1.3", overrides_with = "tls12")]
    tls13: bool,
    /// The maximum version of TLS: 1.2, 1.3 or default
    #[arg(long, value_name = "VERSION", value_parser = maximum)]
    tls_max: Option<TlsVersion>,
    /// Offer only these cipher suites of TLS 1.2: OpenSSL's names and words, such as ECDHE+AESGCM, with : between them
    #[arg(long, value_name = "LIST")]
    ciphers: Option<Ciphers>,
    /// Offer only these cipher suites of TLS 1.3, such as `TLS_AES_128_GCM_SHA256`
    #[arg(long, value_name = "LIST")]
    tls13_ciphers: Option<Tls13Ciphers>,
    /// Fail if a body ends with the connection and TLS does not confirm the end: data may be missing
    #[arg(long)]
    require_close_notify: bool,
    /// Do not offer the protocol http/1.1 (ALPN)
    #[arg(long)]
    no_alpn: bool,
}

impl TlsArgs {
    /// Applies these arguments to a client.
    pub(crate) fn set(&self, mut builder: ClientBuilder<Settings>) -> ClientBuilder<Settings> {
        builder = builder.alpn(!self.no_alpn).require_close_notify(self.require_close_notify);
        let of_curl = || env::var_os("CURL_CA_BUNDLE").filter(|path| !path.is_empty());
        if let Some(path) = self.cacert.clone().or_else(|| of_curl().map(PathBuf::from)) {
            builder = builder.ca_file(path);
        }
        for path in &self.add_cacert {
            builder = builder.add_ca(Pem::File(path.clone()));
        }
        if self.ca_native {
            builder = builder.system_roots();
        }
        if self.insecure {
            builder = builder.danger_accept_invalid_certs(true);
        }
        if let Some(cert) = &self.cert {
            builder = builder.client_cert(cert, self.key.as_ref().unwrap_or(cert));
        }
        if let Some(name) = &self.tls_server_name {
            builder = builder.server_name(name);
        }
        if self.tls13 {
            builder = builder.min_tls_version(TlsVersion::Tls13);
        }
        if let Some(newest) = self.tls_max {
            builder = builder.max_tls_version(newest);
        }
        if self.ciphers.is_some() || self.tls13_ciphers.is_some() {
            let suites = ciphers::offered(self.ciphers.as_ref(), self.tls13_ciphers.as_ref());
            builder = builder.cipher_suites(suites);
        }
        builder
    }
}

impl TlsArgs {
    /// Checks how the arguments fit together, which clap does not.
    pub(super) fn check(&self) -> Result<(), String> {
        match (self.tls13, self.tls_max) {
            (true, Some(TlsVersion::Tls12)) => {
                Err("--tlsv1.3 and --tls-max 1.2 leave no version of TLS".into())
            }
            _ => Ok(()),
        }
    }
}

/// Reads the maximum version of TLS.
fn maximum(text: &str) -> Result<TlsVersion, &'static str> {
    match text {
        "1.2" => Ok(TlsVersion::Tls12),
        "1.3" | "default" => Ok(TlsVersion::Tls13),
        "1.0" | "1.1" => Err("TLS 1.2 is the oldest version that is spoken"),
        _ => Err("write 1.2 or 1.3"),
    }
}

fn server_name(text: &str) -> Result<String, &'static str> {
    match ServerName::try_from(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("write a host name or an address, such as www.example.com"),
    }
}
