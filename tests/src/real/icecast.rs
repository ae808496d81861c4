//! Icecast.

use std::io;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::daemon::{Daemon, free_port};
use super::site;
use crate::directory::Directory;

/// The user name and the password of a source.
pub const SOURCE: (&str, &str) = ("source", "hackme");

/// How long its threads may take to start.
const START: Duration = Duration::from_secs(1);

/// Icecast on a port of loopback. It serves the site's files, and passes streams on, until it is dropped. A stream ends
/// when its source sends nothing for a second.
#[derive(Debug)]
pub struct Icecast {
    _daemon: Daemon,
    /// The port.
    pub port: u16,
}

impl Icecast {
    /// Starts it.
    ///
    /// # Errors
    /// It is not installed, or does not answer on its port.
    pub fn start() -> io::Result<Self> {
        let directory = Directory::new()?;
        let root = site::write_large(&directory)?;
        let port = free_port()?;
        let configuration = format!(
            "<icecast>
    <limits>
        <sources>4</sources><clients>16</clients>
        <source-timeout>1</source-timeout>
    </limits>
    <authentication>
        <source-password>hackme</source-password>
        <relay-password>hackme</relay-password>
        <admin-user>admin</admin-user><admin-password>hackme</admin-password>
    </authentication>
    <hostname>localhost</hostname>
    <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
    <fileserve>1</fileserve>
    <paths>
        <logdir>.</logdir><webroot>{}</webroot>
        <adminroot>/usr/share/icecast2/admin</adminroot>
    </paths>
    <logging><accesslog>-</accesslog><errorlog>-</errorlog><loglevel>2</loglevel></logging>
    <security>
        <chroot>0</chroot>
        <changeowner><user>icecast2</user><group>icecast</group></changeowner>
    </security>
</icecast>
",
            root.display(),
        );
        let configuration = directory.write("icecast.xml", configuration)?;
        let mut command = Command::new("icecast2");
        command.arg("-c").arg(configuration);
        let mut daemon = Daemon::start(&mut command, &[], directory)?;
        // Icecast 2.4 may crash when a connection comes while its threads start.
        thread::sleep(START);
        daemon.wait_for(port)?;
        Ok(Self { _daemon: daemon, port })
    }
}
