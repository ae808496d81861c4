//! Both machines in memory, sending to each other at the same time.

use std::sync::Arc;

use bytes::Bytes;
use limpid_core::client::{Action, Exchange, Options, Request};
use limpid_core::fields::Fields;
use limpid_core::http1::BodySize;
use limpid_core::server::{self, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
use limpid_core::transport::Link;

use super::parse::First;
use crate::failure::Failure;
use crate::job::Job;
use crate::measure::{self, repeat};
use crate::subject::{LIMPID, Subject};

/// A POST of 64 KiB, each piece of which the server returns while the next arrives.
pub const ECHO: &str = "POST echoed in memory, 64 KiB each way";

pub(super) const SUBJECTS: &[Subject] = &[Subject { work: ECHO, peer: LIMPID, run: echo }];

const BODY: usize = 64 * 1024;
const PIECE: usize = 8 * 1024;
const NOW: Mono = Mono::from_nanos(0);

/// A client, a server, and the bytes between them.
struct Both {
    options: Arc<Options>,
    request: Request,
    link: Option<Box<Link>>,
    session: Session,
    /// How many bytes of the request's body were sent.
    made: usize,
    /// How many bytes of the response's body were received.
    came: usize,
}

impl Both {
    fn new() -> Result<Self, Failure> {
        let request = Request::builder(b"POST", "http://127.0.0.1/".parse()?);
        let request = request.body(BodySize::Length(BODY as u64)).build();
        let session = Session::new(ConnectionId(1), None, Default::default());
        Ok(Self { options: Arc::default(), request, link: None, session, made: 0, came: 0 })
    }

    fn exchange(&mut self) -> Result<(), Failure> {
        let request = self.request.clone();
        let mut exchange = Exchange::new(ExchangeId(1), request, Arc::clone(&self.options));
        (self.made, self.came) = (0, 0);
        loop {
            match exchange.poll(NOW, &NoSink) {
                Action::Acquire => match self.link.take() {
                    Some(link) => exchange.handle_reused(link, NOW, &NoSink)?,
                    None => exchange.handle_opened(ConnectionId(1), NOW, &NoSink)?,
                },
                Action::Resolve => {
                    exchange.handle_resolved(&["127.0.0.1:80".parse()?], NOW, &NoSink)?;
                }
                Action::Dial(dial) => exchange.handle_dialed(dial, NOW, &NoSink)?,
                Action::Event(_) => self.came += exchange.event().map_or(0, data_len),
                Action::Wait(interest) => {
                    let served = self.serve()?;
                    if interest.read && served.write {
                        self.response_bytes(&mut exchange)?;
                    }
                    if interest.write && served.read {
                        self.request_bytes(&mut exchange)?;
                    } else if interest.body {
                        self.body(&mut exchange)?;
                    }
                }
                Action::Release => self.link = exchange.take_link(),
                Action::Done if self.came == BODY => return Ok(()),
                other => return Err(format!("the exchange stops: {other:?}").into()),
            }
        }
    }

    /// Sends the next piece of the request's body.
    fn body(&mut self, exchange: &mut Exchange) -> Result<(), Failure> {
        if self.made == BODY {
            return Ok(exchange.handle_body_end(Fields::EMPTY, NOW, &NoSink)?);
        }
        self.made += PIECE;
        Ok(exchange.handle_body(Bytes::from_static(&[b'x'; PIECE]), NOW, &NoSink)?)
    }

    /// Moves bytes from the client to the server.
    fn request_bytes(&mut self, exchange: &mut Exchange) -> Result<(), Failure> {
        let n = copy(exchange.out(), self.session.space(2 * PIECE));
        exchange.handle_sent(n, NOW, &NoSink)?;
        Ok(self.session.handle_received(n, NOW, &NoSink)?)
    }

    /// Moves bytes from the server to the client.
    fn response_bytes(&mut self, exchange: &mut Exchange) -> Result<(), Failure> {
        let n = copy(self.session.out(), exchange.space(2 * PIECE));
        self.session.handle_sent(n, NOW, &NoSink)?;
        Ok(exchange.handle_received(n, NOW, &NoSink)?)
    }

    /// Returns received data until the server waits.
    fn serve(&mut self) -> Result<server::Interest, Failure> {
        let session = &mut self.session;
        loop {
            match session.poll(NOW, &NoSink) {
                server::Action::Request => {
                    session.respond(NOW, &NoSink, 200, BodySize::Length(BODY as u64))?;
                    session.read_body();
                }
                server::Action::Event => match session.event() {
                    Some(server::Event::Data(data)) => {
                        let data = Bytes::copy_from_slice(data);
                        session.send(NOW, &NoSink, data)?;
                        session.read_body();
                    }
                    _ => {
                        session.finish(NOW, &NoSink)?;
                        session.handled(NOW, &NoSink, Outcome::Done);
                    }
                },
                server::Action::Wait(interest) => return Ok(interest),
                other => return Err(format!("the session stops: {other:?}").into()),
            }
        }
    }
}

fn data_len(event: limpid_core::client::Event<'_>) -> usize {
    match event {
        limpid_core::client::Event::Data(data) => data.len(),
        _ => 0,
    }
}

/// Copies as much as fits. Returns the number of bytes.
fn copy(slices: [&[u8]; 3], room: &mut [u8]) -> usize {
    let mut at = 0;
    for slice in slices {
        let n = slice.len().min(room.len() - at);
        room[at..at + n].copy_from_slice(&slice[..n]);
        at += n;
    }
    at
}

fn echo(job: &Job) -> measure::Outcome {
    let (mut both, mut first) = (Both::new()?, First::default());
    first.note(both.exchange());
    let outcome = repeat(job, 1, || first.note(both.exchange()));
    first.or(outcome)
}
