//! A command that is bounded in time and memory: a mutant may loop and fill memory.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(240);

/// How a command has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Success,
    Failure,
    /// It was stopped, because it took too long.
    Hang,
}

/// Runs `cargo` in `folder`, without what it prints.
pub(crate) fn cargo(folder: &Path, target: &Path, arguments: &[&str]) -> io::Result<End> {
    let mut command = bounded();
    command.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", target);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    wait(&mut command.spawn()?)
}

/// Returns cargo, each of whose processes may have 12 GB of memory.
#[cfg(unix)]
fn bounded() -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 12000000; exec cargo \"$@\"", "cargo"]);
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
