//! Recording the inputs of a client's exchanges.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{Exchange, Input, Options, Request, Retirement};
use limpid_core::error::Error;
use limpid_core::internal::{Mark, ReceivedPart, Stored};
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ConnectionId, ExchangeId};
use limpid_core::transport::Link;

use crate::format::FrameKind;
use crate::layer::{LayerCount, RecordedLayer};
use crate::recorder::Recorder;
use crate::stream::Stream;
use crate::tunnel::TunnelRecorder;

/// The recording of the exchanges that use one place in memory, one after another.
///
/// A driver calls the method for a call of the exchange before it makes that call. The clients of limpid's drivers do so if
/// their builder has a [`Recorder`]:
///
/// ```
/// use limpid_core::client::{Action, Exchange, Input, Request};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
/// use limpid_recording::{ExchangeRecorder, Recorder, RecorderOptions};
///
/// # let directory = std::env::temp_dir().join(format!("limpid-exchange-recorder-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("requests.limpid");
/// let recorder = Recorder::create(&path, RecorderOptions::default())?;
/// let mut recording = ExchangeRecorder::new(recorder);
///
/// let request = Request::builder(b"GET", "http://127.0.0.1/".parse()?).build_shared();
/// let (id, options, now) = (ExchangeId(1), Default::default(), Mono::default());
/// recording.begin(id, &request, &options, now);
/// let mut exchange = Exchange::new(id, request, options);
///
/// recording.poll(now);
/// assert_eq!(exchange.poll(now, &NoSink), Action::Acquire);
/// let input = recording.input(Input::Opened(ConnectionId(1)), &mut exchange, now);
/// input.hand_to(&mut exchange, now, &NoSink)?;
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ExchangeRecorder {
    recorder: Arc<Recorder>,
    /// The number of the place.
    place: u64,
    /// The connection of the exchange.
    connection: ConnectionId,
    /// The recorded layers of the connection, if it was opened for this exchange.
    layers: LayerCount,
    /// What the transport receives is encrypted.
    is_secure: bool,
    /// How many bytes of the body of the request are still kept.
    body: usize,
    marks: Vec<Mark>,
    /// What bytes without marks are a part of.
    rest: ReceivedPart,
}

impl ExchangeRecorder {
    /// Creates the recording of the exchanges of another place.
    #[must_use]
    pub fn new(recorder: Arc<Recorder>) -> Self {
        Self {
            place: recorder.place(),
            recorder,
            connection: ConnectionId(0),
            layers: LayerCount::default(),
            is_secure: false,
            body: 0,
            marks: Vec::new(),
            rest: ReceivedPart::Head,
        }
    }

    /// Records what the bytes are that the exchange has received so far, as far as that decides what is recorded of them. A
    /// driver calls this before each of the other methods.
    pub fn observe(&mut self, exchange: &mut Exchange) {
        if self.recorder.keeps_all() || self.connection == ConnectionId(0) {
            return;
        }
        exchange.mark_received();
        let rest = exchange.take_marks(&mut self.marks);
        if !self.marks.is_empty() || rest != self.rest {
            self.rest = rest;
            self.recorder.classify(self.connection, &mut self.marks, rest);
        }
    }

    /// Leaves the connection that the exchange has had.
    fn leave(&mut self) {
        if self.connection != ConnectionId(0) {
            self.recorder.release(self.place, self.connection);
        }
        (self.connection, self.is_secure, self.rest) = (ConnectionId(0), false, ReceivedPart::Head);
    }

    /// Returns the recorder.
    #[must_use]
    pub const fn recorder(&self) -> &Arc<Recorder> {
        &self.recorder
    }

    /// Records that an exchange starts.
    pub fn begin(
        &mut self,
        exchange: ExchangeId,
        request: &Request,
        options: &Arc<Options>,
        now: Mono,
    ) {
        self.leave();
        self.body = self.recorder.kept_of_body();
        let capture = self.recorder.options().capture;
        self.recorder.record(|state| {
            let (number, is_new) = state.clients.number(options);
            if is_new {
                state.frames.frame(FrameKind::Options, |to| {
                    number.store(to);
                    options.masked(capture).store(to);
                });
            }
            state.frames.timed(FrameKind::Begin, self.place, now, |to| {
                exchange.store(to);
                number.store(to);
                request.store_masked(capture, to);
            });
        });
    }

