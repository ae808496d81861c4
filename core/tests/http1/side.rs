//! One side of a connection, with its events and its output as text.

use std::cell::RefCell;

use limpid_core::error::{MisuseError, PeerError};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, Connection, Event, Next, Role};
use limpid_core::limits::{Config, Lenient, Limits};
use limpid_core::trace::{Cx, Interest, Meta, OwnedTraceEvent, Scope, Sink, TraceEvent};

/// A sink that keeps everything.
#[derive(Default)]
struct Recorder(RefCell<Vec<OwnedTraceEvent>>);

impl Sink for Recorder {
    fn interest(&self) -> Interest {
        Interest::ALL
    }

    fn event(&self, _: &Meta, event: &TraceEvent<'_>) {
        self.0.borrow_mut().push(event.into());
    }
}

/// One side of a connection.
pub(crate) struct Side {
    pub(crate) connection: Connection,
    scope: Scope,
    recorder: Recorder,
}

impl Side {
    pub(crate) fn new(role: Role, config: Config) -> Self {
        let connection = Connection::new(role, config);
        Self { connection, scope: Scope::default(), recorder: Recorder::default() }
    }

    pub(crate) fn server() -> Self {
        Self::new(Role::Server, Config::default())
    }

    pub(crate) fn client() -> Self {
        Self::new(Role::Client, Config::default())
    }

    /// Creates a client that has sent a whole request with this method.
    pub(crate) fn client_after(method: &str) -> Self {
        Self::client_after_with(method, Config::default())
    }

    pub(crate) fn client_after_with(method: &str, config: Config) -> Self {
        let mut client = Self::new(Role::Client, config);
        client.send_empty_request(method, "Host: a");
        client
    }

    /// Sends a request without a body, and returns it as text.
    pub(crate) fn send_empty_request(&mut self, method: &str, fields: &str) -> String {
        let target = if method == "CONNECT" { "a:443" } else { "/" };
        self.request(method, target, fields, BodySize::None).unwrap();
        self.finish("").unwrap();
        self.take_output()
    }

    pub(crate) fn request(
        &mut self,
        method: &str,
        target: &str,
        fields: &str,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        let mut cx = Cx::new(Default::default(), &self.recorder, &mut self.scope);
        let (method, target, fields) = (method.as_bytes(), target.as_bytes(), block(fields));
        self.connection.send_request(&mut cx, method, target, fields.fields(), size)
    }

    pub(crate) fn respond(
        &mut self,
        status: u16,
        fields: &str,
        size: BodySize,
    ) -> Result<(), MisuseError> {
        let mut cx = Cx::new(Default::default(), &self.recorder, &mut self.scope);
        self.connection.send_response(&mut cx, status, b"X", block(fields).fields(), size)
    }

    pub(crate) fn inform(&mut self, status: u16, fields: &str) -> Result<(), MisuseError> {
        let mut cx = Cx::new(Default::default(), &self.recorder, &mut self.scope);
        self.connection.send_informational(&mut cx, status, b"X", block(fields).fields())
    }

    pub(crate) fn data(&mut self, data: &'static str) -> Result<(), MisuseError> {
        let mut cx = Cx::new(Default::default(), &self.recorder, &mut self.scope);
        self.connection.send_data(&mut cx, data.into())
    }

    pub(crate) fn finish(&mut self, trailers: &str) -> Result<(), MisuseError> {
        let mut cx = Cx::new(Default::default(), &self.recorder, &mut self.scope);
        self.connection.finish(&mut cx, block(trailers).fields())
    }

    /// Responds with an empty 200.
    pub(crate) fn send_empty_response(&mut self) -> String {
        self.respond(200, "", BodySize::None).unwrap();
        self.finish("").unwrap();
        self.take_output()
    }

    /// Returns the bytes that wait for the transport, and removes them.
    pub(crate) fn take_output(&mut self) -> String {
        let output = String::from_utf8(self.connection.out().concat()).unwrap();
        self.connection.sent(output.len());
        output
    }

    /// Receives bytes, and returns the resulting events and the last step.
    pub(crate) fn receive(&mut self, bytes: impl AsRef<[u8]>) -> Vec<String> {
        self.connection.push(bytes.as_ref());
        self.drain()
    }

    /// Receives the end of the peer's direction, and returns the resulting events and the last step.
    pub(crate) fn receive_eof(&mut self) -> Vec<String> {
        self.connection.eof();
        self.drain()
    }

    pub(crate) fn drain(&mut self) -> Vec<String> {
        let mut events = Vec::new();
        loop {
            let mut cx = Cx::new(Default::default(), &self.recorder, &mut self.scope);
            match self.connection.next(&mut cx) {
                Ok(Next::Event(event)) => events.push(event_line(event)),
                Ok(other) => {
                    events.push(format!("{other:?}"));
                    return events;
                }
                Err(error) => {
                    events.push(error_line(error));
                    return events;
                }
            }
        }
    }

    /// Returns the broken rules that were tolerated, with their offsets.
    pub(crate) fn tolerated(&self) -> Vec<(&'static str, u64)> {
        let events = self.recorder.0.borrow();
        let uses = events.iter().filter_map(|event| match event {
            OwnedTraceEvent::LeniencyUsed { rule, offset, .. } => Some((*rule, *offset)),
            _ => None,
        });
        uses.collect()
    }

    /// Returns the reasons of the events that say whether the connection can be reused.
    pub(crate) fn reuse_decisions(&self) -> Vec<&'static str> {
        let events = self.recorder.0.borrow();
        let decisions = events.iter().filter_map(|event| match event {
            OwnedTraceEvent::ReuseDecided { why, .. } => Some(*why),
            _ => None,
        });
        decisions.collect()
    }
}

/// Returns a configuration with changed limits.
pub(crate) fn limited(change: impl FnOnce(&mut Limits)) -> Config {
    let mut config = Config::default();
    change(&mut config.limits);
    config
}

/// Returns a configuration with tolerances.
pub(crate) fn tolerant(lenient: Lenient) -> Config {
    Config::with(|config| config.lenient = lenient)
}

/// Creates fields from lines.
pub(crate) fn block(lines: &str) -> FieldBlock {
    lines
        .lines()
        .map(|line| line.split_once(':').unwrap_or((line, "")))
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect()
}

fn event_line(event: Event<'_>) -> String {
    match event {
        Event::Request(head, info) => format!(
            "{} {} {}{} -> {:?}{}{}",
            text(head.method),
            text(head.target),
            head.version,
            fields(head.fields),
            info.framing,
            if info.keep_alive { "" } else { ", close" },
            if info.expects_continue { ", expects 100" } else { "" },
        ),
        Event::Informational(head) => {
            format!("informational {} {}{}", head.status, text(head.reason), fields(head.fields))
        }
        Event::Response(head, info) => format!(
            "{} {} {}{} -> {:?}{}",
            head.version,
            head.status,
            text(head.reason),
            fields(head.fields),
            info.framing,
            if info.keep_alive { "" } else { ", close" },
        ),
        Event::Data(data) => format!("data {}", text(data)),
        Event::End(trailers) => format!("end{}", fields(trailers)),
    }
}

fn error_line(error: PeerError) -> String {
    let PeerError { rule, offset, byte } = error;
    match byte {
        Some(byte) => format!("{} at {offset} ({:?})", rule.name(), char::from(byte)),
        None => format!("{} at {offset}", rule.name()),
    }
}

fn fields(fields: Fields<'_>) -> String {
    fields.iter().map(|field| format!(" [{}: {}]", text(field.name), text(field.value))).collect()
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
