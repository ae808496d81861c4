//! The gates.

use super::count::Count::{self, Allocations, HeapBytes, Instructions, SystemCalls};
use crate::works::{blocking, duplex, growth, idle, parse, serving, tasks, trace};

/// A work of limpid whose counts may not grow.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// Its name in the file.
    pub name: &'static str,
    /// The unit of the counts.
    pub unit: &'static str,
    /// The work.
    pub work: &'static str,
    /// Turns on each connection.
    pub turns: u64,
    /// Connections.
    pub connections: usize,
    /// The server of the work.
    pub server: Server,
    /// The kinds of counts.
    pub counts: &'static [Count],
    /// Whether it is counted with the feature `cross-check`, and not without it.
    pub cross_check: bool,
}

/// The server of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// No server.
    None,
    /// A server that answers with 1 KiB.
    Answers,
    /// The same, once all connections are open.
    Holds,
    /// The work is a server, and the load is another process.
    Itself,
}

/// Every gate, in the order of the file.
pub const GATES: &[Gate] = &[
    Gate {
        name: "response-head",
        unit: "head of 13 fields",
        work: parse::HEAD,
        turns: 64,
        ..IN_MEMORY
    },
    Gate {
        name: "cross-checked-head",
        unit: "head of 13 fields, read twice (feature cross-check)",
        work: parse::HEAD,
        turns: 64,
        cross_check: true,
        ..IN_MEMORY
    },
    Gate {
        name: "memory-exchange",
        unit: "GET and its response in memory, 5 fields each",
        work: parse::EXCHANGE,
        turns: 1024,
        ..IN_MEMORY
    },
    Gate {
        name: "duplex-echo",
        unit: "POST of 64 KiB in memory, sent back while it comes",
        work: duplex::ECHO,
        turns: 64,
        ..IN_MEMORY
    },
    Gate { name: "chunk", unit: "chunk of 64 bytes", work: parse::CHUNKED, turns: 4, ..IN_MEMORY },
    Gate {
        name: "small-head-by-bytes",
        unit: "byte of a head of 1 KiB, in reads of one byte",
        work: growth::SMALL,
        turns: 16,
        ..IN_MEMORY
    },
    Gate {
        name: "large-head-by-bytes",
        unit: "byte of a head of 64 KiB, in reads of one byte",
        work: growth::LARGE,
        turns: 1,
        ..IN_MEMORY
    },
    Gate {
        name: "blocking-get",
        unit: "request of the blocking client, 1 KiB, 1 connection",
        work: blocking::GET,
        turns: 500,
        server: Server::Answers,
        counts: &[Instructions, Allocations, SystemCalls],
        ..IN_MEMORY
    },
    Gate {
        name: "blocking-get-traced",
        unit: "the same, with all events recorded in a ring",
        work: blocking::TRACED,
        turns: 500,
        server: Server::Answers,
        ..IN_MEMORY
    },
    Gate {
        name: "blocking-get-recorded",
        unit: "the same, with all inputs and bytes recorded in a file",
        work: blocking::RECORDED,
        turns: 500,
        server: Server::Answers,
        ..IN_MEMORY
    },
    Gate {
        name: "blocking-prepared",
        unit: "request of the blocking client, built once, 1 KiB, 1 connection",
        work: blocking::PREPARED,
        turns: 500,
        server: Server::Answers,
        counts: &[Instructions, Allocations, SystemCalls],
        ..IN_MEMORY
    },
    Gate {
        name: "blocking-prepared-32",
        unit: "the same, 32 connections, each with a thread",
        work: blocking::PREPARED,
        turns: 100,
        connections: 32,
        server: Server::Answers,
        // Threads that wait for each other would make system calls.
        counts: &[Allocations, SystemCalls],
        ..IN_MEMORY
    },
    Gate {
        name: "blocking-prepared-traced",
        unit: "one connection, with all events recorded in a ring",
        work: blocking::PREPARED_TRACED,
        turns: 500,
        server: Server::Answers,
        ..IN_MEMORY
    },
    Gate {
        name: "tokio-prepared",
        unit: "request of the tokio client, built once, 1 KiB, 1 connection",
        work: tasks::PREPARED,
        turns: 500,
        server: Server::Answers,
        ..IN_MEMORY
    },
    Gate {
        name: "tokio-prepared-32",
        unit: "the same, 32 connections",
        work: tasks::PREPARED,
        turns: 50,
        connections: 32,
        server: Server::Answers,
        ..IN_MEMORY
    },
    Gate {
        name: "tokio-prepared-4096",
        unit: "the same, 4096 connections",
        work: tasks::PREPARED,
        turns: 2,
        connections: 4096,
        server: Server::Answers,
        ..IN_MEMORY
    },
    Gate {
        name: "tokio-get",
        unit: "request of the tokio client, 1 KiB, 1 connection",
        work: tasks::GET,
        turns: 500,
        server: Server::Answers,
        // The number of system calls depends on the speed of the server.
        ..IN_MEMORY
    },
    Gate {
        name: "idle-connection",
        unit: "idle connection of the tokio client",
        work: idle::IDLE,
        turns: 1,
        connections: 1000,
        server: Server::Holds,
        counts: &[HeapBytes],
        ..IN_MEMORY
    },
    Gate {
        name: "tokio-serve",
        unit: "request to the tokio server, 13 bytes, one at a time",
        work: serving::SERVE,
        counts: &[Instructions, Allocations, SystemCalls],
        ..SERVER
    },
    Gate {
        name: "tokio-serve-changing",
        unit: "request to the tokio server, 13 bytes, one at a time, with changing fields",
        work: serving::SERVE_CHANGING,
        ..SERVER
    },
    Gate {
        name: "tokio-serve-pipelined",
        unit: "request to the tokio server, 13 bytes, 16 at a time",
        work: serving::SERVE_PIPELINED,
        ..SERVER
    },
    Gate {
        name: "blocking-serve",
        unit: "request to the blocking server, 13 bytes, one at a time",
        work: serving::THREADS,
        counts: &[Instructions, Allocations, SystemCalls],
        ..SERVER
    },
    Gate {
        name: "blocking-serve-pipelined",
        unit: "request to the blocking server, 13 bytes, 16 at a time",
        work: serving::THREADS_PIPELINED,
        ..SERVER
    },
    Gate {
        name: "trace-point-static",
        unit: "turn of a loop over a trace point without a sink, as a static type",
        work: trace::OFF_STATIC,
        turns: 4,
        ..IN_MEMORY
    },
    Gate {
        name: "trace-point-dynamic",
        unit: "turn of a loop over a trace point without a sink",
        work: trace::OFF_DYNAMIC,
        turns: 4,
        ..IN_MEMORY
    },
    Gate {
        name: "ring",
        unit: "GET, all its events into the ring",
        work: trace::RING,
        turns: 256,
        ..IN_MEMORY
    },
    Gate {
        name: "documented-lines",
        unit: "GET, its documented lines into memory",
        work: trace::LINES,
        turns: 64,
        ..IN_MEMORY
    },
    Gate {
        name: "json-lines",
        unit: "GET, all its events into memory as JSON",
        work: trace::JSON,
        turns: 64,
        ..IN_MEMORY
    },
];

const SERVER: Gate = Gate { turns: 500, server: Server::Itself, ..IN_MEMORY };

const IN_MEMORY: Gate = Gate {
    name: "",
    unit: "",
    work: "",
    turns: 1,
    connections: 1,
    server: Server::None,
    counts: &[Instructions, Allocations],
    cross_check: false,
};
