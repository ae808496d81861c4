//! lighttpd.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::directory::Directory;

/// lighttpd on a port of loopback. It serves the site until it is dropped.
#[derive(Debug)]
pub struct Lighttpd {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Lighttpd {
    /// Starts it.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its port.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        let root = site::write(&directory)?;
        let port = free_port()?;
        let configuration = format!(
            "server.bind = \"127.0.0.1\"
server.port = {port}
server.document-root = \"{}\"
index-file.names = (\"index.html\")
",
            root.display(),
        );
        let configuration = directory.write("lighttpd.conf", configuration)?;
        let mut command = Command::new("lighttpd");
        command.arg("-D").arg("-f").arg(configuration);
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port })
    }
}
