//! Running a subject in a separate process.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::job::{Budget, Job};
use crate::machine;
use crate::measure::Reading;
use crate::subject::Subject;

/// The first argument of a program that runs a subject.
const SUBJECT: &str = "subject";

/// A placeholder for the address of a server.
pub const NO_SERVER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// A subject and its job, for a program that has the subject.
#[derive(Clone, Debug)]
pub struct Run {
    /// The program.
    pub program: PathBuf,
    /// The subject's work.
    pub work: String,
    /// The peer of the subject.
    pub peer: String,
    /// The job.
    pub job: Job,
    /// The processor to run on; any if `None`.
    pub processor: Option<usize>,
}

impl Run {
    /// Returns the command line, program first.
    #[must_use]
    pub fn command_line(&self) -> Vec<String> {
        let Self { program, work, peer, job, processor } = self;
        let mut line = vec![program.display().to_string(), SUBJECT.into(), work.clone()];
        line.push(peer.clone());
        line.push(job.server.to_string());
        line.push(job.connections.to_string());
        line.push(job.budget.to_string());
        line.push(processor.map_or_else(|| "-".into(), |processor| processor.to_string()));
        line.extend(job.ca.iter().map(|ca| ca.display().to_string()));
        line
    }

    /// Runs the program, and returns its reading.
    ///
    /// # Errors
    /// The program fails or cannot be run.
    pub fn reading(&self) -> Result<Reading, Failure> {
        output(&self.command_line())?.result.parse()
    }
}

/// The output of a command.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its standard output.
    pub result: String,
    /// Its standard error.
    pub log: String,
}

/// Runs a command, and returns its output.
///
/// # Errors
/// The command cannot be run, or its status is a failure.
pub fn output(line: &[String]) -> Result<Output, Failure> {
    let [program, arguments @ ..] = line else { return Err("no program was named".into()) };
    let mut command = Command::new(program);
    let output = command.args(arguments).stdin(Stdio::null()).output()?;
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(format!("{} failed: {}", line.join(" "), log.trim()).into());
    }
    Ok(Output { result: String::from_utf8(output.stdout)?, log })
}

/// Runs one of `subjects` and writes its reading, if the arguments name one. Returns false if they do not.
///
/// # Errors
/// There is no such subject, or it fails.
pub fn run_subject(arguments: &[String], subjects: &[Subject]) -> Result<bool, Failure> {
    let [first, work, peer, server, connections, budget, processor, ca @ ..] =
        &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
    else {
        return Ok(false);
    };
    if *first != SUBJECT {
        return Ok(false);
    }
    let subject = subjects.iter().find(|subject| subject.work == *work && subject.peer == *peer);
    let subject = subject.ok_or_else(|| format!("no subject does {work} as {peer}"))?;
    machine::allow_many_files();
    if let Ok(processor) = processor.parse() {
        machine::stay_on(processor);
    }
    let job = Job {
        server: server.parse()?,
        connections: connections.parse()?,
        budget: Budget::parse(budget)?,
        ca: ca.first().map(PathBuf::from),
    };
    let reading = (subject.run)(&job)?;
    writeln!(io::stdout(), "{reading}")?;
    Ok(true)
}
