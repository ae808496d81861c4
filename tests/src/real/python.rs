//! The server of Python's standard library.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::directory::Directory;

/// `http.server` on a port of loopback. It serves the site until it is dropped.
#[derive(Debug)]
pub struct Python {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Python {
    /// Starts it with this version: `HTTP/1.0` or `HTTP/1.1`.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its port.
    pub fn start(protocol: &str) -> io::Result<Self> {
        let directory = Directory::new()?;
        let root = site::write(&directory)?;
        let port = free_port()?;
        let mut command = Command::new("python3");
        command
            .args(["-m", "http.server", "--bind", "127.0.0.1", "--protocol", protocol])
            .arg("--directory")
            .arg(root)
            .arg(port.to_string());
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port })
    }
}
