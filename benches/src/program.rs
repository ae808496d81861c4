//! The part of a program that runs a subject in a process of its own.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::job::{Budget, Job};
use crate::machine;
use crate::measure::Reading;
use crate::subject::Subject;

/// The first argument of a program that is to run a subject.
const SUBJECT: &str = "subject";

/// The address of a server where none is needed.
pub const NOBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// A subject and its job, to be run by a program that knows the subject.
#[derive(Clone, Debug)]
pub struct Run {
    /// The program.
    pub program: PathBuf,
    /// The subject's work.
    pub work: String,
    /// Whose way of doing it.
    pub peer: String,
    /// What is to be done.
    pub job: Job,
    /// The processor to do it on, unless any will do.
    pub processor: Option<usize>,
}

impl Run {
    /// The command line, program first.
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

    /// Runs it, and returns its reading.
    ///
    /// # Errors
    /// It fails, or cannot be run.
    pub fn reading(&self) -> Result<Reading, Failure> {
        output(&self.command_line())?.result.parse()
    }
}

/// What a command wrote.
#[derive(Clone, Debug)]
pub struct Output {
    /// To its standard output.
    pub result: String,
    /// To its standard error.
    pub log: String,
}

/// Runs a command, and returns what it wrote.
///
/// # Errors
/// It cannot be run, or says that it failed.
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

/// Runs one of `subjects` and writes its reading, if that is what the arguments ask for; false if
/// they ask for something else.
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
    let subject = subject.ok_or_else(|| format!("nobody does {work} as {peer}"))?;
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
