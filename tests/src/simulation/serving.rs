//! The server's side of a run.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::error::Cause;
use limpid_core::http1::BodySize;
use limpid_core::server::{Options, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, Sink};
use limpid_recording::{Recorder, SessionRecorder};
use rustls::ServerConfig;

use super::pattern::{is_part, part, pieces};
use super::plan::{Asked, Plan, SWITCHED, Server};
use super::problem::Problem;
use limpid_test::sim::{Gone, Net, Served, Socket, Stopping};

/// A server, and the problems that it found.
#[derive(Debug)]
pub(super) struct Service<S> {
    pub(super) net: Net,
    pub(super) options: Arc<Options>,
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) sink: S,
    pub(super) recorder: Option<Arc<Recorder>>,
    pub(super) stop: Stopping,
    /// The plan of each request, by its number.
    pub(super) asked: BTreeMap<u64, Asked>,
    pub(super) problems: RefCell<Vec<Problem>>,
    /// When the last connection was closed.
    pub(super) closed: Cell<Mono>,
    /// How often each request was received.
    pub(super) received: RefCell<BTreeMap<u64, u32>>,
    /// How much of each request's body was received, each time that the request was.
    pub(super) uploaded: RefCell<BTreeMap<(u64, u32), u64>>,
    /// The bytes received over switched connections that were closed in order.
    pub(super) switched: RefCell<Vec<(Asked, u64)>>,
    /// The requests whose client has received the end of the response.
    pub(super) whole: RefCell<BTreeSet<u64>>,
}

