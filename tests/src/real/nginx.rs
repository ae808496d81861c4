//! nginx.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::certificates::{Certificates, Identity};
use crate::directory::Directory;

/// nginx on two ports of loopback. It serves the site until it is dropped, compressed if the client accepts
/// that.
#[derive(Debug)]
pub struct Nginx {
    _daemon: Daemon,
    /// The port without TLS.
    pub http: u16,
    /// The port with TLS.
    pub https: u16,
    certificates: Certificates,
}

impl Nginx {
    /// Starts it.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its ports.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        let certificates = Certificates::new()?;
        let identity = certificates.issue(Identity::Good)?;
        directory.write("server.pem", identity.certificate.pem())?;
        directory.write("server.key", identity.key.serialize_pem())?;
        site::write(&directory)?;
        let (http, https) = (free_port()?, free_port()?);
        let configuration = directory.write("nginx.conf", configuration(http, https))?;
        let mut command = Command::new("nginx");
        command.args(["-e", "stderr", "-p"]).arg(directory.path()).arg("-c").arg(configuration);
        let daemon = Daemon::start(&mut command, &[http, https], directory)?;
        Ok(Self { _daemon: daemon, http, https, certificates })
    }

    /// Returns the file with the authority's certificate.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.certificates.ca_file()
    }
}

/// Returns the configuration of one process in the foreground, which writes only to its directory.
fn configuration(http: u16, https: u16) -> String {
    format!(
        "daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    client_max_body_size 16m;
    default_type application/octet-stream;
    types {{ text/html html; }}
    gzip on;
    gzip_min_length 1;
    gzip_types application/octet-stream;
    keepalive_timeout 30;
    server {{
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{https} ssl;
        server_name localhost;
        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        root root;
    }}
}}
"
    )
}
