//! Recording the inputs of served connections.

use std::net::SocketAddr;
use std::sync::Arc;

use limpid_core::fields::FieldBlock;
use limpid_core::internal::{Mark, ReceivedPart, Stored};
use limpid_core::server::{Input, Options, Session};
use limpid_core::time::Mono;
use limpid_core::trace::ConnectionId;
use limpid_core::transport::Layer;

use crate::client::{store_bytes, store_error};
use crate::format::FrameKind;
use crate::layer::{LayerCount, RecordedLayer};
use crate::recorder::Recorder;
use crate::stream::Stream;
use crate::tunnel::TunnelRecorder;

/// The recording of a served connection.
///
/// A driver calls [`observe`](Self::observe), and then the method for a call of the session, before it makes that call. The
/// servers of limpid's drivers do so if their builder has a [`Recorder`]:
///
/// ```
/// use limpid_core::server::{Action, Input, Session};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, NoSink};
/// use limpid_recording::{Recorder, RecorderOptions, SessionRecorder};
///
/// # let directory = std::env::temp_dir().join(format!("limpid-session-recorder-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// let recorder = Recorder::create(directory.join("requests.limpid"), RecorderOptions::default())?;
/// let (connection, options, now) = (ConnectionId(1), Default::default(), Mono::default());
/// let mut recording = SessionRecorder::new(recorder, connection, None, &options, now);
/// let mut session = Session::new(connection, None, options);
///
/// recording.observe(&mut session);
/// recording.poll(now);
/// assert!(matches!(session.poll(now, &NoSink), Action::Wait(_)));
/// recording.input(&Input::Eof, &mut session, now);
/// Input::Eof.hand_to(&mut session, now, &NoSink)?;
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SessionRecorder {
    recorder: Arc<Recorder>,
    /// The number of the place in memory.
    place: u64,
    connection: ConnectionId,
    /// The number of recorded layers.
    layers: LayerCount,
    /// What the transport receives is encrypted.
    is_secure: bool,
    /// How many bytes of the body of the response are still kept.
    body: usize,
    marks: Vec<Mark>,
    /// What bytes without marks are a part of.
    rest: ReceivedPart,
}

impl SessionRecorder {
    /// Starts the recording of an accepted connection.
    #[must_use]
    pub fn new(
        recorder: Arc<Recorder>,
        connection: ConnectionId,
        peer: Option<SocketAddr>,
        options: &Arc<Options>,
        now: Mono,
    ) -> Self {
        let place = recorder.place();
        recorder.record(|state| {
            let (number, is_new) = state.servers.number(options);
            if is_new {
                state.frames.frame(FrameKind::ServerOptions, |to| {
                    number.store(to);
                    options.store(to);
                });
            }
            state.frames.timed(FrameKind::Accepted, place, now, |to| {
                connection.store(to);
                peer.store(to);
                number.store(to);
            });
        });
        recorder.own(place, connection);
        Self {
            place,
            connection,
            layers: LayerCount::default(),
            is_secure: false,
            body: 0,
            marks: Vec::new(),
            rest: ReceivedPart::Head,
            recorder,
        }
    }

    /// Records what the bytes are that the session has received so far, as far as that decides what is recorded of them.
    pub fn observe(&mut self, session: &mut Session) {
        if self.recorder.keeps_all() {
            return;
        }
        session.mark_received();
        let rest = session.take_marks(&mut self.marks);
        if !self.marks.is_empty() || rest != self.rest {
            self.rest = rest;
            self.recorder.classify(self.connection, &mut self.marks, rest);
        }
    }

    /// Records [`Session::poll`].
    pub fn poll(&self, now: Mono) {
        self.call(FrameKind::SessionPoll, now, |_| {});
    }

    /// Records [`Session::deadline`].
    pub fn ask_deadline(&self, now: Mono) {
        self.call(FrameKind::SessionDeadline, now, |_| {});
    }

    /// Records [`Session::take_switched`].
    pub fn take_switched(&mut self, now: Mono) {
        self.call(FrameKind::SessionSwitched, now, |_| {});
        // What follows is not HTTP.
        self.recorder.classify(self.connection, &mut self.marks, ReceivedPart::Data);
    }

    /// Returns the recording of the connection that was taken.
    #[must_use]
    pub fn tunnel(&self) -> TunnelRecorder {
        TunnelRecorder::new(Arc::clone(&self.recorder), self.connection, self.is_secure)
    }

    /// Records [`Session::space`], which may release the bytes of the last event.
    pub fn space(&self, min: usize, now: Mono) {
        self.call(FrameKind::Space, now, |to| min.store(to));
    }

    /// Returns the layer to hand to the session instead of this one, which records what this one does.
    #[must_use]
    pub fn layer(&self, layer: Box<dyn Layer>) -> Box<dyn Layer> {
        let (recorder, layers) = (Arc::clone(&self.recorder), Arc::clone(&self.layers));
        Box::new(RecordedLayer::new(layer, recorder, self.connection, layers))
    }