    /// Records [`Exchange::poll`].
    pub fn poll(&self, now: Mono) {
        self.call(FrameKind::Poll, now, |_| {});
    }

    /// Records [`Exchange::deadline`].
    pub fn ask_deadline(&self, now: Mono) {
        self.call(FrameKind::AskDeadline, now, |_| {});
    }

    /// Records [`Exchange::take_link`].
    pub fn take_link(&self, now: Mono) {
        self.call(FrameKind::TakeLink, now, |_| {});
    }

    /// Records [`Exchange::take_switched`].
    pub fn take_switched(&mut self, now: Mono) {
        self.call(FrameKind::TakeSwitched, now, |_| {});
        // What follows is not HTTP.
        self.recorder.classify(self.connection, &mut self.marks, ReceivedPart::Data);
    }

    /// Returns the recording of the connection that was taken.
    #[must_use]
    pub fn tunnel(&self) -> TunnelRecorder {
        TunnelRecorder::new(Arc::clone(&self.recorder), self.connection, self.is_secure)
    }

    /// Records [`Exchange::set_local_address`].
    pub fn local_address(&self, address: Option<SocketAddr>, now: Mono) {
        self.call(FrameKind::LocalAddress, now, |to| address.store(to));
    }

    /// Records the event that a lookup has ended.
    pub fn lookup_ended(&self, shared: bool, took: Duration, now: Mono) {
        self.call(FrameKind::LookupEnded, now, |to| (shared, took).store(to));
    }

    /// Records the event that the request waits for a connection.
    pub fn pool_full(&self, [limit, open, ahead]: [u64; 3], holders: &str, now: Mono) {
        self.call(FrameKind::PoolFull, now, |to| {
            (limit, (open, ahead)).store(to);
            store_bytes(holders.as_bytes(), to);
        });
    }

    /// Records [`Input::Reused`] with this connection.
    pub fn reused(&mut self, link: &Link, now: Mono) {
        self.leave();
        (self.connection, self.is_secure) = (link.connection(), link.is_secure());
        self.recorder.own(self.place, self.connection);
        self.call(FrameKind::Reused, now, |to| self.connection.store(to));
    }

