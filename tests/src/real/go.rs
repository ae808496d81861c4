//! The server of Go's standard library.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::command;
use crate::directory::Directory;

/// Go's `net/http` on a port of loopback. It runs `origin.go`, in the directory of this file, until it is
/// dropped.
#[derive(Debug)]
pub struct Go {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Go {
    /// Compiles and starts it. It closes a connection that is idle for a second.
    ///
    /// # Errors
    /// Go is not installed, or the program does not answer on its port.
    pub fn start() -> io::Result<Self> {
        Self::with_idle_limit("1s")
    }

    /// Compiles and starts it as the server behind a proxy, whose connections it keeps: a proxy may not repeat
    /// every request whose connection is closed.
    pub(super) fn behind_proxy() -> io::Result<Self> {
        Self::with_idle_limit("10m")
    }

    fn with_idle_limit(limit: &str) -> io::Result<Self> {
        let directory = Directory::new()?;
        let root = site::write_large(&directory)?;
        directory.write("origin.go", include_str!("origin.go"))?;
        let mut compiler = Command::new("go");
        compiler.current_dir(directory.path()).args(["build", "-o", "origin", "origin.go"]);
        // Nothing is downloaded.
        compiler.env("GOPROXY", "off").env("GOTOOLCHAIN", "local").env("GOFLAGS", "");
        let compiled = command::run(&mut compiler, b"")?;
        if compiled.code != 0 {
            return Err(io::Error::other(compiled.stderr));
        }
        let port = free_port()?;
        let mut command = Command::new(directory.file("origin"));
        command.arg(port.to_string()).arg(root).arg(limit);
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port })
    }
}
