//! OpenSSL's test server: another implementation of TLS.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::certificates::{Certificates, Identity};
use crate::directory::Directory;

/// `openssl s_server` on a port of loopback. It serves the site below `/root/`, in HTTP/1.0, until it is
/// dropped.
#[derive(Debug)]
pub struct Openssl {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
    certificates: Certificates,
}

impl Openssl {
    /// Starts it with additional options of `s_server`.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its port.
    pub fn start(options: &[&str]) -> io::Result<Self> {
        let directory = Directory::new()?;
        let certificates = Certificates::new()?;
        let identity = certificates.issue(Identity::Good)?;
        let certificate = directory.write("server.pem", identity.certificate.pem())?;
        let key = directory.write("server.key", identity.key.serialize_pem())?;
        site::write(&directory)?;
        let port = free_port()?;
        let mut command = Command::new("openssl");
        command
            .args(["s_server", "-quiet", "-WWW", "-accept"])
            .arg(format!("127.0.0.1:{port}"))
            .arg("-cert")
            .arg(certificate)
            .arg("-key")
            .arg(key)
            .args(options);
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port, certificates })
    }

    /// Returns the file with the authority's certificate.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.certificates.ca_file()
    }
}
