//! Cases: the compared subjects and their circumstances.

use limpid_benches::load::{ONE, PIPELINED};
use limpid_benches::works::{LIMPID, blocking, body, growth, idle, parse, serving, tasks, trace};

use crate::options::{Options, Section};
use crate::peers::{
    CURL, HYPER, RAW, RAW_TOKIO, REQWEST, UREQ, body as bodies, parse as parsers, server,
    trace as traces,
};

/// Subjects that are compared.
#[derive(Clone, Debug)]
pub struct Case {
    /// The title of the table, which the goals refer to.
    pub title: String,
    /// The unit of the numbers.
    pub unit: &'static str,
    /// The work and the peer of each subject; the first is the limit.
    pub subjects: Vec<(&'static str, &'static str)>,
    /// Connections.
    pub connections: usize,
    /// Counted turns on each connection.
    pub turns: u64,
    /// The server.
    pub server: Server,
    /// Whether both ends share a processor, so that neither has to be woken up.
    pub same_core: bool,
    /// The columns of the table.
    pub shows: Shows,
}

/// The server of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// No server: the work needs none, or is one.
    None,
    /// A body of this length.
    Length(usize),
    /// The same, once all connections are open.
    Holding(usize),
    /// A body of this length in chunks.
    Chunked(usize),
    /// A body over TLS, chunked or not.
    Tls {
        /// The length of the body.
        length: usize,
        /// Whether it is in chunks.
        chunked: bool,
    },
}

impl Server {
    /// Returns the case with a small body, since counting instructions is slow and they are the same for
    /// each byte.
    #[must_use]
    pub fn countable(self) -> Self {
        const MOST: usize = 64 * 1024 * 1024;
        match self {
            Self::Length(length) => Self::Length(length.min(MOST)),
            Self::Chunked(length) => Self::Chunked(length.min(MOST)),
            Self::Tls { length, chunked } => Self::Tls { length: length.min(MOST), chunked },
            other => other,
        }
    }
}

/// What is measured of a case, in addition to allocations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// Time and instructions.
    Memory,
    /// The same, CPU time, and system calls.
    Client,
    /// Time, CPU time and instructions for each GiB.
    Body,
    /// Time, CPU time, and instructions by the difference of two runs.
    Server,
    /// Only heap.
    Heap,
}

/// The cases of a section.
#[must_use]
pub fn cases(section: Section, options: &Options) -> Vec<Case> {
    match section {
        Section::Parse => parse(),
        Section::Blocking => clients(options, blocking::GET, &[RAW, UREQ, CURL]),
        Section::Tokio => clients(options, tasks::GET, &[RAW_TOKIO, HYPER, REQWEST]),
        Section::Server => servers(),
        Section::Body => bodies(options),
        Section::Trace => trace(),
        Section::Idle => idle(options),
        Section::Growth => growth(options),
    }
}

fn in_memory(title: &str, unit: &'static str, work: &'static str, peers: &[&'static str]) -> Case {
    Case {
        title: title.to_owned(),
        unit,
        subjects: peers.iter().map(|peer| (work, *peer)).collect(),
        connections: 1,
        turns: 64,
        server: Server::None,
        same_core: false,
        shows: Shows::Memory,
    }
}

fn parse() -> Vec<Case> {
    use parsers::{HTTPARSE, PICO, UREQ_PROTO};
    let head = [HTTPARSE, LIMPID, PICO, HYPER, UREQ_PROTO];
    let rest = [HTTPARSE, LIMPID, HYPER, UREQ_PROTO];
    let chunked = in_memory(CHUNK, "chunk", parse::CHUNKED, &rest);
    vec![
        in_memory(HEAD, "head", parse::HEAD, &head),
        in_memory(EXCHANGE, "exchange", parse::EXCHANGE, &rest),
        Case { turns: 4, ..chunked },
    ]
}

/// The title of the table about heads.
pub const HEAD: &str = "response head of 13 fields, in memory";
/// The title of the table about exchanges in memory.
pub const EXCHANGE: &str = "GET and its response of 5 fields, in memory";
/// The title of the table about chunks.
pub const CHUNK: &str = "body in chunks of 64 bytes, in memory";

/// The title of a table about a client.
#[must_use]
pub fn client_title(work: &str, size: usize, connections: usize) -> String {
    let size = if size < 1024 { format!("{size} B") } else { format!("{} KiB", size / 1024) };
    let plural = if connections == 1 { "" } else { "s" };
    format!("{work}, {size}, {connections} connection{plural}")
}

fn clients(options: &Options, work: &'static str, peers: &[&'static str]) -> Vec<Case> {
    let is_blocking = work == blocking::GET;
    let mut subjects = vec![(work, peers[0])];
    // The peers also build their request once; one that is built each time has its own row.
    if is_blocking {
        let traced = blocking::PREPARED_TRACED;
        subjects.extend([blocking::PREPARED, traced, work].map(|work| (work, LIMPID)));
    } else {
        subjects.extend([tasks::PREPARED, work].map(|work| (work, LIMPID)));
    }
    subjects.extend(peers[1..].iter().map(|peer| (work, *peer)));
    subjects.retain(|(_, peer)| *peer != CURL || cfg!(feature = "curl"));
    let mut cases = Vec::new();
    for size in &options.sizes {
        for connections in options.connections(is_blocking) {
            cases.push(Case {
                title: client_title(work, *size, connections),
                unit: "request",
                subjects: subjects.clone(),
                connections,
                turns: (3200 / connections as u64).clamp(2, 400),
                server: Server::Length(*size),
                same_core: connections == 1,
                shows: Shows::Client,
            });
        }
    }
    cases
}

