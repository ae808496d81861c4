//! A command with limits on time and memory, since a mutant may loop and fill memory.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The time limit of a command that waits. A process that loops is stopped earlier, by the system.
const PATIENCE: Duration = Duration::from_secs(1800);

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Success,
    Failure,
    /// It exceeded the time limit and was stopped.
    Hang,
}

/// Runs `cargo` in `folder`, and discards its output.
pub(crate) fn cargo(folder: &Path, target: &Path, arguments: &[&str]) -> io::Result<End> {
    let mut command = bounded();
    command.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", target);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    wait(&mut command.spawn()?)
}

/// Returns cargo, with a limit of 12 GB and 240 s of processor time for each of its processes.
#[cfg(unix)]
fn bounded() -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 12000000; ulimit -t 240; exec cargo \"$@\"", "cargo"]);
    command
}

#[cfg(not(unix))]
fn bounded() -> Command {
    Command::new("cargo")
}

fn wait(child: &mut Child) -> io::Result<End> {
    let start = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(End::Success),
            Some(_) => return Ok(End::Failure),
            None if start.elapsed() > PATIENCE => {
                child.kill()?;
                child.wait()?;
                return Ok(End::Hang);
            }
            None => thread::sleep(Duration::from_millis(50)),
        }
    }
}
