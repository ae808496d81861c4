//! The client that servers are measured against: it asks, counts the bytes that come back, and reads
//! no more of them than it must.

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
/// The same, with fields that are not those of the request before.
pub const CHANGING: &str = "one at a time, with changing fields";
/// Sixteen at a time.
pub const PIPELINED: &str = "pipelined by 16";

/// The load, to be run in a process of its own.
pub const SUBJECTS: &[Subject] = &[
    Subject { work: LOAD, peer: ONE, run: |job| load(job, 1, None) },
    Subject { work: LOAD, peer: CHANGING, run: |job| load(job, 1, Some(USER_AGENT)) },
    Subject { work: LOAD, peer: PIPELINED, run: |job| load(job, 16, None) },
];

/// A connection, and the requests that are sent on it at once.
struct Load {
    stream: TcpStream,
    requests: Vec<u8>,
    /// The letter of them that changes its case with each.
    changes: Option<usize>,
    depth: usize,
    /// How long a response is, once one has come.
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

/// `depth` requests at a time, which are told apart by the first letter of what `changes`.
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

/// What a server in this process takes for the load that another process makes. Its seconds are
/// those of the load, its CPU time is that of the server. Allocations for accepting its connections are
/// left out where the load goes on for a time.
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
    // What a connection takes once is not the requests'.
    let (once, reading) = (stretch(Budget::Turns(1))?, stretch(job.budget)?);
    Ok(Reading {
        allocations: reading.allocations.saturating_sub(once.allocations),
        allocated: reading.allocated.saturating_sub(once.allocated),
        ..reading
    })
}
