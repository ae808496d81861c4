//! One request on one connection, as a machine: it says what to do, and is told what came of it.

use alloc::vec::Vec;
use core::net::SocketAddr;

use super::action::{Do, Event, Input};
use super::request::Request;
use super::steps::{Inbox, State, Step};
use super::trail::{At, Trail};
use super::transport::Transport;
use crate::error::Error;
use crate::http1::{self, Connection, Role};
use crate::limits::Config;
use crate::time::{Deadline, Mono, Timeouts, Waiting};
use crate::trace::{ConnectionId, EventKind, ExchangeId, Scope, Sink, TraceEvent};

/// How an exchange is to be done, beside its request.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How long each kind of wait may take.
    pub timeouts: Timeouts,
    /// How the server's bytes are treated.
    pub config: Config,
    /// What TLS needs for an `https` URL.
    #[cfg(feature = "tls")]
    pub tls: Option<alloc::sync::Arc<rustls::ClientConfig>>,
    /// Whether that configuration verifies certificates, for the trace.
    pub verify: bool,
}

/// A request, and how it is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) request: Request,
    pub(super) options: Options,
}

/// One request on one connection.
///
/// A driver calls [`next`](Self::next), does what it says, tells [`input`](Self::input) what came of
/// it, and begins again. It holds no policy: what to do after a failure, how long to wait and when
/// to close is decided here, the same for every driver.
///
/// ```
/// use limpid_core::client::{Do, Exchange, Input, Options, Request};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
///
/// let request = Request::builder(b"GET", "http://127.0.0.1/".parse()?).build();
/// let mut exchange =
///     Exchange::new(ExchangeId(1), ConnectionId(1), request, Options::default());
/// let now = Mono::from_nanos(0);
/// let Do::Resolve { host: "127.0.0.1", port: 80, .. } = exchange.next(now, &NoSink) else {
///     panic!();
/// };
/// exchange.input(now, &NoSink, Input::Resolved(&["127.0.0.1:80".parse()?]));
/// assert!(matches!(exchange.next(now, &NoSink), Do::Dial { .. }));
/// exchange.input(now, &NoSink, Input::Dialed);
/// assert!(matches!(exchange.next(now, &NoSink), Do::Write { .. }));
/// assert!(exchange.out().concat().starts_with(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Exchange {
    pub(super) plan: Plan,
    pub(super) state: State,
    pub(super) transport: Transport,
    pub(super) trail: Trail,
    pub(super) addresses: Vec<SocketAddr>,
    /// What came in and is to be worked on by the next step.
    pub(super) inbox: Option<Inbox>,
    /// The deadline of what the driver is doing, once it was told one; it may have been none.
    pub(super) waiting: Option<Option<Deadline>>,
    pub(super) total: Option<Deadline>,
    /// The request could not be sent whole; the response may have come all the same.
    pub(super) write_failed: bool,
    pub(super) error: Option<Error>,
}

impl Exchange {
    /// A request that is to be sent. The numbers are those by which the events of this exchange,
    /// and of the connection it opens, are told apart.
    #[must_use]
    pub fn new(
        exchange: ExchangeId,
        connection: ConnectionId,
        request: Request,
        options: Options,
    ) -> Self {
        let http1 = Connection::new(Role::Client, options.config);
        let mut scope = Scope::exchange(exchange);
        scope.connection = connection;
        scope.attempt = 1;
        Self {
            plan: Plan { request, options },
            state: State::Start,
            transport: Transport::new(http1),
            trail: Trail::new(scope),
            addresses: Vec::new(),
            inbox: None,
            waiting: None,
            total: None,
            write_failed: false,
            error: None,
        }
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.plan.request
    }

    /// The bytes for the transport; empty slices are to be passed over.
    #[must_use]
    pub fn out(&self) -> [&[u8]; 3] {
        self.transport.out()
    }

