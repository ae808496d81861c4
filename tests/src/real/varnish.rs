//! Varnish.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::go::Go;
use crate::directory::Directory;

/// Varnish on a port of loopback, in front of Go's server. It runs until it is dropped, refuses `/refused`
/// itself, and closes a connection that is idle for a second.
#[derive(Debug)]
pub struct Varnish {
    _daemon: Daemon,
    _origin: Go,
    /// The port.
    pub port: u16,
}

impl Varnish {
    /// Starts both.
    ///
    /// # Errors
    /// One is not installed, or does not answer on its port.
    pub fn start() -> io::Result<Self> {
        let origin = Go::behind_proxy()?;
        let directory = Directory::new()?;
        let port = free_port()?;
        let configuration = format!(
            "vcl 4.1;
backend origin {{
    .host = \"127.0.0.1\";
    .port = \"{}\";
}}
sub vcl_recv {{
    if (req.url == \"/refused\") {{
        return (synth(413));
    }}
}}
",
            origin.port,
        );
        let configuration = directory.write("site.vcl", configuration)?;
        let mut command = Command::new("varnishd");
        command.args(["-F", "-j", "none", "-T", "none", "-p", "timeout_idle=1"]);
        command.args(["-s", "malloc,128m", "-a", &format!("127.0.0.1:{port}")]);
        command.arg("-n").arg(directory.file("varnish")).arg("-f").arg(configuration);
        let daemon = Daemon::start(&mut command, &[port], directory)?;
        Ok(Self { _daemon: daemon, _origin: origin, port })
    }
}
