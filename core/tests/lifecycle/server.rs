//! The machine of the server's session.

use std::sync::Arc;
use std::time::Duration;

use limpid_core::error::{OsError, OsErrorKind, TlsError};
use limpid_core::http1::BodySize;
use limpid_core::server::{Action, Event, Interest, Options, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, NoSink};

use super::diagram::{Diagram, FAILURE};
use super::layer::Plain;
use super::walk::{Machine, walk};

const NODES: &[&str] = &[
    "[*]",
    "Secure",
    "Wait",
    "Request",
    "Event",
    "Handle",
    "Failed",
    "ShutdownWrite",
    "Close",
    "Done",
];

const RESET: OsError = OsError { code: 104, kind: OsErrorKind::Reset };

/// What a client sends, in pieces.
#[derive(Clone, Copy)]
struct Scenario {
    secure: bool,
    requests: &'static [&'static str],
}

const SCENARIOS: &[Scenario] = &[
    Scenario { secure: false, requests: &["GET / HTTP/1.1\r\n", "Host: a\r\n\r\n"] },
    Scenario { secure: true, requests: &["GET / HTTP/1.1\r\nHost: a\r\n\r\n"] },
    Scenario {
        secure: false,
        requests: &["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo", "dy"],
    },
    Scenario {
        secure: false,
        requests: &["GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
    },
    Scenario {
        secure: false,
        requests: &["GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"],
    },
    Scenario { secure: false, requests: &["GET / HTTP/1.1\r\nHost: a b\r\n\r\n"] },
];

struct Driver {
    session: Session,
    now: Mono,
    action: Action,
    requests: Vec<&'static str>,
    /// Whether a response was begun.
    has_begun: bool,
    is_shut_down: bool,
}

impl Driver {
    fn new(Scenario { secure, requests }: Scenario) -> Self {
        let options = Options::with(|options| options.secure = secure);
        Self {
            session: Session::new(ConnectionId(1), None, Arc::new(options)),
            now: Mono::from_nanos(0),
            action: Action::Done,
            requests: requests.iter().rev().copied().collect(),
            has_begun: false,
            is_shut_down: false,
        }
    }

    /// Returns the calls that a handler may make.
    fn handler(&self) -> Vec<Call> {
        let mut calls = vec![Call::Handled, Call::ReadBody, Call::Flush, Call::HandledFailed];
        let is_upgrade =
            self.session.head().is_some_and(|head| head.fields.get("Upgrade").is_some());
        if is_upgrade && !self.has_begun {
            calls.push(Call::Switch);
        }
        calls
    }

    fn wait(&self, interest: Interest) -> Vec<Call> {
        let mut calls = Vec::new();
        if interest == Interest::NONE {
            calls.push(Call::Secured);
        }
        if interest.write {
            calls.push(Call::Sent);
        }
        if interest.read {
            calls.extend([Call::Received, Call::Eof]);
        }
        if interest.hangup && !interest.read && !interest.write {
            calls.extend(self.handler());
        }
        if !self.is_shut_down {
            calls.push(Call::Shutdown);
        }
        calls.extend([Call::Failed, Call::Timeout]);
        calls
    }

    fn calls(&self) -> Vec<Call> {
        match self.action {
            Action::Secure => vec![Call::Secured, Call::Failed, Call::Nothing],
            Action::Request => {
                let mut calls = self.handler();
                calls.push(Call::Nothing);
                calls
            }
            Action::Event => {
                let is_end = matches!(self.session.event(), Some(Event::End(_)));
                if is_end { self.handler() } else { vec![Call::ReadBody, Call::Handled] }
            }
            Action::Handle => {
                let mut calls = vec![Call::Handled, Call::Flush, Call::ReadBody];
                calls.push(Call::TakeSwitched);
                calls
            }
            Action::Failed => vec![Call::HandledFailed],
            Action::Wait(interest) => self.wait(interest),
            _ => vec![Call::Nothing],
        }
    }

    /// Begins the response, unless it was begun before.
    fn begin(&mut self) {
        if !std::mem::replace(&mut self.has_begun, true) {
            // The call is late if the connection switched protocols.
            let _ = self.session.respond(self.now, &NoSink, 200, BodySize::Unknown);
        }
    }

    /// Receives the next request, or the end after the last. Returns the name of the call.
    fn receive(&mut self) -> &'static str {
        let Some(bytes) = self.requests.pop() else {
            self.session.handle_eof(self.now, &NoSink);
            return "handle_eof";
        };
        let room = self.session.space(bytes.len());
        room[..bytes.len()].copy_from_slice(bytes.as_bytes());
        self.session.handle_received(bytes.len(), self.now, &NoSink).unwrap();
        "handle_received"
    }

    fn make(&mut self, call: Call) -> &'static str {
        let now = self.now;
        match call {
            Call::Nothing => {}
            Call::Secured => {
                let layer = Box::new(Plain::default());
                self.session.handle_secured(layer, now, &NoSink).unwrap();
            }
            Call::Sent => {
                let n = self.session.out().concat().len();
                self.session.handle_sent(n, now, &NoSink).unwrap();
            }
            Call::Received => return self.receive(),
            Call::Eof => self.session.handle_eof(now, &NoSink),
            Call::Failed => {
                let is_layer = self.action == Action::Secure;
                let error = if is_layer { TlsError::Configuration.into() } else { RESET.into() };
                self.session.handle_failed(error, now, &NoSink);
            }
            Call::Timeout => {
                if let Some(deadline) = self.session.deadline(now) {
                    self.now = deadline.at;
                    self.session.handle_timeout(deadline.at, &NoSink);
                }
            }
            Call::Shutdown => {
                self.is_shut_down = true;
                self.session.handle_shutdown(Some(Duration::from_secs(1)), now, &NoSink);
            }
            Call::ReadBody => self.session.read_body(),
            Call::Flush => {
                self.begin();
                self.session.flush();
            }
            Call::Handled => {
                self.begin();
                self.session.handled(now, &NoSink, Outcome::Done);
                self.has_begun = false;
            }
            Call::HandledFailed => {
                self.session.handled(now, &NoSink, Outcome::Failed);
                self.has_begun = false;
            }
            Call::Switch => {
                self.has_begun = true;
                self.session.respond(now, &NoSink, 101, BodySize::None).unwrap();
                self.session.flush();
            }
            Call::TakeSwitched => {
                if self.session.take_switched(now, &NoSink).is_none() {
                    return "";
                }
            }
        }
        call.name()
    }
}