/// The title of a table about servers.
#[must_use]
pub fn server_title(load: &str) -> String {
    format!("server, 13 B, 64 connections, {load}")
}

fn servers() -> Vec<Case> {
    let case = |work, more: &[_], load: &str| Case {
        title: server_title(load),
        unit: "request",
        subjects: [server::RESPONDER, LIMPID, HYPER, server::MAY]
            .map(|peer| (work, peer))
            .into_iter()
            .chain(more.iter().map(|work| (*work, LIMPID)))
            .collect(),
        connections: 64,
        turns: 100,
        server: Server::None,
        same_core: false,
        shows: Shows::Server,
    };
    vec![
        case(server::SERVE, &[serving::SERVE_CHANGING, serving::THREADS], ONE),
        case(server::SERVE_PIPELINED, &[serving::THREADS_PIPELINED], PIPELINED),
    ]
}

/// The title of a table about a large body.
#[must_use]
pub fn body_title(tls: bool, chunked: bool) -> String {
    let framing = if chunked { "chunked" } else { "Content-Length" };
    format!("large body, {}, {framing}", if tls { "TLS" } else { "plain" })
}

fn bodies(options: &Options) -> Vec<Case> {
    let length = options.body * 1024 * 1024;
    let mut cases = Vec::new();
    for (tls, chunked) in [(false, false), (false, true), (true, false), (true, true)] {
        let server = match (tls, chunked) {
            (false, false) => Server::Length(length),
            (false, true) => Server::Chunked(length),
            (true, chunked) => Server::Tls { length, chunked },
        };
        let mut peers = vec![RAW, LIMPID, body::LIMPID_TOKIO];
        if !tls {
            peers.extend([bodies::RAW_UNALIGNED, HYPER]);
        }
        peers.extend([REQWEST, UREQ]);
        if cfg!(feature = "curl") {
            peers.push(CURL);
        }
        cases.push(Case {
            title: body_title(tls, chunked),
            unit: "GiB",
            subjects: peers.into_iter().map(|peer| (body::BODY, peer)).collect(),
            connections: 1,
            turns: 1,
            server,
            same_core: false,
            shows: Shows::Body,
        });
    }
    cases
}

/// The title of the table about trace points.
pub const OFF: &str = "trace point, without a sink";
/// The title of the table about lines.
pub const LINES: &str = "documented lines of a GET, into memory";
/// The title of the table about all events.
pub const EVENTS: &str = "all events of a GET";

fn trace() -> Vec<Case> {
    let off = Case {
        subjects: vec![
            (trace::OFF_STATIC, trace::EMPTY),
            (trace::OFF_STATIC, LIMPID),
            (trace::OFF_DYNAMIC, LIMPID),
            (trace::OFF_DYNAMIC, traces::TRACING_OFF),
            (trace::OFF_DYNAMIC, traces::LOG_OFF),
        ],
        turns: 4,
        ..in_memory(OFF, "turn of a loop", "", &[])
    };
    let lines = Case {
        subjects: [LIMPID, traces::LIMPID_LOG, traces::LIMPID_TRACING, traces::LOG, traces::FMT]
            .map(|peer| (trace::LINES, peer))
            .into(),
        ..in_memory(LINES, "GET", "", &[])
    };
    let events = Case {
        subjects: vec![
            (trace::RING, LIMPID),
            (trace::CHANNEL, LIMPID),
            (trace::JSON, LIMPID),
            (trace::JSON, traces::TRACING_JSON),
        ],
        ..in_memory(EVENTS, "GET", "", &[])
    };
    vec![off, lines, events]
}

/// The title of the table about idle connections.
pub const IDLE: &str = "idle connection after a GET of 1 KiB";

fn idle(options: &Options) -> Vec<Case> {
    let peers = [RAW_TOKIO, LIMPID, HYPER, REQWEST, UREQ];
    vec![Case {
        connections: options.idle,
        server: Server::Holding(1024),
        shows: Shows::Heap,
        ..in_memory(IDLE, "connection", idle::IDLE, &peers)
    }]
}

/// The title of the table about heads that arrive byte by byte.
pub const DRIP: &str = "byte of a head, in reads of one byte";

fn growth(options: &Options) -> Vec<Case> {
    let drip = Case {
        subjects: vec![(growth::SMALL, LIMPID), (growth::LARGE, LIMPID)],
        turns: 1,
        ..in_memory(DRIP, "byte", "", &[])
    };
    let mut cases = vec![drip];
    let many = Options { sizes: vec![1024], tokio: vec![4096], ..options.clone() };
    cases.extend(clients(&many, tasks::GET, &[RAW_TOKIO, HYPER]));
    cases
}
