//! The machine of the client's exchange.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::{
    Action, DialId, Emitted, Exchange, Interest, Link, Options, Proxy, Request, RetryPolicy,
    TrustId,
};
use limpid_core::error::{Cause, Error, OsError, OsErrorKind, ResolveError, TlsError};
use limpid_core::fields::Fields;
use limpid_core::http1::BodySize;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};

use super::diagram::{Diagram, FAILURE};
use super::layer::Plain;
use super::walk::{Machine, walk};

const NODES: &[&str] = &[
    "[*]", "Trust", "Acquire", "Resolve", "Dial", "Abandon", "Secure", "Rewind", "Wait", "Event",
    "Close", "Release", "Done", "Failed",
];

const fn address(last: u8) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)), 80)
}

const ADDRESSES: [SocketAddr; 2] = [address(1), address(2)];

const RESET: OsError = OsError { code: 104, kind: OsErrorKind::Reset };

/// A request, and the responses to it.
#[derive(Clone, Copy)]
struct Scenario {
    method: &'static str,
    url: &'static str,
    fields: &'static [(&'static str, &'static str)],
    has_body: bool,
    proxy: &'static str,
    responses: &'static [&'static str],
    /// How many times the request is retried.
    retries: u32,
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

const GET: Scenario = Scenario {
    method: "GET",
    url: "http://origin.test/",
    fields: &[],
    has_body: false,
    proxy: "",
    responses: &["HTTP/1.1 103 Early\r\n\r\n", OK],
    retries: 0,
};

const SCENARIOS: &[Scenario] = &[
    GET,
    Scenario { url: "https://origin.test/", ..GET },
    Scenario {
        method: "POST",
        has_body: true,
        responses: &[
            "HTTP/1.1 307 X\r\nLocation: http://other.test/\r\nContent-Length: 0\r\n\r\n",
            OK,
        ],
        ..GET
    },
    Scenario {
        method: "POST",
        has_body: true,
        fields: &[("Expect", "100-continue")],
        responses: &["HTTP/1.1 100 Continue\r\n\r\n", OK],
        ..GET
    },
    Scenario {
        url: "https://origin.test/",
        proxy: "https://proxy.test",
        responses: &["HTTP/1.1 200 OK\r\n\r\n", OK],
        ..GET
    },
    Scenario { proxy: "http://proxy.test", ..GET },
    Scenario { responses: &["HTTP/1.1 200 OK\r\n", "\r\nto the end"], ..GET },
    Scenario {
        fields: &[("Connection", "upgrade"), ("Upgrade", "x")],
        responses: &["HTTP/1.1 101 Switching\r\n\r\n"],
        ..GET
    },
    Scenario {
        method: "PUT",
        has_body: true,
        responses: &["HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", OK],
        retries: 1,
        ..GET
    },
];

struct Driver {
    exchange: Exchange,
    now: Mono,
    action: Action,
    /// The action that the driver has not answered yet. Attempts to connect are in `dials`.
    pending: Option<Action>,
    dials: Vec<DialId>,
    link: Option<Box<Link>>,
    /// Whether the body is incomplete.
    has_body: bool,
    responses: Vec<&'static str>,
}

impl Driver {
    fn new(scenario: Scenario, link: Option<Box<Link>>) -> Self {
        let Scenario { method, url, fields, has_body, proxy, responses, retries } = scenario;
        let builder = Request::builder(method.as_bytes(), url.parse().unwrap());
        let builder = fields.iter().fold(builder, |builder, (name, value)| {
            builder.field(name.as_bytes(), value.as_bytes())
        });
        let size = if has_body { BodySize::Length(2) } else { BodySize::None };
        let options = Options::with(|options| {
            options.redirects = Some(3);
            options.connect_retries = 1;
            options.retries =
                (retries > 0).then(|| Arc::new(RetryPolicy::with(|policy| policy.most = retries)));
            // Every wait ends.
            options.timeouts.total = Some(Duration::from_secs(1000));
            if !proxy.is_empty() {
                options.proxies = proxy.parse::<Proxy>().unwrap().into();
            }
        });
        Self {
            exchange: Exchange::new(ExchangeId(1), builder.body(size).build(), Arc::new(options)),
            now: Mono::from_nanos(0),
            action: Action::Wait(Interest::NONE),
            pending: None,
            dials: Vec::new(),
            link,
            has_body,
            responses: responses.iter().rev().copied().collect(),
        }
    }

