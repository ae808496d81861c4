//! A session with a driver and a handler, which records all results.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::error::{Cause, Error, MisuseError};
use limpid_core::http1::BodySize;
use limpid_core::server::{Action, Event, Interest, Options, Outcome, Session};
use limpid_core::time::{Deadline, Mono};
use limpid_core::trace::{ConnectionId, EventKind, Meta, OwnedTraceEvent, Sink, Stage, TraceEvent};
use limpid_core::transport::{Layer, LayerError, Switched};

/// A sink that records every event.
#[derive(Default)]
pub(crate) struct Recorder(RefCell<Vec<(Meta, OwnedTraceEvent)>>);

impl Sink for Recorder {
    fn interest(&self) -> limpid_core::trace::Interest {
        limpid_core::trace::Interest::ALL
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.0.borrow_mut().push((meta.clone(), event.into()));
    }
}

/// What the handler does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handler {
    /// Responds with 200 and the target, and does not read the body.
    Target,
    /// Responds with 200 and the body and trailers of the request.
    Echo,
    /// Responds with this status and these pieces of a body of unknown size.
    Stream(u16, &'static [&'static str]),
    /// Responds with this status and this body.
    Fixed(u16, &'static str),
    /// Begins a response of ten bytes, sends five, and fails.
    FailsLate,
    /// Begins a response of unknown size, sends five bytes, and fails.
    FailsInStream,
    /// Ends with this outcome and without a response.
    Ends(Outcome),
    /// Switches protocols with this status, and echoes all bytes.
    Switch(u16),
    /// Never ends.
    Sleeps,
}

/// A server, its driver and its handler.
pub(crate) struct Server {
    pub(crate) session: Session,
    pub(crate) now: Mono,
    pub(crate) handler: Handler,
    recorder: Recorder,
    /// Bytes that the client has sent and the driver has not read.
    inbox: Vec<u8>,
    eof: bool,
    /// Maximum number of bytes of one read or write.
    pub(crate) step: usize,
    /// The writes to the client.
    pub(crate) writes: Vec<String>,
    body: Vec<u8>,
    /// The requests and failures that the handler received.
    pub(crate) handled: Vec<String>,
    pub(crate) failures: Vec<Cause>,
    /// The other operations on the transport.
    pub(crate) finished: bool,
    pub(crate) closed: Option<bool>,
    /// The last deadline, and what the session waited for.
    pub(crate) until: Option<Deadline>,
    pub(crate) interest: Interest,
    /// The switched connection, after the handler has taken it.
    pub(crate) switched: Option<Switched>,
}

impl Server {
    pub(crate) fn new(handler: Handler) -> Self {
        Self::with(Options::default(), handler)
    }

    /// Creates a server without the field Server, so that responses are short.
    pub(crate) fn with(mut options: Options, handler: Handler) -> Self {
        options.name = None;
        Self::exactly(options, handler)
    }

    pub(crate) fn exactly(options: Options, handler: Handler) -> Self {
        Self {
            session: Session::new(ConnectionId(7), None, Arc::new(options)),
            now: Mono::from_nanos(0),
            handler,
            recorder: Recorder::default(),
            inbox: Vec::new(),
            eof: false,
            step: usize::MAX,
            writes: Vec::new(),
            body: Vec::new(),
            handled: Vec::new(),
            failures: Vec::new(),
            finished: false,
            closed: None,
            until: None,
            interest: Interest::NONE,
            switched: None,
        }
    }

    /// Receives bytes of the client, runs, and returns the output.
    pub(crate) fn client_sends(&mut self, bytes: impl AsRef<[u8]>) -> String {
        self.inbox.extend_from_slice(bytes.as_ref());
        self.run();
        self.take_output()
    }

    /// Queues bytes of the client without running.
    pub(crate) fn client_sends_unread(&mut self, bytes: &str) {
        self.inbox.extend_from_slice(bytes.as_bytes());
    }

    pub(crate) fn client_closes(&mut self) -> String {
        self.eof = true;
        self.run();
        self.take_output()
    }

    /// Advances the clock, runs, and returns the output.
    pub(crate) fn advance(&mut self, time: Duration) -> String {
        self.now = self.now + time;
        self.timeout();
        self.run();
        self.take_output()
    }

    pub(crate) fn timeout(&mut self) {
        self.session.handle_timeout(self.now, &self.recorder);
    }

    pub(crate) fn handle_failed(&mut self, error: impl Into<Error>) {
        self.session.handle_failed(error.into(), self.now, &self.recorder);
    }

    /// Reports that the client has closed its direction, without a read.
    pub(crate) fn client_half_closes(&mut self) {
        self.session.handle_half_close(self.now, &self.recorder);
    }

