//! Apache httpd.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::directory::Directory;

/// The program of `/digest`.
const DIGEST: &str = "#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
sha256sum | cut -c -64
";

/// Apache on a port of loopback. It serves the site until it is dropped, and closes a connection that is idle
/// for a second.
#[derive(Debug)]
pub struct Apache {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Apache {
    /// Starts it.
    ///
    /// # Errors
    /// It is not installed as on Debian, or does not answer on its port.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        site::write_large(&directory)?;
        executable(&directory.write("digest", DIGEST)?)?;
        let port = free_port()?;
        let configuration = configuration(directory.path(), port);
        let configuration = directory.write("apache.conf", configuration)?;
        let mut command = Command::new("apache2");
        // One process in the foreground.
        command.arg("-X").arg("-f").arg(configuration);
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port })
    }
}

/// Returns a configuration that writes only to `directory`.
fn configuration(directory: &Path, port: u16) -> String {
    let directory = directory.display();
    let modules = ["mpm_event", "authz_core", "alias", "cgi"]
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"));
    let modules = modules.concat();
    format!(
        "{modules}
ServerRoot {directory}
DefaultRuntimeDir {directory}
PidFile apache.pid
ErrorLog /dev/stderr
User www-data
Group www-data
ServerName localhost
Listen 127.0.0.1:{port}
KeepAliveTimeout 1
DocumentRoot {directory}/root
ScriptAlias /digest {directory}/digest
ScriptAlias /refused {directory}/digest
<Location /refused>
    LimitRequestBody 1
    ErrorDocument 413 \"too much\"
</Location>
"
    )
}

#[cfg(unix)]
fn executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(file: &Path) -> io::Result<()> {
    fs::metadata(file).map(drop)
}