    /// Creates a reusable connection.
    fn link() -> Box<Link> {
        let mut driver = Self::new(GET, None);
        while driver.poll() != "Done" {
            driver.choose(0);
        }
        driver.exchange.take_link().unwrap()
    }

    /// Returns the calls that answer an action.
    fn answers(&self, pending: Action) -> Vec<Call> {
        match pending {
            Action::Trust { .. } => vec![Call::Trusted, Call::Failed],
            Action::Acquire if self.link.is_some() => {
                vec![Call::Reused, Call::Opened, Call::Failed]
            }
            Action::Acquire => vec![Call::Opened, Call::Failed],
            Action::Resolve => vec![Call::Resolved, Call::Failed],
            Action::Dial(_) => vec![Call::Dialed, Call::DialFailed],
            Action::Secure { .. } => vec![Call::Secured, Call::Failed],
            _ => Vec::new(),
        }
    }

    fn wait(&self, interest: Interest) -> Vec<Call> {
        let mut calls = self.pending.map_or_else(Vec::new, |pending| self.answers(pending));
        if interest.write {
            calls.extend([Call::Sent, Call::SendFailed]);
        }
        if interest.body {
            calls
                .extend([if self.has_body { Call::Body } else { Call::BodyEnd }, Call::BodyFailed]);
        }
        if interest.read {
            calls.extend([Call::Received, Call::Eof, Call::ReceiveFailed]);
        }
        if !self.dials.is_empty() {
            calls.extend([Call::Dialed, Call::DialFailed]);
        }
        calls.push(Call::Timeout);
        calls
    }

    fn calls(&self) -> Vec<Call> {
        let is_switch = self.exchange.head().is_some_and(|head| head.status == 101);
        let mut calls = match self.action {
            Action::Wait(interest) => self.wait(interest),
            Action::Rewind => vec![Call::Nothing, Call::BodyFailed],
            Action::Event(Emitted::Head) if is_switch => vec![Call::TakeSwitched, Call::Nothing],
            Action::Event(_) | Action::Close | Action::Release | Action::Abandon(_) => {
                vec![Call::Nothing]
            }
            pending => [&self.answers(pending)[..], &[Call::Nothing]].concat(),
        };
        if !matches!(self.action, Action::Close | Action::Release | Action::Abandon(_)) {
            calls.push(Call::Cancel);
        }
        calls
    }

    /// Receives the next response, or the end after the last. Returns the name of the call.
    fn receive(&mut self) -> &'static str {
        let Self { exchange, now, .. } = self;
        let Some(bytes) = self.responses.pop() else {
            exchange.handle_eof(*now, &NoSink);
            return "handle_eof";
        };
        exchange.space(bytes.len())[..bytes.len()].copy_from_slice(bytes.as_bytes());
        exchange.handle_received(bytes.len(), *now, &NoSink).unwrap();
        "handle_received"
    }

    fn make(&mut self, call: Call) -> &'static str {
        let (exchange, now) = (&mut self.exchange, self.now);
        match call {
            Call::Nothing => return "",
            Call::Trusted => exchange.handle_trusted(TrustId::new(1), now, &NoSink).unwrap(),
            Call::Reused => {
                exchange.handle_reused(self.link.take().unwrap(), now, &NoSink).unwrap();
            }
            Call::Opened => exchange.handle_opened(ConnectionId(2), now, &NoSink).unwrap(),
            Call::Resolved => exchange.handle_resolved(&ADDRESSES, now, &NoSink).unwrap(),
            Call::Dialed => {
                let dial = self.dials.pop().unwrap();
                exchange.handle_dialed(dial, now, &NoSink).unwrap();
            }
            Call::DialFailed => {
                let dial = self.dials.pop().unwrap();
                exchange.handle_dial_failed(dial, RESET.into(), now, &NoSink).unwrap();
            }
            Call::Secured => {
                exchange.handle_secured(Box::new(Plain::default()), now, &NoSink).unwrap();
            }
            Call::Failed => {
                let tls = self.pending != Some(Action::Resolve);
                let error: Error = if tls {
                    TlsError::Configuration.into()
                } else {
                    ResolveError::NotFound.into()
                };
                exchange.handle_failed(error, now, &NoSink).unwrap();
            }
            Call::Sent => {
                let n = exchange.out().concat().len();
                exchange.handle_sent(n, now, &NoSink).unwrap();
            }
            Call::Received => return self.receive(),
            Call::SendFailed => exchange.handle_send_failed(RESET.into(), now, &NoSink),
            Call::Eof => exchange.handle_eof(now, &NoSink),
            Call::ReceiveFailed => exchange.handle_receive_failed(RESET.into(), now, &NoSink),
            Call::Body => {
                self.has_body = false;
                exchange.handle_body(Bytes::from_static(b"hi"), now, &NoSink).unwrap();
            }
            Call::BodyEnd => exchange.handle_body_end(Fields::EMPTY, now, &NoSink).unwrap(),
            Call::BodyFailed => {
                // The call is late if the upload was stopped.
                let _ = exchange.handle_body_failed(Cause::BodyConsumed.into(), now, &NoSink);
            }
            Call::Timeout => {
                if let Some(deadline) = exchange.deadline(now) {
                    self.now = deadline.at;
                    exchange.handle_timeout(deadline.at, &NoSink);
                }
            }
            Call::Cancel => exchange.cancel(now, &NoSink),
            // The connection cannot be taken while bytes wait to be sent.
            Call::TakeSwitched if exchange.take_switched(now, &NoSink).is_none() => return "",
            Call::TakeSwitched => {}
        }
        call.name()
    }
}