impl<S: Sink + 'static> Service<S> {
    /// Serves every connection to `place`, and keeps their number in `open`.
    pub(super) async fn accept(self: Rc<Self>, place: String, open: Rc<RefCell<usize>>) {
        for number in 1.. {
            let socket = self.net.accept(&place).await;
            let (service, open) = (Rc::clone(&self), Rc::clone(&open));
            *open.borrow_mut() += 1;
            self.net.world().spawn(async move {
                service.serve(ConnectionId(number), socket).await;
                *open.borrow_mut() -= 1;
                service.closed.set(service.net.world().now());
                service.net.world().moved();
            });
        }
    }

    /// Shuts down after a time: no more connections are accepted, and open ones are completed.
    pub(super) async fn shut_down(self: Rc<Self>, place: String, at: Duration, grace: Duration) {
        self.net.world().sleep(at).await;
        self.net.leave(&place);
        self.stop.begin(self.net.world(), grace);
    }

    async fn serve(&self, number: ConnectionId, socket: Socket) {
        let session = Session::new(number, None, Arc::clone(&self.options));
        let recording = self.recorder.as_ref().map(|recorder| {
            let (recorder, now) = (Arc::clone(recorder), self.net.world().now());
            SessionRecorder::new(recorder, number, None, &self.options, now)
        });
        let (world, stop) = (self.net.world().clone(), self.stop.clone());
        let served = Served::new(session, socket, world, &self.sink, stop);
        let half_close = self.options.half_close;
        let served = served.with_tls(self.tls.clone()).half_close(half_close);
        let mut served = served.recorded(recording);
        while served.request().await {
            let handled = self.handle(&mut served).await;
            served.handled(if handled.is_ok() { Outcome::Done } else { Outcome::Failed });
        }
        self.problems.borrow_mut().extend(Problem::of_memory(served.most_waiting()));
    }

    /// Answers a request. An error is one of the connection, or part of the plan.
    async fn handle(&self, served: &mut Served<&S>) -> Result<(), Cause> {
        let number = served.head().and_then(|head| {
            std::str::from_utf8(head.target).ok()?.strip_prefix('/')?.parse().ok()
        });
        let Some(asked) = number.and_then(|number: u64| self.asked.get(&number)) else {
            self.problems.borrow_mut().push(Problem::UnknownRequest);
            return Err(Cause::Cancelled);
        };
        let time = self.count_request(asked.number);
        match asked.server {
            Server::Answer | Server::Fail(_) => self.read(asked, time, served).await?,
            Server::Slow(pause) => {
                self.read(asked, time, served).await?;
                self.net.world().sleep(pause).await;
            }
            Server::Silent(pause) => {
                self.read(asked, time, served).await?;
                self.be_silent(asked, pause, served).await?;
            }
            Server::Switch => return self.switch(asked, served).await,
            Server::Early | Server::Ignore | Server::Refuse(..) | Server::Echo => {}
        }
        self.answer(asked, time, served).await?;
        match asked.server {
            Server::Early => self.read(asked, time, served).await?,
            Server::Refuse(_, pause) => self.net.world().sleep(pause).await,
            _ => {}
        }
        Ok(())
    }

    /// Counts a request that was received. Returns how often it was.
    fn count_request(&self, number: u64) -> u32 {
        let mut received = self.received.borrow_mut();
        let times = received.entry(number).or_default();
        *times += 1;
        *times
    }

    /// Returns how much was received of the body of a request, when it was received last.
    pub(super) fn uploaded(&self, number: u64) -> Option<u64> {
        let time = self.received.borrow().get(&number).copied()?;
        self.uploaded.borrow().get(&(number, time)).copied()
    }

    /// Returns the problems of requests that were received more often than once, of which the client
    /// reports this many as sent again.
    pub(super) fn repetitions(&self, plan: &Plan, resent: u32) -> Vec<Problem> {
        let received = self.received.borrow();
        let again = received.values().map(|times| times - 1).sum();
        let too_often = received.iter().filter(|(number, times)| {
            let most = self.asked.get(number).map_or(0, Asked::most);
            // A request that may be received twice may be retried, and each time resent.
            let tries = if most > 1 { 1 + plan.retries } else { 1 };
            **times > tries * if plan.resend { most } else { most.min(1) }
        });
        let repeated = too_often.map(|(&number, &times)| Problem::Repeated { number, times });
        let not_reported = (again > resent).then_some(Problem::NotReported { again, resent });
        repeated.chain(not_reported).collect()
    }

    /// Does not respond for a time. The disconnect of the client ends it.
    async fn be_silent(
        &self,
        asked: &Asked,
        time: Duration,
        served: &mut Served<&S>,
    ) -> Result<(), Cause> {
        match served.gone_within(time).await {
            Gone::No => Ok(()),
            Gone::Yes(Some(cause)) => Err(cause),
            Gone::Yes(None) => {
                self.problems.borrow_mut().push(Problem::NotTold { number: asked.number });
                Err(Cause::Cancelled)
            }
        }
    }

    /// Leaves HTTP/1.1, and sends while it receives.
    async fn switch(&self, asked: &Asked, served: &mut Served<&S>) -> Result<(), Cause> {
        served.fields().push(b"X-Number", asked.number.to_string().as_bytes());
        served.fields().push(b"Connection", b"upgrade");
        served.fields().push(b"Upgrade", b"pattern");
        let mut upgraded = served.upgrade(101).await?;
        let (world, mut at) = (self.net.world(), 0);
        let pieces = pieces(asked.number, asked.download, asked.piece);
        let passing = upgraded.exchange(pieces, |data| {
            if !is_part(asked.number, at, data) {
                self.problems.borrow_mut().push(Problem::Upload { number: asked.number, at });
            }
            at += data.len() as u64;
        });
        // Failures are those of the connection.
        if let Some(Ok(())) = world.before(Some(world.now() + SWITCHED), passing).await {
            self.switched.borrow_mut().push((asked.clone(), at));
        }
        Ok(())
    }

    async fn read(&self, asked: &Asked, time: u32, served: &mut Served<&S>) -> Result<(), Cause> {
        let mut at = 0;
        while self.read_piece(asked, time, &mut at, served).await? {}
        Ok(())
    }

    /// Reads a piece of the body at the offset `at`. Returns false at its end.
    async fn read_piece(
        &self,
        asked: &Asked,
        time: u32,
        at: &mut u64,
        served: &mut Served<&S>,
    ) -> Result<bool, Cause> {
        let number = asked.number;
        let wrong = |at| self.problems.borrow_mut().push(Problem::Upload { number, at });
        let Some(data) = served.piece().await? else {
            if *at != asked.upload.unwrap_or(0) {
                wrong(*at);
            }
            return Ok(false);
        };
        if !is_part(number, *at, data) {
            wrong(*at);
        }
        *at += data.len() as u64;
        self.uploaded.borrow_mut().insert((number, time), *at);
        Ok(true)
    }

    async fn answer(&self, asked: &Asked, time: u32, served: &mut Served<&S>) -> Result<(), Cause> {
        let fails_after = match asked.server {
            Server::Fail(pieces) => pieces,
            _ => usize::MAX,
        };
        if fails_after == 0 {
            return Err(Cause::Cancelled);
        }
        let number = asked.number.to_string();
        served.fields().push(b"X-Number", number.as_bytes());
        let size = if asked.download_chunked {
            BodySize::Unknown
        } else {
            BodySize::Length(asked.download)
        };
        served.respond(asked.status(), size).map_err(Cause::Misuse)?;
        let (mut at, mut pieces) = (0, 1);
        let (mut read, mut reads) = (0, asked.server == Server::Echo);
        while at < asked.download || reads {
            if reads {
                reads = self.read_piece(asked, time, &mut read, served).await?;
            }
            if pieces >= fails_after {
                return Err(Cause::Cancelled);
            }
            let left = usize::try_from(asked.download - at).unwrap_or(usize::MAX);
            let data = part(asked.number, at, left.min(asked.piece));
            if data.is_empty() {
                continue;
            }
            at += data.len() as u64;
            pieces += 1;
            served.send(data).map_err(Cause::Misuse)?;
            served.flush().await?;
        }
        if asked.download_chunked {
            served.fields().push(b"X-Number", number.as_bytes());
        }
        served.finish().map_err(Cause::Misuse)
    }
}