    /// Receives bytes at once, regardless of the queue.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.session.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.handle_received(bytes.len()).unwrap();
    }

    pub(crate) fn end_handler(&mut self, outcome: Outcome) {
        self.session.handled(self.now, &self.recorder, outcome);
    }

    pub(crate) fn shut_down(&mut self, grace: Option<Duration>) {
        self.session.handle_shutdown(grace, self.now, &self.recorder);
    }

    pub(crate) fn take_switched(&mut self) -> Option<Switched> {
        self.session.take_switched(self.now, &self.recorder)
    }

    pub(crate) fn cancel(&mut self) {
        self.session.cancel(self.now, &self.recorder);
    }

    /// Reports that this many bytes were read, whether or not they were.
    pub(crate) fn handle_received(&mut self, n: usize) -> Result<(), MisuseError> {
        self.session.handle_received(n, self.now, &self.recorder)
    }

    /// Reports that this many bytes were sent, whether or not they were.
    pub(crate) fn handle_sent(&mut self, n: usize) -> Result<(), MisuseError> {
        self.session.handle_sent(n, self.now, &self.recorder)
    }

    /// Passes in a layer, whether or not it was requested.
    pub(crate) fn handle_secured(&mut self, layer: Box<dyn Layer>) -> Result<(), MisuseError> {
        self.session.handle_secured(layer, self.now, &self.recorder)
    }

    pub(crate) fn handle_eof(&mut self) {
        self.session.handle_eof(self.now, &self.recorder);
    }

    /// Returns what was written since the last call.
    pub(crate) fn take_output(&mut self) -> String {
        std::mem::take(&mut self.writes).concat()
    }

    /// Returns whether the session has closed the connection.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Runs the session until it waits for the client or the handler.
    pub(crate) fn run(&mut self) {
        while self.step_once() {}
        if let Some(mut switched) = self.switched.take() {
            self.echo(&mut switched).unwrap();
            self.switched = Some(switched);
        }
    }

    /// Echoes the bytes and the end of a switched connection.
    fn echo(&mut self, switched: &mut Switched) -> Result<(), LayerError> {
        let mut room = [0; 16];
        loop {
            match switched.read(&mut room)? {
                Some(0) => switched.close(),
                Some(n) => assert_eq!(switched.write(&room[..n])?, n),
                None => {}
            }
            let interest = switched.poll()?;
            if interest.write {
                let n = switched.out().len().min(self.step);
                self.writes.push(String::from_utf8(switched.out()[..n].to_vec()).unwrap());
                switched.handle_sent(n).unwrap();
            } else if interest.read && !self.inbox.is_empty() {
                let place = switched.space(1);
                let n = place.len().min(self.inbox.len()).min(self.step);
                place[..n].copy_from_slice(&self.inbox[..n]);
                self.inbox.drain(..n);
                switched.handle_received(n).unwrap();
            } else if interest.read && std::mem::take(&mut self.eof) {
                switched.handle_eof(self.now, &self.recorder);
            } else {
                return Ok(());
            }
        }
    }

    /// Performs one action. Returns `false` if no action is possible.
    pub(crate) fn step_once(&mut self) -> bool {
        match self.session.poll(self.now, &self.recorder) {
            Action::Wait(interest) => {
                self.until = self.session.deadline(self.now);
                self.interest = interest;
                return self.transfer(interest);
            }
            Action::Request => {
                let head = self.session.head().unwrap();
                self.handled.push(format!(
                    "{} {}",
                    head.method.escape_ascii(),
                    head.target.escape_ascii()
                ));
                self.begin();
            }
            Action::Event => match self.session.event().unwrap() {
                Event::Data(data) => {
                    self.body.extend_from_slice(data);
                    self.piece();
                }
                Event::End(trailers) => {
                    let trailers: Vec<_> = trailers
                        .iter()
                        .map(|field| (field.name.to_vec(), field.value.to_vec()))
                        .collect();
                    self.ended(&trailers);
                }
            },
            Action::Handle => self.resume_handler(),
            Action::Failed => {
                self.failures.push(self.session.failure().cause);
                self.session.handled(self.now, &self.recorder, Outcome::Failed);
            }
            Action::ShutdownWrite => self.finished = true,
            Action::Secure => panic!("the connection has no layer"),
            Action::Close { reset } => self.closed = Some(reset),
            Action::Done => return false,
        }
        true
    }

    /// Writes or reads. Returns `false` if neither is possible.
    fn transfer(&mut self, interest: Interest) -> bool {
        if interest.write {
            self.write();
        }
        interest.write || interest.read && self.read()
    }

    fn read(&mut self) -> bool {
        if self.inbox.is_empty() {
            if std::mem::take(&mut self.eof) {
                self.handle_eof();
                return true;
            }
            return false;
        }
        let room = self.session.space(1);
        let n = room.len().min(self.inbox.len()).min(self.step);
        room[..n].copy_from_slice(&self.inbox[..n]);
        self.inbox.drain(..n);
        self.handle_received(n).unwrap();
        true
    }

    fn write(&mut self) {
        let all = self.session.out().concat();
        let n = all.len().min(self.step);
        self.writes.push(String::from_utf8(all[..n].to_vec()).unwrap());
        self.handle_sent(n).unwrap();
    }

    // The handler.

    /// Calls the handler, which fails if a call is refused.
    fn begin(&mut self) {
        self.body.clear();
        if self.try_begin().is_err() {
            self.session.handled(self.now, &self.recorder, Outcome::Failed);
        }
    }

    fn try_begin(&mut self) -> Result<(), MisuseError> {
        match self.handler {
            Handler::Target => {
                let target = self.session.head().unwrap().target.to_vec();
                self.answer(200, &target)?;
            }
            Handler::Fixed(status, body) => self.answer(status, body.as_bytes())?,
            Handler::Echo => self.session.read_body(),
            Handler::Stream(status, pieces) => {
                self.respond(status, BodySize::Unknown)?;
                for piece in pieces {
                    self.send(piece.as_bytes());
                }
                self.finish();
            }
            Handler::FailsLate | Handler::FailsInStream => {
                let late = self.handler == Handler::FailsLate;
                let size = if late { BodySize::Length(10) } else { BodySize::Unknown };
                self.respond(200, size)?;
                self.send(b"hello");
                self.session.handled(self.now, &self.recorder, Outcome::Failed);
            }
            Handler::Ends(outcome) => self.session.handled(self.now, &self.recorder, outcome),
            Handler::Switch(status) => {
                self.respond(status, BodySize::None)?;
                self.session.flush();
            }
            Handler::Sleeps => {}
        }
        Ok(())
    }

    fn piece(&mut self) {
        self.session.read_body();
    }

    fn resume_handler(&mut self) {
        if let Handler::Switch(_) = self.handler {
            self.switched = self.take_switched();
        }
    }

    fn ended(&mut self, trailers: &[(Vec<u8>, Vec<u8>)]) {
        let body = std::mem::take(&mut self.body);
        let answered = if trailers.is_empty() {
            self.answer(200, &body)
        } else {
            self.respond(200, BodySize::Unknown).map(|()| {
                self.send(&body);
                for (name, value) in trailers {
                    self.session.fields().push(name, value);
                }
                self.finish();
            })
        };
        if answered.is_err() {
            self.session.handled(self.now, &self.recorder, Outcome::Failed);
        }
    }

    fn answer(&mut self, status: u16, body: &[u8]) -> Result<(), MisuseError> {
        self.respond(status, BodySize::Length(body.len() as u64))?;
        if !body.is_empty() {
            self.send(body);
        }
        self.finish();
        Ok(())
    }

    pub(crate) fn respond(&mut self, status: u16, size: BodySize) -> Result<(), MisuseError> {
        self.session.respond(self.now, &self.recorder, status, size)
    }

    pub(crate) fn send(&mut self, data: &[u8]) {
        self.session.send(self.now, &self.recorder, data.to_vec().into()).unwrap();
    }

    pub(crate) fn finish(&mut self) {
        self.session.finish(self.now, &self.recorder).unwrap();
        self.session.handled(self.now, &self.recorder, Outcome::Done);
    }

    // The events.

    /// Returns all events.
    pub(crate) fn recorded(&self) -> Vec<OwnedTraceEvent> {
        self.recorder.0.borrow().iter().map(|(_, event)| event.clone()).collect()
    }

    /// Returns the events of `limpid.server`, one on each line.
    pub(crate) fn events(&self) -> Vec<String> {
        let is_ours = |kind: EventKind| kind.metadata().logger.name() == "limpid.server";
        let events = self.recorder.0.borrow();
        let ours = events.iter().filter(|(meta, _)| is_ours(meta.kind));
        ours.map(|(meta, event)| line(meta, event)).collect()
    }

    /// Asserts that every span that has started has ended once.
    pub(crate) fn assert_balanced(&self) {
        let mut open = BTreeMap::new();
        for (meta, event) in self.recorder.0.borrow().iter() {
            match meta.kind.metadata().stage {
                Stage::Started => {
                    assert!(open.insert(meta.span(), meta.kind).is_none(), "{event:?}");
                }
                Stage::Complete | Stage::Failed => {
                    let name = open.remove(&meta.span()).map(|kind| kind.metadata().name);
                    assert_eq!(name, Some(meta.kind.metadata().name), "{event:?}");
                }
                Stage::Point => {}
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

fn line(meta: &Meta, event: &OwnedTraceEvent) -> String {
    let metadata = meta.kind.metadata();
    let mut line = format!("{}{}", metadata.name, metadata.stage.suffix());
    event.borrow().visit(|field, value| {
        use limpid_core::trace::Value;
        line += &match value {
            Value::Bytes(bytes) => format!(" {}={}", field.name, bytes.escape_ascii()),
            Value::Count(count) => format!(" {}={count}", field.name),
            Value::Word(word) => format!(" {}={word:?}", field.name),
            Value::Flag(flag) => format!(" {}={flag}", field.name),
            Value::Version(version) => format!(" {}={version}", field.name),
            Value::Failure(failure) => format!(" {}={:?}", field.name, failure.cause.to_string()),
            Value::None => String::new(),
            value => format!(" {}={value:?}", field.name),
        };
    });
    line
}

/// Returns the status line and the body of a single response.
pub(crate) fn summary(answer: &str) -> (&str, &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap(), body)
}
