//! Connections that have left HTTP/1.1, with the sink of their events.

use limpid_core::error::MisuseError;
use limpid_core::time::Mono;
use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
use limpid_core::transport::{LayerError, Switched};

use crate::clock::Clock;
use crate::machine_input::{MachineInput, RecordedInput};
use crate::recording::TunnelRecorder;
use crate::settings::SharedSink;

/// A connection that has left HTTP/1.1, with the clock and the sink of its client or server.
///
/// The methods are those of [`Switched`], which has an example.
pub struct Tunnel {
    /// Changed only by [`enter`](Self::enter), apart from its buffers.
    switched: Switched,
    clock: Clock,
    /// The time of the last clock reading. Only the end of input has a time.
    now: Mono,
    sink: SharedSink,
    /// The recording, if the client or server has a recorder.
    recorder: Option<TunnelRecorder>,
}

impl Tunnel {
    pub(crate) fn new(
        switched: Switched,
        sink: SharedSink,
        recorder: Option<TunnelRecorder>,
    ) -> Self {
        let clock = Clock::start();
        Self { switched, clock, now: clock.now(), sink, recorder }
    }

    /// Passes an input to the connection. All inputs pass here, and nothing else changes its behaviour, so that
    /// recorded inputs can be replayed.
    #[inline(always)]
    fn enter<I: RecordedInput<Switched, TunnelRecorder>>(&mut self, input: I) -> I::Output {
        let input = match &mut self.recorder {
            Some(recorder) => input.record(recorder, &mut self.switched, self.now),
            None => input,
        };
        input.enter(&mut self.switched, self.now, &self.sink)
    }

    /// Reads decrypted bytes: [`Switched::read`].
    ///
    /// # Errors
    /// As [`Switched::read`].
    pub fn read(&mut self, room: &mut [u8]) -> Result<Option<usize>, LayerError> {
        self.enter(Read(room))
    }

    /// Writes bytes: [`Switched::write`].
    ///
    /// # Errors
    /// As [`Switched::write`].
    pub fn write(&mut self, data: &[u8]) -> Result<usize, LayerError> {
        let taken = self.enter(Write(data));
        if let Some(recorder) = &mut self.recorder {
            // A layer that has failed fails again, whatever it is given.
            let n = *taken.as_ref().unwrap_or(&data.len().min(1));
            recorder.written(&data[..n], self.now);
        }
        taken
    }

    /// Ends this side's direction: [`Switched::close`].
    pub fn close(&mut self) {
        self.enter(Close);
    }

    /// Returns whether this side's direction has ended.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.switched.is_closed()
    }

    /// Returns a buffer to read from the transport into, of the size that the limits say.
    pub fn space(&mut self) -> &mut [u8] {
        self.switched.space(self.switched.read_size())
    }

    /// Handles `n` bytes that were read into the last [`space`](Self::space).
    ///
    /// # Errors
    /// As [`Switched::handle_received`].
    pub fn handle_received(&mut self, n: usize) -> Result<(), MisuseError> {
        self.enter(Received(n))
    }

    /// Emits an event of its user.
    #[cold]
    pub fn emit<'e>(&self, kind: EventKind, event: impl FnOnce() -> TraceEvent<'e>) {
        let mut scope = Scope::connection(self.switched.connection());
        Cx::new(self.clock.now(), &self.sink, &mut scope).emit(kind, event);
    }

    /// Handles the end of input: the peer has closed its direction of the transport.
    pub fn handle_eof(&mut self) {
        self.now = self.clock.now();
        self.enter(Eof);
    }

    /// Returns the bytes for the transport.
    #[must_use]
    pub fn out(&self) -> &[u8] {
        self.switched.out()
    }

    /// Removes the first `n` bytes of [`out`](Self::out), which the transport took.
    ///
    /// # Errors
    /// As [`Switched::handle_sent`].
    pub fn handle_sent(&mut self, n: usize) -> Result<(), MisuseError> {
        self.enter(Sent(n))
    }
}

/// A call that reads decrypted bytes.
struct Read<'r>(&'r mut [u8]);

/// A call that writes bytes.
struct Write<'d>(&'d [u8]);

/// A call that ends this side's direction.
struct Close;

/// A call for bytes that were received.
struct Received(usize);

/// A call for bytes that were sent.
struct Sent(usize);

/// A call for the end of input.
struct Eof;

impl MachineInput<Switched> for Read<'_> {
    type Output = Result<Option<usize>, LayerError>;

    #[inline(always)]
    fn enter(self, switched: &mut Switched, _: Mono, _: &SharedSink) -> Self::Output {
        switched.read(self.0)
    }
}

impl MachineInput<Switched> for Write<'_> {
    type Output = Result<usize, LayerError>;

    #[inline(always)]
    fn enter(self, switched: &mut Switched, _: Mono, _: &SharedSink) -> Self::Output {
        switched.write(self.0)
    }
}

impl MachineInput<Switched> for Close {
    type Output = ();

    #[inline(always)]
    fn enter(self, switched: &mut Switched, _: Mono, _: &SharedSink) {
        switched.close();
    }
}

impl MachineInput<Switched> for Received {
    type Output = Result<(), MisuseError>;

    #[inline(always)]
    fn enter(self, switched: &mut Switched, _: Mono, _: &SharedSink) -> Self::Output {
        switched.handle_received(self.0)
    }
}

impl MachineInput<Switched> for Sent {
    type Output = Result<(), MisuseError>;

    #[inline(always)]
    fn enter(self, switched: &mut Switched, _: Mono, _: &SharedSink) -> Self::Output {
        switched.handle_sent(self.0)
    }
}

impl MachineInput<Switched> for Eof {
    type Output = ();

    #[inline(always)]
    fn enter(self, switched: &mut Switched, now: Mono, sink: &SharedSink) {
        switched.handle_eof(now, sink);
    }
}

impl RecordedInput<Switched, TunnelRecorder> for Read<'_> {
    fn record(self, recorder: &mut TunnelRecorder, _: &mut Switched, now: Mono) -> Self {
        recorder.read(self.0.len(), now);
        self
    }
}

impl RecordedInput<Switched, TunnelRecorder> for Write<'_> {
    /// Records nothing: how many bytes the connection takes is known after the call.
    fn record(self, _: &mut TunnelRecorder, _: &mut Switched, _: Mono) -> Self {
        self
    }
}

impl RecordedInput<Switched, TunnelRecorder> for Close {
    fn record(self, recorder: &mut TunnelRecorder, _: &mut Switched, now: Mono) -> Self {
        recorder.close(now);
        self
    }
}

impl RecordedInput<Switched, TunnelRecorder> for Received {
    fn record(self, recorder: &mut TunnelRecorder, switched: &mut Switched, now: Mono) -> Self {
        let space = switched.space(self.0);
        recorder.received(space.get(..self.0).unwrap_or_default(), now);
        self
    }
}

impl RecordedInput<Switched, TunnelRecorder> for Sent {
    fn record(self, recorder: &mut TunnelRecorder, _: &mut Switched, now: Mono) -> Self {
        recorder.sent(self.0, now);
        self
    }
}

impl RecordedInput<Switched, TunnelRecorder> for Eof {
    fn record(self, recorder: &mut TunnelRecorder, _: &mut Switched, now: Mono) -> Self {
        recorder.eof(now);
        self
    }
}

impl std::fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.switched.fmt(f)
    }
}
