//! A driver without sockets that can misbehave.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::{Action, DialId, Exchange, Options, Request, Retirement, TrustId};
use limpid_core::error::Cause;
use limpid_core::fields::Fields;
use limpid_core::http1::BodySize;
use limpid_core::time::{Deadline, Mono, Timeouts};
use limpid_core::trace::{ConnectionId, ExchangeId};
use limpid_core::transport::tls::ClientTls;
use limpid_io::Input;

use limpid_tests::ledger::Ledger;

use crate::peer::{Peer, client_config};

/// The body of the request.
const BODY: &[u8] = b"a body";

/// What a request asks for beside its response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wants {
    Nothing,
    /// `100 Continue`.
    Continue,
    /// An upgrade.
    Upgrade,
}

/// The actions of the exchange, without borrowed data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Asked {
    Acquire,
    Resolve,
    Dial(DialId),
    Await(Option<Deadline>),
    Abandon(DialId),
    Secure,
    Write,
    Read,
    Body,
    Close,
    Release,
    Event,
    Done,
    Failed(Cause),
}

/// The variant of the exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// Over TLS.
    pub(crate) secure: bool,
    /// What the request asks for beside its response.
    pub(crate) wants: Wants,
    /// The driver keeps several pending connections, or waits for each.
    pub(crate) several: bool,
}

/// An exchange and its environment.
pub(crate) struct Driver {
    pub(crate) exchange: Exchange,
    pub(crate) ledger: Ledger,
    pub(crate) now: Mono,
    several: bool,
    /// The action that was returned once and has no result yet.
    question: Option<Asked>,
    pub(crate) under_way: Vec<DialId>,
    peer: Peer,
    body: Option<&'static [u8]>,
}

impl Driver {
    /// Returns a driver with a request to `peer`.
    pub(crate) fn new(peer: Peer, way: Way) -> Self {
        let Way { secure, wants, several } = way;
        let url = if secure { "https://localhost/" } else { "http://localhost/" };
        let mut request = Request::builder(b"POST", url.parse().unwrap())
            .body(BodySize::Length(BODY.len() as u64));
        request = match wants {
            Wants::Nothing => request,
            Wants::Continue => request.expect_continue(),
            Wants::Upgrade => request.field(b"Connection", b"upgrade").field(b"Upgrade", b"chat"),
        };
        let request = request.build();
        let second = Some(Duration::from_secs(1));
        let timeouts = Timeouts::with(|timeouts| {
            timeouts.pool = second;
            timeouts.connect = second;
            timeouts.read = second;
            timeouts.write = second;
            timeouts.expect_continue = second;
            timeouts.total = None;
        });
        let trust = Some(TrustId::new(1));
        let options = Options::with(|options| {
            options.timeouts = timeouts;
            options.trust = trust;
            options.verify = true;
        });
        Self {
            exchange: Exchange::new(ExchangeId(1), request, Arc::new(options)),
            ledger: Ledger::of_client(),
            now: Mono::from_nanos(0),
            several,
            question: None,
            under_way: Vec::new(),
            peer,
            body: Some(BODY),
        }
    }

    /// Returns the next action and its deadline.
    pub(crate) fn next(&mut self) -> (Asked, Option<Deadline>) {
        let asked = match self.exchange.poll(self.now, &self.ledger) {
            Action::Acquire => self.ask(Asked::Acquire),
            Action::Resolve => self.ask(Asked::Resolve),
            Action::Secure { .. } => self.ask(Asked::Secure),
            Action::Dial(dial) => {
                self.under_way.push(dial);
                if self.several { Asked::Dial(dial) } else { self.ask(Asked::Dial(dial)) }
            }
            Action::Abandon(dial) => {
                self.under_way.retain(|id| *id != dial);
                Asked::Abandon(dial)
            }
            Action::Wait(interest) if interest.write => Asked::Write,
            Action::Wait(interest) if interest.body => Asked::Body,
            Action::Wait(interest) if interest.read => Asked::Read,
            Action::Wait(_) => match self.question {
                Some(question) => question,
                None => Asked::Await(self.exchange.deadline(self.now)),
            },
            Action::Release => Asked::Release,
            Action::Trust { .. } | Action::Rewind => panic!("neither has a reason to be asked"),
            Action::Close => Asked::Close,
            Action::Event(_) => Asked::Event,
            Action::Done => Asked::Done,
            Action::Failed => Asked::Failed(self.exchange.error().unwrap().cause),
        };
        if self.question != Some(asked) {
            self.question = None;
        }
        let until = match asked {
            Asked::Dial(_) => self.exchange.dial().and_then(|dial| dial.until),
            Asked::Acquire
            | Asked::Resolve
            | Asked::Await(_)
            | Asked::Secure
            | Asked::Write
            | Asked::Read => self.exchange.deadline(self.now),
            _ => None,
        };
        (asked, until)
    }