    /// Records an input. What is received must be in the space of the session.
    pub fn input(&mut self, input: &Input<'_>, session: &mut Session, now: Mono) {
        match input {
            Input::Received(n) => {
                let space = session.space(*n);
                self.received(space.get(..*n).unwrap_or_default());
                self.call(FrameKind::SessionReceived, now, |to| n.store(to));
            }
            Input::Secured(_) => {
                self.is_secure = true;
                self.call(FrameKind::SessionSecured, now, |_| {});
            }
            Input::Respond(status, size) => {
                self.body = self.recorder.kept_of_body();
                self.call_with_fields(FrameKind::Respond, session, now, |to| {
                    status.store(to);
                    size.store(to);
                });
            }
            Input::Answer(status, body) => {
                self.body = self.recorder.kept_of_body();
                self.body(body);
                self.call_with_fields(FrameKind::Answer, session, now, |to| {
                    status.store(to);
                    body.len().store(to);
                });
            }
            Input::Send(data) => {
                self.body(data);
                self.call(FrameKind::Send, now, |to| data.len().store(to));
            }
            Input::Finish => self.call_with_fields(FrameKind::Finish, session, now, |_| {}),
            Input::Handled(outcome) => {
                self.call_with_fields(FrameKind::Handled, session, now, |to| outcome.store(to));
            }
            Input::HandlerFailed(error) => {
                let text = self.recorder.options().capture.text(error).into_owned();
                self.call_with_fields(FrameKind::HandlerFailed, session, now, |to| text.store(to));
            }
            input => self.plain_input(input, now),
        }
    }

    /// Records an input that has no effect on the recording itself.
    fn plain_input(&self, input: &Input<'_>, now: Mono) {
        match input {
            Input::Date(unix) => self.call(FrameKind::Date, now, |to| unix.store(to)),
            Input::Number(exchange) => self.call(FrameKind::Number, now, |to| exchange.store(to)),
            Input::Sent(n) => self.call(FrameKind::SessionSent, now, |to| n.store(to)),
            Input::Eof => self.call(FrameKind::SessionEof, now, |_| {}),
            Input::HalfClose => self.call(FrameKind::HalfClose, now, |_| {}),
            Input::Failed(error) => self.call(FrameKind::SessionFailed, now, |to| {
                store_error(error, self.recorder.options().capture, to);
            }),
            Input::Timeout => self.call(FrameKind::SessionTimeout, now, |_| {}),
            Input::Shutdown(grace) => self.call(FrameKind::Shutdown, now, |to| grace.store(to)),
            Input::Crowding => self.call(FrameKind::Crowding, now, |_| {}),
            Input::Cancel => self.call(FrameKind::SessionCancel, now, |_| {}),
            Input::ReadBody => self.call(FrameKind::ReadBody, now, |_| {}),
            Input::Flush => self.call(FrameKind::Flush, now, |_| {}),
            Input::Reason(phrase) => {
                let mut phrase = phrase.to_vec();
                self.recorder.options().capture.mask_phrase(&mut phrase);
                self.call(FrameKind::Reason, now, |to| store_bytes(&phrase, to));
            }
            // input() records the others.
            Input::Secured(_)
            | Input::Received(_)
            | Input::Respond(..)
            | Input::Answer(..)
            | Input::Send(_)
            | Input::Finish
            | Input::Handled(_)
            | Input::HandlerFailed(_) => {}
        }
    }

    /// Records a call with its arguments.
    #[inline]
    fn call(&self, kind: FrameKind, now: Mono, arguments: impl FnOnce(&mut Vec<u8>)) {
        self.recorder.record(|state| state.frames.timed(kind, self.place, now, arguments));
    }

    /// Records a call that uses the fields that the handler has set.
    fn call_with_fields(
        &self,
        kind: FrameKind,
        session: &mut Session,
        now: Mono,
        arguments: impl FnOnce(&mut Vec<u8>),
    ) {
        let capture = self.recorder.options().capture;
        let fields = session.fields().fields();
        self.call(kind, now, |to| {
            match fields.is_empty() || capture.shows_secrets() {
                true => FieldBlock::from(fields).store(to),
                false => capture.masked_fields(fields).store(to),
            }
            arguments(to);
        });
    }

    /// Records the next piece of the body of the response.
    fn body(&mut self, data: &[u8]) {
        let kept = self.body.min(data.len());
        self.body -= kept;
        self.recorder.body(self.place, data, kept);
    }

    /// Records bytes that the transport has received.
    fn received(&self, bytes: &[u8]) {
        if self.is_secure && !self.recorder.keeps_ciphertext() {
            return;
        }
        let stream = Stream::received(self.connection);
        match self.is_secure {
            true => self.recorder.tape(stream, bytes),
            false => self.recorder.plaintext(Some(self.place), stream, bytes),
        }
    }
}

impl Drop for SessionRecorder {
    fn drop(&mut self) {
        self.recorder.release(self.place, self.connection);
    }
}
