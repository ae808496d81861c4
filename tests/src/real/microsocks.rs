//! microsocks: a SOCKS5 proxy.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use crate::directory::Directory;

/// microsocks on a port of loopback. It runs until it is dropped.
#[derive(Debug)]
pub struct Microsocks {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Microsocks {
    /// Starts it; it requires `credentials`, if there are any.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its port.
    pub fn start(credentials: Option<(&str, &str)>) -> io::Result<Self> {
        let port = free_port()?;
        let mut command = Command::new("microsocks");
        command.args(["-i", "127.0.0.1", "-p", &port.to_string()]);
        if let Some((user, password)) = credentials {
            command.args(["-u", user, "-P", password]);
        }
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], Directory::new()?)?, port })
    }
}
