//! gunicorn: a WSGI server.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::directory::Directory;

/// gunicorn on a port of loopback. It runs `wsgi.py`, in the directory of this file, until it is dropped, and
/// closes a connection that is idle for a second.
#[derive(Debug)]
pub struct Gunicorn {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Gunicorn {
    /// Starts it.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its port.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        site::write_large(&directory)?;
        directory.write("wsgi.py", include_str!("wsgi.py"))?;
        let port = free_port()?;
        let mut command = Command::new("gunicorn");
        command.arg("--bind").arg(format!("127.0.0.1:{port}"));
        // The default worker closes every connection after its response.
        command.args(["--worker-class", "gthread", "--threads", "8", "--keep-alive", "1"]);
        command.args(["--graceful-timeout", "1", "wsgi:application"]);
        Ok(Self { _daemon: Daemon::start(&mut command, &[port], directory)?, port })
    }
}
