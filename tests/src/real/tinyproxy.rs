//! tinyproxy: an HTTP proxy.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use crate::directory::Directory;

/// tinyproxy on a port of loopback. It forwards, and opens tunnels to any port, until it is dropped.
#[derive(Debug)]
pub struct Tinyproxy {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Tinyproxy {
    /// Starts it; it requires `credentials`, if there are any.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its port.
    pub fn start(credentials: Option<(&str, &str)>) -> io::Result<Self> {
        let directory = Directory::new()?;
        let port = free_port()?;
        let auth =
            credentials.map_or(String::new(), |(user, word)| format!("BasicAuth {user} {word}\n"));
        let configuration = format!(
            "Port {port}
Listen 127.0.0.1
Allow 127.0.0.1
Timeout 60
MaxClients 16
ViaProxyName \"tinyproxy\"
{auth}"
        );
        let configuration = directory.write("tinyproxy.conf", configuration)?;
        let mut command = Command::new("tinyproxy");
        command.arg("-d").arg("-c").arg(configuration);
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port })
    }
}
