//! Running a command with a time limit.

use std::io::{self, ErrorKind, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The time limit of a command.
const PATIENCE: Duration = Duration::from_secs(60);

/// The result of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The exit code; -1 if a signal ended it.
    pub code: i32,
    /// Its standard output, unless that was redirected.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: String,
}

/// Runs a command with `input` on its standard input.
///
/// # Errors
/// It cannot be started, or it exceeds the time limit and is killed.
pub fn run(command: &mut Command, input: &[u8]) -> io::Result<Finished> {
    run_into(command, input, Stdio::piped())
}

/// Environment variables of users, which must not affect commands.
const AMBIENT: [&str; 13] = [
    "TRACEPARENT",
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSLKEYLOGFILE",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "HTTP_PROXY",
];

/// Runs a command with its standard output redirected.
///
/// # Errors
/// The errors of [`run`].
pub fn run_into(command: &mut Command, input: &[u8], stdout: Stdio) -> io::Result<Finished> {
    let is_set = |name: &str| command.get_envs().any(|(set, _)| set == name);
    for name in AMBIENT.into_iter().filter(|name| !is_set(name)).collect::<Vec<_>>() {
        command.env_remove(name);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::piped()).spawn()?;
    let (input, stdin) = (input.to_vec(), child.stdin.take());
    // A command that does not read its input closes it, which is not an error.
    let writer = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
    let code = wait(&mut child);
    drop(writer.join());
    let (stdout, stderr) = (join(stdout)?, join(stderr)?);
    let stderr = String::from_utf8_lossy(&stderr).into_owned();
    Ok(Finished { code: code?, stdout, stderr })
}

fn wait(child: &mut Child) -> io::Result<i32> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code().unwrap_or(-1));
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.kill()?;
    child.wait()?;
    Err(ErrorKind::TimedOut.into())
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<io::Result<Vec<u8>>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    })
}

fn join(collector: JoinHandle<io::Result<Vec<u8>>>) -> io::Result<Vec<u8>> {
    collector.join().map_err(|_| io::Error::other("reading the output panicked"))?
}
