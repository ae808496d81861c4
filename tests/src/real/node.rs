//! The server of Node's standard library.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use crate::directory::Directory;

/// Node's `http` on a port of loopback. It runs `node.js`, in the directory of this file, until it is
/// dropped.
#[derive(Debug)]
pub struct Node {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Node {
    /// Starts it.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its port.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        let port = free_port()?;
        let script = directory.write("server.js", include_str!("node.js"))?;
        let mut command = Command::new("node");
        command.arg(script).arg(port.to_string());
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port })
    }
}
