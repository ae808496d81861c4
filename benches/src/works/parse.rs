//! Messages in memory, read by the machine without a sink.

use limpid_core::fields::FieldBlock;
use limpid_core::http1::{BodySize, Connection, Event, Next, Role};
use limpid_core::time::Mono;
use limpid_core::trace::{Cx, NoSink, Scope};

use crate::failure::Failure;
use crate::job::Job;
use crate::measure::{Outcome, repeat, repeat_prepared};
use crate::messages;
use crate::subject::{LIMPID, Subject};

/// A response head of 13 fields is read, and the framing of its body is decided.
pub const HEAD: &str = "response head, 13 fields";
/// A GET is sent, and its response of five fields is read until its end.
pub const EXCHANGE: &str = "GET in memory, 5 fields";
/// A body in chunks of 64 bytes is read; the units are chunks.
pub const CHUNKED: &str = "chunks of 64 B";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: HEAD, peer: LIMPID, run: head },
    Subject { work: EXCHANGE, peer: LIMPID, run: exchange },
    Subject { work: CHUNKED, peer: LIMPID, run: chunked },
];

/// The number of chunks in the chunked body.
pub const CHUNKS: usize = 4096;

/// The number of heads between two reads of the clock.
pub const HEADS: usize = 16;

/// A client's connection and its request.
pub(super) struct Client {
    connection: Connection,
    scope: Scope,
    fields: FieldBlock,
}

impl Client {
    pub(super) fn new() -> Self {
        let mut fields = FieldBlock::new();
        fields.push(b"Host", b"www.example.com");
        for (name, value) in messages::REQUEST_FIELDS {
            fields.push(name.as_bytes(), value.as_bytes());
        }
        let connection = Connection::new(Role::Client, Default::default());
        Self { connection, scope: Scope::default(), fields }
    }

    /// Sends a whole request.
    pub(super) fn ask(&mut self) -> Result<(), Failure> {
        let mut cx = Cx::new(Mono::default(), &NoSink, &mut self.scope);
        let fields = self.fields.fields();
        self.connection.send_request(&mut cx, b"GET", b"/", fields, BodySize::None)?;
        self.connection.finish(&mut cx, Default::default())?;
        self.connection.sent(self.connection.out_len());
        Ok(())
    }

    /// Receives bytes of the server.
    pub(super) fn arrive(&mut self, bytes: &[u8]) {
        self.connection.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.connection.filled(bytes.len());
    }

    /// Reads until the response's end and prepares the next request. Returns the length of the body.
    pub(super) fn read(&mut self) -> Result<usize, Failure> {
        let mut cx = Cx::new(Mono::default(), &NoSink, &mut self.scope);
        let mut bytes = 0;
        loop {
            match self.connection.next(&mut cx)? {
                Next::Event(Event::Data(data)) => bytes += data.len(),
                Next::Event(Event::End(_)) => break,
                Next::Event(_) => {}
                other => return Err(format!("the response stops: {other:?}").into()),
            }
        }
        self.connection.restart()?;
        Ok(bytes)
    }

    /// Reads only a head.
    pub(super) fn read_head(&mut self) -> Result<(), Failure> {
        let mut cx = Cx::new(Mono::default(), &NoSink, &mut self.scope);
        match self.connection.next(&mut cx)? {
            Next::Event(Event::Response(..)) => Ok(()),
            other => Err(format!("this is no response: {other:?}").into()),
        }
    }

    /// Reads all available bytes. Returns whether the response has ended.
    pub(super) fn read_on(&mut self) -> Result<bool, Failure> {
        let mut cx = Cx::new(Mono::default(), &NoSink, &mut self.scope);
        loop {
            match self.connection.next(&mut cx)? {
                Next::Event(Event::End(_)) => return Ok(true),
                Next::Event(_) => {}
                _ => return Ok(false),
            }
        }
    }

    /// Prepares the next request.
    pub(super) fn restart(&mut self) -> Result<(), Failure> {
        Ok(self.connection.restart()?)
    }
}

/// Keeps the first failure, so that the measured loop need not check for it.
#[derive(Debug, Default)]
pub(super) struct First(Option<Failure>);

impl First {
    pub(super) fn note<T: Default>(&mut self, result: Result<T, Failure>) -> T {
        result.unwrap_or_else(|error| {
            self.0.get_or_insert(error);
            T::default()
        })
    }

    pub(super) fn or(self, outcome: Outcome) -> Outcome {
        self.0.map_or(outcome, Err)
    }
}

fn head(job: &Job) -> Outcome {
    let clients: Vec<_> = (0..HEADS).map(|_| Client::new()).collect();
    let mut state = (clients, First::default(), false);
    let prepare = |(clients, first, read): &mut (Vec<Client>, First, bool)| {
        for client in clients {
            if *read {
                first.note(client.read().map(|_| ()));
            }
            first.note(client.ask());
            client.arrive(messages::RESPONSE_13);
        }
        *read = true;
    };
    let work = |(clients, first, _): &mut (Vec<Client>, First, bool)| {
        for client in clients {
            first.note(client.read_head());
        }
    };
    let outcome = repeat_prepared(job, HEADS as u64, &mut state, prepare, work);
    state.1.or(outcome)
}

fn exchange(job: &Job) -> Outcome {
    let (mut client, mut first) = (Client::new(), First::default());
    let outcome = repeat(job, 1, || {
        first.note(client.ask());
        client.arrive(messages::RESPONSE_5);
        first.note(client.read());
    });
    first.or(outcome)
}

fn chunked(job: &Job) -> Outcome {
    let response = messages::chunked_response(CHUNKS, 64);
    let mut state = (Client::new(), First::default());
    let prepare = |(client, first): &mut (Client, First)| {
        first.note(client.ask());
        client.arrive(&response);
    };
    let work = |(client, first): &mut (Client, First)| {
        first.note(client.read());
    };
    let outcome = repeat_prepared(job, CHUNKS as u64, &mut state, prepare, work);
    state.1.or(outcome)
}
