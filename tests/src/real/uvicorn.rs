//! uvicorn: an ASGI server.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::directory::Directory;

/// uvicorn on a port of loopback. It runs `asgi.py`, in the directory of this file, until it is dropped, and
/// closes a connection that is idle for a second.
#[derive(Debug)]
pub struct Uvicorn {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Uvicorn {
    /// Starts it.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its port.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        site::write_large(&directory)?;
        directory.write("asgi.py", include_str!("asgi.py"))?;
        let port = free_port()?;
        let mut command = Command::new("uvicorn");
        command.args(["--port", &port.to_string(), "--timeout-keep-alive", "1"]);
        command.args(["--timeout-graceful-shutdown", "1", "asgi:application"]);
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port })
    }
}
