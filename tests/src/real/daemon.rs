//! A listening program that stops when it is dropped.

use std::fs;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::directory::Directory;

/// The time limit for its start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The time limit for its end, after which it is killed.
const FAREWELL: Duration = Duration::from_secs(3);

/// A running program, and the directory of its files.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    directory: Directory,
}

impl Daemon {
    /// Starts `command` in `directory`, and waits until it listens on each of `ports`. Its output is
    /// written to files of the directory.
    ///
    /// # Errors
    /// It is not installed, or does not listen; the error contains its output.
    pub fn start(command: &mut Command, ports: &[u16], directory: Directory) -> io::Result<Self> {
        let child = command
            .current_dir(directory.path())
            .stdin(Stdio::null())
            .stdout(fs::File::create(directory.file("stdout"))?)
            .stderr(fs::File::create(directory.file("stderr"))?)
            .spawn()
            .map_err(|error| {
                let program = command.get_program().display();
                io::Error::new(error.kind(), format!("{program} cannot be started: {error}"))
            })?;
        let mut daemon = Self { child, directory };
        for port in ports {
            daemon.wait_for(*port)?;
        }
        Ok(daemon)
    }

    /// Returns its standard error so far.
    #[must_use]
    pub fn complaints(&self) -> String {
        fs::read_to_string(self.directory.file("stderr")).unwrap_or_default()
    }

    /// Waits until it listens on `port`.
    pub(super) fn wait_for(&mut self, port: u16) -> io::Result<()> {
        let start = Instant::now();
        while let Err(error) = TcpStream::connect(("127.0.0.1", port)) {
            if self.child.try_wait()?.is_some() || start.elapsed() > PATIENCE {
                let told = self.complaints();
                return Err(io::Error::other(format!("it does not listen: {error}; {told}")));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // A program of several processes then stops the others.
        terminate(&self.child);
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < FAREWELL {
            thread::sleep(Duration::from_millis(10));
        }
        // On failure, it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks a process to stop, where the system can.
#[cfg(unix)]
fn terminate(child: &Child) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // On failure, it has ended already.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

#[cfg(not(unix))]
const fn terminate(_: &Child) {}

/// Returns an unused port.
///
/// # Errors
/// No port is available.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
