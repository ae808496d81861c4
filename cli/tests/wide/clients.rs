//! The compared clients: the command over each driver, and curl.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use limpid_tests::command::{Finished, run};
use limpid_tests::directory::Directory;

use crate::common::limpid;

/// A client with the options of curl.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    Std,
    Tokio,
    Curl,
}

/// The clients in the order in which they are shown; curl is what the others are compared with.
pub(crate) const CLIENTS: [Client; 3] = [Client::Std, Client::Tokio, Client::Curl];

impl Client {
    /// Returns the command that requests `urls` and writes their bodies to files of `directory`, and their
    /// statuses and numbers of connections to its standard output.
    pub(crate) fn command<S: AsRef<OsStr>>(
        self,
        arguments: &[S],
        urls: &[String],
        directory: &Directory,
    ) -> Command {
        let mut command = match self {
            Self::Std => limpid(["--driver", "std"]),
            Self::Tokio => limpid(["--driver", "tokio"]),
            Self::Curl => {
                let mut curl = Command::new("curl");
                curl.args(["-q", "-sS"]);
                curl
            }
        };
        match self {
            // The machine may be busy.
            Self::Std | Self::Tokio => {
                command.args(["--read-timeout", "30", "--write-timeout", "30"])
            }
            // Without the field, limpid does not expect `100 Continue`.
            Self::Curl if !expects(arguments) => command.args(["-H", "Expect:"]),
            Self::Curl => &mut command,
        };
        command.args(["-m", "50", "-w", "%{http_code} %{num_connects}\n"]).args(arguments);
        for (index, url) in urls.iter().enumerate() {
            command.arg("-o").arg(body_file(directory, index)).arg(url);
        }
        command
    }

    /// Requests `urls`.
    pub(crate) fn request<S: AsRef<OsStr>>(self, arguments: &[S], urls: &[String]) -> Outcome {
        let directory = Directory::new().unwrap();
        let Finished { code, stdout, stderr } =
            run(&mut self.command(arguments, urls, &directory), b"").unwrap();
        let transfers = String::from_utf8(stdout).unwrap();
        let bodies = (0..urls.len())
            // A request that fails may leave no file.
            .map(|index| fs::read(body_file(&directory, index)).unwrap_or_default())
            .collect();
        let (statuses, connects) =
            transfers.lines().filter_map(|line| line.split_once(' ')).map(numbers).unzip();
        Outcome { code, statuses, connects, bodies, stderr }
    }
}

fn expects<S: AsRef<OsStr>>(arguments: &[S]) -> bool {
    arguments.iter().any(|argument| argument.as_ref().to_string_lossy().starts_with("Expect:"))
}

fn body_file(directory: &Directory, index: usize) -> PathBuf {
    directory.file(&format!("body-{index}"))
}

fn numbers((status, connects): (&str, &str)) -> (u16, usize) {
    (status.parse().unwrap(), connects.parse().unwrap())
}

/// What a client did.
#[derive(Clone)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) statuses: Vec<u16>,
    /// The number of connections that each request opened, as the client counts them.
    pub(crate) connects: Vec<usize>,
    pub(crate) bodies: Vec<Vec<u8>>,
    stderr: String,
}

impl Outcome {
    /// Returns the first line of its error message, which steps of the failed request may follow.
    pub(crate) fn error(&self) -> &str {
        self.stderr.lines().next().unwrap_or_default()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code != 0 {
            write!(f, "exit {}: ", self.code)?;
        }
        let statuses: Vec<_> = self.statuses.iter().map(u16::to_string).collect();
        f.write_str(&statuses.join(" "))
    }
}