    /// Records an input. What is received must be in the space of the exchange. Returns the input to hand to the exchange
    /// instead.
    #[must_use]
    pub fn input<'i>(&mut self, input: Input<'i>, exchange: &mut Exchange, now: Mono) -> Input<'i> {
        match &input {
            Input::Received(n) => {
                let space = exchange.space(*n);
                self.received(space.get(..*n).unwrap_or_default());
                self.call(FrameKind::Received, now, |to| n.store(to));
            }
            Input::Bytes(bytes) => {
                self.received(bytes);
                self.call(FrameKind::Bytes, now, |to| bytes.len().store(to));
            }
            Input::Body(data) => {
                let kept = self.body.min(data.len());
                self.body -= kept;
                self.recorder.body(self.place, data, kept);
                self.call(FrameKind::BodyPiece, now, |to| data.len().store(to));
            }
            Input::Reused(link) => self.reused(link, now),
            Input::Opened(connection) => {
                self.leave();
                self.connection = *connection;
                self.recorder.own(self.place, self.connection);
                self.layers = LayerCount::default();
                self.call(FrameKind::Opened, now, |to| connection.store(to));
            }
            Input::Secured(_) => {
                self.is_secure = true;
                self.call(FrameKind::Secured, now, |_| {});
            }
            input => self.plain_input(input, now),
        }
        match input {
            Input::Secured(layer) => {
                let (recorder, layers) = (Arc::clone(&self.recorder), Arc::clone(&self.layers));
                Input::Secured(Box::new(RecordedLayer::new(
                    layer,
                    recorder,
                    self.connection,
                    layers,
                )))
            }
            input => input,
        }
    }

    /// Records an input that has no effect on the recording itself.
    fn plain_input(&self, input: &Input<'_>, now: Mono) {
        match input {
            Input::Sent(n) => self.call(FrameKind::Sent, now, |to| n.store(to)),
            Input::Trusted(trust) => self.call(FrameKind::Trusted, now, |to| trust.store(to)),
            Input::Resolved(addresses) => self.call(FrameKind::Resolved, now, |to| {
                addresses.len().store(to);
                addresses.iter().for_each(|address| address.store(to));
            }),
            Input::Cookies(cookies) => {
                let cookies = masked_cookies(cookies, self.recorder.options().capture);
                self.call(FrameKind::Cookies, now, |to| cookies.store(to));
            }
            Input::Dialed(dial) => self.call(FrameKind::Dialed, now, |to| dial.store(to)),
            Input::DialFailed(dial, error) => self.call(FrameKind::DialFailed, now, |to| {
                dial.store(to);
                self.store_error(error, to);
            }),
            Input::Failed(error) => {
                self.call(FrameKind::Failed, now, |to| self.store_error(error, to));
            }
            Input::SendFailed(error) => {
                self.call(FrameKind::SendFailed, now, |to| self.store_error(error, to));
            }
            Input::ReceiveFailed(error) => {
                self.call(FrameKind::ReceiveFailed, now, |to| self.store_error(error, to));
            }
            Input::BodyFailed(error) => {
                self.call(FrameKind::BodyFailed, now, |to| self.store_error(error, to));
            }
            Input::BodyEnd(trailers) => {
                let trailers = self.recorder.options().capture.masked_fields(*trailers);
                self.call(FrameKind::BodyEnd, now, |to| trailers.store(to));
            }
            Input::Eof => self.call(FrameKind::Eof, now, |_| {}),
            Input::Timeout => self.call(FrameKind::Timeout, now, |_| {}),
            Input::Pause => self.call(FrameKind::Pause, now, |_| {}),
            Input::Hold(holds) => self.call(FrameKind::Hold, now, |to| holds.store(to)),
            Input::Discard => self.call(FrameKind::Discard, now, |_| {}),
            Input::Cancel => self.call(FrameKind::Cancel, now, |_| {}),
            // input() records the others.
            Input::Received(_)
            | Input::Bytes(_)
            | Input::Body(_)
            | Input::Reused(_)
            | Input::Opened(_)
            | Input::Secured(_) => {}
        }
    }

    /// Stores an error, whose text may contain secrets.
    fn store_error(&self, error: &Error, to: &mut Vec<u8>) {
        store_error(error, self.recorder.options().capture, to);
    }

    /// Records a call with its arguments.
    #[inline]
    fn call(&self, kind: FrameKind, now: Mono, arguments: impl FnOnce(&mut Vec<u8>)) {
        self.recorder.record(|state| state.frames.timed(kind, self.place, now, arguments));
    }

    /// Records bytes that the transport has received.
    fn received(&self, bytes: &[u8]) {
        if !self.is_secure || self.recorder.keeps_ciphertext() {
            let stream = Stream::received(self.connection);
            match self.is_secure {
                true => self.recorder.tape(stream, bytes),
                false => self.recorder.plaintext(Some(self.place), stream, bytes),
            }
        }
    }
}

impl Recorder {
    /// Records that an idle connection is closed.
    pub fn retired(&self, connection: ConnectionId, why: Retirement, now: Mono) {
        self.record(|state| {
            state.frames.timed(FrameKind::Retired, connection.0, now, |to| why.store(to));
        });
    }
}

impl Drop for ExchangeRecorder {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Returns cookies with their values overwritten by asterisks of the same length, unless secrets are shown.
fn masked_cookies(cookies: &[u8], capture: Capture) -> Box<[u8]> {
    let mut masked = cookies.to_vec();
    if !capture.shows_secrets() {
        for pair in masked.split_mut(|byte| *byte == b';') {
            let value = pair.iter().position(|byte| *byte == b'=').map_or(0, |end| end + 1);
            pair[value..].fill(b'*');
        }
    }
    masked.into()
}

/// Stores an error, with the secrets of its text hidden.
pub(crate) fn store_error(error: &Error, capture: Capture, to: &mut Vec<u8>) {
    error.store_shown(&|text| capture.text(text).into_owned(), to);
}

/// Stores bytes after their number.
pub(crate) fn store_bytes(bytes: &[u8], to: &mut Vec<u8>) {
    bytes.len().store(to);
    to.extend_from_slice(bytes);
}