    /// Room for at least `min` bytes of the transport.
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        self.transport.space(min)
    }

    /// How many bytes of the response's body have come, and how many were announced so far.
    #[must_use]
    pub fn body_progress(&self) -> (u64, u64) {
        self.transport.http1.body_progress()
    }

    /// Takes in what came of the last [`Do`]. When the exchange is over, nothing matters any more.
    pub fn input<S: Sink>(&mut self, now: Mono, sink: &S, input: Input<'_>) {
        if self.state == State::Over {
            return;
        }
        let at = At { now, sink };
        let inbox = match input {
            Input::Resolved(addresses) => {
                // While they are tried, they are what they are.
                if self.state == State::Resolve {
                    self.addresses.clear();
                    self.addresses.extend_from_slice(addresses);
                }
                Some(Inbox::Resolved)
            }
            Input::Dialed => Some(Inbox::Dialed),
            Input::Sent(n) => {
                self.tell_sent(n, at);
                self.transport.sent(n);
                None
            }
            Input::Filled(n) => {
                // No more than was offered, whatever the driver says.
                let n = n.min(self.transport.space(0).len());
                self.tell_received(n, at);
                self.transport.filled(n);
                None
            }
            Input::Eof => {
                self.transport.eof();
                Some(Inbox::Eof)
            }
            Input::Failed(fault) => Some(Inbox::Failed(fault)),
            Input::Tick => Some(Inbox::Tick),
            Input::Body(data) => Some(Inbox::Body(data)),
            Input::BodyEnd => Some(Inbox::BodyEnd),
            Input::BodyFailed(error) => Some(Inbox::BodyFailed(error)),
            Input::Cancel => Some(Inbox::Cancel),
        };
        // A handshake as a whole has one deadline; elsewhere every bit of progress begins another.
        if inbox != Some(Inbox::Tick) && self.state != State::Handshake {
            self.waiting = None;
        }
        // Nothing that comes after it undoes a cancel.
        if self.inbox != Some(Inbox::Cancel) {
            self.inbox = inbox;
        }
    }

    fn tell_sent<S: Sink>(&mut self, n: usize, at: At<'_, S>) {
        let mut cx = self.trail.cx(at);
        let mut left = n;
        for slice in self.transport.out() {
            let bytes = &slice[..left.min(slice.len())];
            left -= bytes.len();
            if !bytes.is_empty() {
                cx.tell(EventKind::BytesSent, || TraceEvent::BytesSent { bytes });
            }
        }
    }

    fn tell_received<S: Sink>(&mut self, n: usize, at: At<'_, S>) {
        let mut cx = self.trail.cx(at);
        if cx.wants(EventKind::BytesReceived) {
            let room = self.transport.space(n);
            let bytes = &room[..n.min(room.len())];
            cx.tell(EventKind::BytesReceived, || TraceEvent::BytesReceived { bytes });
        }
    }

    /// What is to be done next.
    pub fn next<S: Sink>(&mut self, now: Mono, sink: &S) -> Do<'_> {
        if self.state == State::Start {
            self.total = Deadline::after(now, self.plan.options.timeouts.total, Waiting::Total);
        }
        let step = self.run(At { now, sink });
        let until = self.deadline(step, now);
        let url = self.plan.request.url();
        match step {
            Step::Resolve => Do::Resolve { host: url.host(), port: url.port(), until },
            Step::Dial(address) => Do::Dial { address, until },
            Step::Write => Do::Write { until },
            Step::Read => Do::Read { until },
            Step::Body => Do::Body,
            Step::Close => Do::Close,
            Step::Event => self.event().map_or(Do::Done, Do::Event),
            Step::Over => self.error.map_or(Do::Done, Do::Failed),
        }
    }

    /// Until when the driver may take for a step. To ask for the same again begins no new wait.
    fn deadline(&mut self, step: Step, now: Mono) -> Option<Deadline> {
        let timeouts = self.plan.options.timeouts;
        let (timeout, why) = match step {
            Step::Body | Step::Close | Step::Event | Step::Over => return None,
            Step::Read if self.state != State::Handshake => (timeouts.read, Waiting::Read),
            Step::Write if self.state != State::Handshake => (timeouts.write, Waiting::Write),
            _ => (timeouts.connect, Waiting::Connect),
        };
        let total = self.total;
        *self
            .waiting
            .get_or_insert_with(|| Deadline::earlier(Deadline::after(now, timeout, why), total))
    }

    /// The event that the last call of [`next`](Self::next) returned, once more.
    #[must_use]
    pub fn event(&self) -> Option<Event<'_>> {
        Some(match self.transport.http1.event()? {
            http1::Event::Informational(head) => Event::Informational(head),
            http1::Event::Response(head, reading) => Event::Head(head, reading),
            http1::Event::Data(data) => Event::Data(data),
            http1::Event::End(trailers) => Event::End(trailers),
            // A client is sent no requests.
            http1::Event::Request(..) => return None,
        })
    }
}