/// The calls of a driver or a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Nothing,
    Secured,
    Sent,
    Received,
    Eof,
    Failed,
    Timeout,
    Shutdown,
    ReadBody,
    Flush,
    Handled,
    HandledFailed,
    Switch,
    TakeSwitched,
}

impl Call {
    const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Secured => "handle_secured",
            Self::Sent => "handle_sent",
            Self::Received => "handle_received",
            Self::Shutdown => "handle_shutdown",
            Self::ReadBody => "read_body",
            Self::Flush | Self::Switch => "flush",
            Self::Handled | Self::HandledFailed => "handled",
            Self::TakeSwitched => "take_switched",
            Self::Failed | Self::Eof | Self::Timeout => FAILURE,
        }
    }
}

impl Machine for Driver {
    fn poll(&mut self) -> &'static str {
        self.action = self.session.poll(self.now, &NoSink);
        match self.action {
            Action::Secure => "Secure",
            Action::Request => "Request",
            Action::Event => "Event",
            Action::Handle => "Handle",
            Action::Failed => "Failed",
            Action::ShutdownWrite => "ShutdownWrite",
            Action::Close { .. } => "Close",
            Action::Done => "Done",
            Action::Wait(_) => "Wait",
        }
    }

    fn is_over(&self) -> bool {
        self.action == Action::Done
    }

    fn choices(&self) -> usize {
        self.calls().len()
    }

    fn choose(&mut self, choice: usize) -> &'static str {
        let call = self.calls()[choice];
        self.make(call)
    }
}

pub(crate) fn diagram() -> Diagram {
    let mut diagram = Diagram::new(NODES);
    for scenario in SCENARIOS {
        walk(&mut diagram, || Driver::new(*scenario));
    }
    diagram
}
