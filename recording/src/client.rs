//! Recording the inputs of a client's exchanges.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use limpid_core::client::{Exchange, Input, Options, Request, Retirement};
use limpid_core::fields::FieldBlock;
use limpid_core::internal::Stored;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, ExchangeId};
use limpid_core::transport::Link;

use crate::format::FrameKind;
use crate::layer::{LayerCount, RecordedLayer};
use crate::recorder::Recorder;
use crate::tape::Stream;

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
/// # let everything = RecorderOptions::with(|options| options.capture = limpid_core::trace::Capture::Everything);
/// # let directory = std::env::temp_dir().join(format!("limpid-exchange-recorder-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("requests.limpid");
/// let recorder = Recorder::create(&path, everything)?;
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
        }
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
        (self.connection, self.is_secure) = (ConnectionId(0), false);
        self.body = self.recorder.kept_of_body();
        self.recorder.record(|state| {
            let (number, is_new) = state.clients.number(options);
            if is_new {
                state.frames.frame(FrameKind::Options, |to| {
                    number.store(to);
                    options.store(to);
                });
            }
            state.frames.timed(FrameKind::Begin, self.place, now, |to| {
                exchange.store(to);
                number.store(to);
                request.store(to);
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
    pub fn take_switched(&self, now: Mono) {
        self.call(FrameKind::TakeSwitched, now, |_| {});
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
        (self.connection, self.is_secure) = (link.connection(), link.is_secure());
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
                (self.connection, self.is_secure) = (*connection, false);
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
            Input::Dialed(dial) => self.call(FrameKind::Dialed, now, |to| dial.store(to)),
            Input::DialFailed(dial, error) => self.call(FrameKind::DialFailed, now, |to| {
                dial.store(to);
                error.store(to);
            }),
            Input::Failed(error) => self.call(FrameKind::Failed, now, |to| error.store(to)),
            Input::SendFailed(error) => self.call(FrameKind::SendFailed, now, |to| error.store(to)),
            Input::ReceiveFailed(error) => {
                self.call(FrameKind::ReceiveFailed, now, |to| error.store(to));
            }
            Input::BodyFailed(error) => self.call(FrameKind::BodyFailed, now, |to| error.store(to)),
            Input::BodyEnd(trailers) => {
                let trailers = FieldBlock::from(*trailers);
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

    /// Records a call with its arguments.
    #[inline]
    fn call(&self, kind: FrameKind, now: Mono, arguments: impl FnOnce(&mut Vec<u8>)) {
        self.recorder.record(|state| state.frames.timed(kind, self.place, now, arguments));
    }

    /// Records bytes that the transport has received.
    fn received(&self, bytes: &[u8]) {
        if !self.is_secure || self.recorder.keeps_ciphertext() {
            self.recorder.tape(Stream::received(self.connection), bytes);
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

    /// Returns how many bytes of a body are kept.
    fn kept_of_body(&self) -> usize {
        let options = self.options();
        match options.bodies {
            _ if !options.capture.shows_bytes() => 0,
            Some(most) => usize::try_from(most).unwrap_or(usize::MAX),
            None => usize::MAX,
        }
    }
}

/// Stores bytes after their number.
pub(crate) fn store_bytes(bytes: &[u8], to: &mut Vec<u8>) {
    bytes.len().store(to);
    to.extend_from_slice(bytes);
}
