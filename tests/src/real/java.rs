//! The server of Java's standard library.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::directory::Directory;

/// Java's `com.sun.net.httpserver` on a port of loopback. It runs `Origin.java`, in the directory of this
/// file, until it is dropped, and closes a connection that is idle for a second.
#[derive(Debug)]
pub struct Java {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Java {
    /// Compiles and starts it.
    ///
    /// # Errors
    /// Java's compiler is not installed, or the program does not answer on its port.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        let root = site::write_large(&directory)?;
        let source = directory.write("Origin.java", include_str!("Origin.java"))?;
        let port = free_port()?;
        let mut command = Command::new("java");
        // Idle connections are looked for at each tick, which is ten seconds by default.
        command.args(["-Dsun.net.httpserver.idleInterval=1", "-Dsun.net.httpserver.clockTick=50"]);
        command.arg(source).arg(port.to_string()).arg(root);
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port })
    }
}
