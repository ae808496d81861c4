//! Squid.

use std::io;
use std::process::Command;

use super::daemon::{Daemon, free_port};
use super::go::Go;
use crate::directory::Directory;

/// Squid on two ports of loopback: a proxy, and an accelerator of Go's server. It runs until it is dropped,
/// refuses `/refused` itself, and closes a connection that is idle for a second.
#[derive(Debug)]
pub struct Squid {
    _daemon: Daemon,
    /// The server behind it.
    pub origin: Go,
    /// The port of the proxy.
    pub proxy: u16,
    /// The port of the accelerator.
    pub accelerator: u16,
}

impl Squid {
    /// Starts both.
    ///
    /// # Errors
    /// One is not installed, or does not answer on its ports.
    pub fn start() -> io::Result<Self> {
        let origin = Go::behind_proxy()?;
        let directory = Directory::new()?;
        let (proxy, accelerator) = (free_port()?, free_port()?);
        let configuration = configuration(proxy, accelerator, origin.port);
        let configuration = directory.write("squid.conf", configuration)?;
        let mut command = Command::new("squid");
        // One process in the foreground, which logs errors.
        command.args(["-N", "-d", "1", "-f"]).arg(configuration);
        let daemon = Daemon::start(&mut command, &[proxy, accelerator], directory)?;
        Ok(Self { _daemon: daemon, origin, proxy, accelerator })
    }
}

/// Returns a configuration that writes no file. The buffer of requests has room for a large body: when it is
/// full, Squid 5 may take that for the end of the connection.
fn configuration(proxy: u16, accelerator: u16, origin: u16) -> String {
    format!(
        "http_port 127.0.0.1:{proxy} name=proxy
http_port 127.0.0.1:{accelerator} name=accelerator accel defaultsite=localhost no-vhost
acl accelerated myportname accelerator
cache_peer 127.0.0.1 parent {origin} 0 no-query no-digest originserver name=origin
cache_peer_access origin allow accelerated
cache_peer_access origin deny all
never_direct allow accelerated
acl refused urlpath_regex ^/refused
deny_info 413:ERR_TOO_BIG refused
http_access deny refused
http_access allow all
cache deny all
client_request_buffer_max_size 64 MB
client_idle_pconn_timeout 1 second
shutdown_lifetime 0 seconds
visible_hostname localhost
max_filedescriptors 256
access_log none
cache_log /dev/null
cache_store_log none
pid_filename none
netdb_filename none
coredump_dir none
"
    )
}
