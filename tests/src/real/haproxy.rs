//! `HAProxy`.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::go::Go;
use crate::directory::Directory;

/// `HAProxy` on a port of loopback, in front of Go's server. It runs until it is dropped, refuses `/refused`
/// itself, and closes a connection that is idle for a second.
#[derive(Debug)]
pub struct Haproxy {
    _daemon: Daemon,
    _origin: Go,
    /// The port.
    pub port: u16,
}

impl Haproxy {
    /// Starts both.
    ///
    /// # Errors
    /// One is not installed, or does not answer on its port.
    pub fn start() -> io::Result<Self> {
        let origin = Go::behind_proxy()?;
        let directory = Directory::new()?;
        let port = free_port()?;
        let configuration = format!(
            "global
    maxconn 64
defaults
    mode http
    timeout connect 5s
    timeout client 10s
    timeout server 10s
    timeout http-request 10s
    timeout http-keep-alive 1s
frontend site
    bind 127.0.0.1:{port}
    http-request deny deny_status 413 if {{ path /refused }}
    default_backend origin
backend origin
    server origin 127.0.0.1:{}
",
            origin.port,
        );
        let configuration = directory.write("haproxy.conf", configuration)?;
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(configuration);
        let daemon = Daemon::start(&mut command, &[port], directory)?;
        Ok(Self { _daemon: daemon, _origin: origin, port })
    }
}