    /// Keeps an action until its result is reported.
    fn ask(&mut self, question: Asked) -> Asked {
        self.question = Some(question);
        question
    }

    pub(crate) fn input(&mut self, input: Input<'_>) {
        if let Input::Dialed(dial) | Input::DialFailed(dial, _) = &input {
            self.under_way.retain(|id| id != dial);
        }
        // The exchange rejects input that it did not request.
        let _ = input.hand_to(&mut self.exchange, self.now, &self.ledger);
    }

    /// Carries out an action, with at most `amount` bytes.
    pub(crate) fn obey(&mut self, asked: Asked, amount: usize) {
        match asked {
            Asked::Acquire => self.input(Input::Opened(ConnectionId(1))),
            Asked::Resolve => {
                let addresses = ["[::1]:80".parse().unwrap(), "127.0.0.1:80".parse().unwrap()];
                self.input(Input::Resolved(&addresses));
            }
            Asked::Dial(_) if self.several => {}
            Asked::Dial(dial) => self.input(Input::Dialed(dial)),
            // The first address does not answer, unless there is no time for that.
            Asked::Await(Some(until)) if self.under_way.len() < 2 && amount < usize::MAX => {
                self.now = until.at;
                self.input(Input::Timeout);
            }
            Asked::Await(_) => {
                let last = self.under_way.last().copied();
                self.input(last.map_or(Input::Timeout, Input::Dialed));
            }
            Asked::Secure => {
                let layer = ClientTls::client(client_config(), self.exchange.server_name());
                self.input(Input::Secured(Box::new(layer.unwrap())));
            }
            Asked::Write => {
                let mut out = self.exchange.out().concat();
                out.truncate(amount);
                self.peer.take(&out);
                self.input(Input::Sent(out.len()));
            }
            Asked::Read => {
                let room = self.exchange.space(64);
                let amount = amount.min(room.len());
                match self.peer.give(&mut room[..amount]) {
                    0 => self.input(Input::Eof),
                    n => self.input(Input::Received(n)),
                }
            }
            Asked::Body => match self.body.take() {
                Some(body) => self.input(Input::Body(Bytes::from_static(body))),
                None => self.input(Input::BodyEnd(Fields::EMPTY)),
            },
            // The pool keeps no connection, so it is closed.
            Asked::Release | Asked::Done => {
                if let Some(link) = self.exchange.take_link() {
                    link.retire(Retirement::Surplus, self.now, &self.ledger, |_| {});
                }
            }
            // It has a connection if the server has agreed to switch.
            Asked::Event => drop(self.exchange.take_switched(self.now, &self.ledger)),
            Asked::Abandon(_) | Asked::Close | Asked::Failed(_) => {}
        }
    }

    /// Carries out actions until the end, which must come within `steps`, and checks the ledger.
    pub(crate) fn end(&mut self, steps: usize) -> Asked {
        for _ in 0..steps {
            match self.next().0 {
                asked @ (Asked::Done | Asked::Failed(_)) => {
                    self.obey(asked, 0);
                    self.is_over(asked);
                    return asked;
                }
                asked => self.obey(asked, usize::MAX),
            }
        }
        panic!("no end after {steps} steps: {:?}", self.exchange);
    }

    /// Checks that the exchange stays at its end, whatever input follows.
    pub(crate) fn is_over(&mut self, outcome: Asked) {
        assert_eq!(self.ledger.problems(), [""; 0]);
        assert_eq!(self.under_way, [], "pending connections at the end");
        let told = self.ledger.told();
        for input in [Input::Sent(1), Input::Received(1), Input::Eof, Input::Timeout, Input::Cancel]
        {
            self.input(input);
            assert_eq!(self.next().0, outcome);
        }
        assert_eq!(self.ledger.told(), told, "an event after the end");
    }
}
