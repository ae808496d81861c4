//! The client for measuring servers: it sends requests, counts the bytes of the responses, and reads as
//! little of them as possible.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::drive::{Asynchronous, Exchanged, in_tasks, turns_in_tasks};
use crate::failure::Failure;
use crate::job::{Budget, Job};
use crate::measure::{Meter, Outcome, Reading};
use crate::messages::{self, USER_AGENT};
use crate::program::Run;
use crate::subject::Subject;

/// The work of this client.
pub const LOAD: &str = "load";
/// One request at a time on each connection.
pub const ONE: &str = "one at a time";
/// The same, with fields that differ from those of the previous request.
pub const CHANGING: &str = "one at a time, with changing fields";
/// Sixteen at a time.
pub const PIPELINED: &str = "pipelined by 16";

/// The load, which runs in a separate process.
pub const SUBJECTS: &[Subject] = &[
    Subject { work: LOAD, peer: ONE, run: |job| load(job, 1, None) },
    Subject { work: LOAD, peer: CHANGING, run: |job| load(job, 1, Some(USER_AGENT)) },
    Subject { work: LOAD, peer: PIPELINED, run: |job| load(job, 16, None) },
];

/// A connection, and the requests that are sent on it at once.
struct Load {
    stream: TcpStream,
    requests: Vec<u8>,
    /// The offset of the letter whose case changes with each request.
    changes: Option<usize>,
    depth: usize,
    /// The length of a response, once one has arrived.
    response: Option<usize>,
    buffer: Vec<u8>,
}

impl Asynchronous for Load {
    async fn exchange(&mut self) -> Exchanged {
        if let Some(letter) = self.changes {
            self.requests[letter] ^= 0x20;
        }
        self.stream.write_all(&self.requests).await?;
        let mut read = 0;
        loop {
            let n = self.stream.read(&mut self.buffer[read..]).await?;
            if n == 0 {
                return Err("the server closes the connection".into());
            }
            read += n;
            if self.response.is_none() {
                let lengths = messages::lengths(&self.buffer[..read]);
                self.response = lengths.map(|(head, body)| head + body);
            }
            if self.response.is_some_and(|response| read >= response * self.depth) {
                return Ok(read as u64);
            }
        }
    }
}

/// Sends `depth` requests at a time, which differ in the first letter of `changes`.
fn load(job: &Job, depth: usize, changes: Option<&str>) -> Outcome {
    let requests = messages::request(&job.server.to_string()).repeat(depth);
    let place = |value: &str| requests.windows(value.len()).position(|at| at == value.as_bytes());
    let changes = changes.and_then(place);
    let server = job.server;
    let open = || {
        let requests = requests.clone();
        async move {
            let stream = TcpStream::connect(server).await?;
            stream.set_nodelay(true)?;
            let buffer = vec![0; 64 * 1024];
            Ok(Load { stream, requests, changes, depth, response: None, buffer })
        }
    };
    let reading = match job.budget {
        Budget::Turns(turns) => turns_in_tasks(job.connections, turns, open),
        Budget::Time(_) => in_tasks(job, open),
    }?;
    Ok(Reading { units: reading.units * depth as u64, ..reading })
}

/// Returns the costs of a server in this process under the load of another process. The seconds are those
/// of the load, the CPU time is that of the server. For a load with a time limit, the allocations of
/// accepting its connections are excluded.
///
/// # Errors
/// The load fails.
pub fn under_load(job: &Job, server: std::net::SocketAddr, peer: &str) -> Outcome {
    let run = |budget| Run {
        program: std::env::current_exe().unwrap_or_default(),
        work: LOAD.to_owned(),
        peer: peer.to_owned(),
        job: Job { server, budget, ..job.clone() },
        processor: Some(1),
    };
    let stretch = |budget| {
        let mut meter = Meter::default();
        meter.begin();
        let load = run(budget).reading()?;
        meter.end();
        let reading = meter.finish(load.units, load.bytes);
        Ok::<_, Failure>(Reading { seconds: load.seconds, ..reading })
    };
    let Budget::Time(_) = job.budget else { return stretch(job.budget) };
    stretch(Budget::Turns(50))?;
    // The costs of opening a connection are not those of requests.
    let (once, reading) = (stretch(Budget::Turns(1))?, stretch(job.budget)?);
    Ok(Reading {
        allocations: reading.allocations.saturating_sub(once.allocations),
        allocated: reading.allocated.saturating_sub(once.allocated),
        ..reading
    })
}