/// The calls of a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Nothing,
    Trusted,
    Reused,
    Opened,
    Resolved,
    Dialed,
    DialFailed,
    Secured,
    Failed,
    Sent,
    SendFailed,
    Received,
    Eof,
    ReceiveFailed,
    Body,
    BodyEnd,
    BodyFailed,
    Timeout,
    Cancel,
    TakeSwitched,
}

impl Call {
    const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Trusted => "handle_trusted",
            Self::Reused => "handle_reused",
            Self::Opened => "handle_opened",
            Self::Resolved => "handle_resolved",
            Self::Dialed => "handle_dialed",
            Self::Secured => "handle_secured",
            Self::Sent => "handle_sent",
            Self::Received => "handle_received",
            Self::Body => "handle_body",
            Self::BodyEnd => "handle_body_end",
            Self::TakeSwitched => "take_switched",
            Self::DialFailed
            | Self::Failed
            | Self::SendFailed
            | Self::Eof
            | Self::ReceiveFailed
            | Self::BodyFailed
            | Self::Timeout
            | Self::Cancel => FAILURE,
        }
    }
}

impl Machine for Driver {
    fn poll(&mut self) -> &'static str {
        self.action = self.exchange.poll(self.now, &NoSink);
        match self.action {
            Action::Trust { .. } => "Trust",
            Action::Acquire => "Acquire",
            Action::Resolve => "Resolve",
            Action::Dial(dial) => {
                self.dials.push(dial);
                "Dial"
            }
            Action::Abandon(dial) => {
                self.dials.retain(|known| *known != dial);
                "Abandon"
            }
            Action::Secure { .. } => "Secure",
            Action::Rewind => {
                self.has_body = true;
                "Rewind"
            }
            Action::Event(_) => "Event",
            Action::Close => "Close",
            Action::Release => "Release",
            Action::Done => "Done",
            Action::Failed => "Failed",
            Action::Wait(_) => "Wait",
        }
    }

    fn is_over(&self) -> bool {
        matches!(self.action, Action::Done | Action::Failed)
    }

    fn choices(&self) -> usize {
        self.calls().len()
    }

    fn choose(&mut self, choice: usize) -> &'static str {
        let call = self.calls()[choice];
        if !matches!(self.action, Action::Wait(_) | Action::Dial(_)) {
            self.pending = Some(self.action);
        }
        let name = self.make(call);
        if call != Call::Nothing {
            self.pending = None;
        }
        name
    }
}

pub(crate) fn diagram() -> Diagram {
    let mut diagram = Diagram::new(NODES);
    for scenario in SCENARIOS {
        walk(&mut diagram, || Driver::new(*scenario, None));
    }
    for reused in [GET, Scenario { method: "PUT", has_body: true, ..GET }] {
        walk(&mut diagram, || Driver::new(reused, Some(Driver::link())));
    }
    diagram
}
