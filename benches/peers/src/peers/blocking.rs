//! Blocking clients.

use std::io::{Read, Write};
use std::net::TcpStream;

use limpid_benches::drive::{Blocking, Exchanged, on_threads};
use limpid_benches::messages::{self, USER_AGENT};
use limpid_benches::works::blocking::GET;
use limpid_benches::{Failure, Job, Outcome, Subject};
use ureq::Agent;
use ureq::http::{Request, Response};

use super::names::{RAW, UREQ};

pub(super) const SUBJECTS: &[Subject] =
    &[Subject { work: GET, peer: RAW, run: raw }, Subject { work: GET, peer: UREQ, run: ureq }];

/// A socket, the request's bytes, and space for the response.
struct Raw {
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Blocking for Raw {
    fn exchange(&mut self) -> Exchanged {
        self.stream.write_all(&self.request)?;
        let (mut read, mut whole) = (0, None);
        loop {
            read += self.stream.read(&mut self.buffer[read..])?;
            if whole.is_none() {
                whole = messages::lengths(&self.buffer[..read]);
            }
            match whole {
                Some((head, body)) if read >= head + body => return Ok(body as u64),
                _ => {}
            }
        }
    }
}

fn raw(job: &Job) -> Outcome {
    on_threads(job, || {
        let stream = TcpStream::connect(job.server)?;
        stream.set_nodelay(true)?;
        let request = messages::request(&job.server.to_string());
        Ok(Raw { stream, request, buffer: vec![0; 128 * 1024] })
    })
}

/// An agent, its request, and a buffer for bodies.
struct Get {
    agent: Agent,
    request: Request<()>,
    buffer: Vec<u8>,
}

impl Blocking for Get {
    fn exchange(&mut self) -> Exchanged {
        read_body(self.agent.run(self.request.clone())?, &mut self.buffer)
    }
}

/// Reads a response of ureq until its end.
pub(super) fn read_body(response: Response<ureq::Body>, buffer: &mut [u8]) -> Result<u64, Failure> {
    let (mut reader, mut bytes) = (response.into_body().into_reader(), 0);
    loop {
        match reader.read(buffer)? {
            0 => return Ok(bytes),
            n => bytes += n as u64,
        }
    }
}

/// Returns the settings of every agent.
pub(super) fn agent(
    connections: usize,
) -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    Agent::config_builder()
        .proxy(None)
        .max_idle_connections(connections)
        .max_idle_connections_per_host(connections)
        .user_agent(USER_AGENT)
        .accept_encoding("identity")
}

fn ureq(job: &Job) -> Outcome {
    let agent = agent(job.connections).build().new_agent();
    // ureq adds the fields that every client sends, and keeps the connection anyway.
    let request = Request::get(format!("http://{}/", job.server)).body(())?;
    on_threads(job, || {
        let (agent, request) = (agent.clone(), request.clone());
        Ok(Get { agent, request, buffer: vec![0; 64 * 1024] })
    })
}
