//! Events as curl shows them with `-v`.

mod certificate;
mod failure;
mod heads;
mod notes;
mod state;

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::trace::{Capture, Interest, Level, Meta, Sink, TraceEvent};

pub(crate) use self::notes::Notes;
use crate::output::{Output, WriteFailures};

/// A sink that writes what `curl -v` prints: lines with `*` for what happens, with `>` for the heads of requests, and
/// with `<` for those of responses, trailer fields included.
///
/// The words are those of curl 7.88 where curl has a line, and limpid's where it has none. curl counts connections from
/// 0, so the connection that other sinks call 1 is `#0` here. What curl prints of its own machinery is left out: the
/// messages of a TLS handshake, its cache of connections, its buffers. Secrets are hidden as in every sink, which curl
/// does not do, and characters that control a terminal are escaped.
///
/// The lines of an event are one `write_all` and a `flush`. A writer that fails affects nothing else: its lines are lost,
/// and [`failures`](Self::failures) counts them.
///
/// ```
/// use limpid_core::fields::FieldBlock;
/// use limpid_core::http1::{ResponseHead, Version};
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::CurlSink;
///
/// let sink = CurlSink::new(Vec::new());
/// let mut fields = FieldBlock::new();
/// fields.push(b"Content-Length", b"0");
/// let fields = fields.fields();
/// let head = ResponseHead { version: Version::HTTP_11, status: 200, reason: b"OK", fields };
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// let kind = EventKind::ReceiveResponseHeadersComplete;
/// cx.emit(kind, || TraceEvent::ReceiveResponseHeadersComplete { head });
/// assert_eq!(sink.into_writer(), b"< HTTP/1.1 200 OK\n< Content-Length: 0\n< \n");
/// ```
pub struct CurlSink<W> {
    state: Mutex<WriterState<W>>,
}

struct WriterState<W> {
    output: Output<W>,
    notes: Notes,
    /// The lines of the event.
    text: String,
}

impl CurlSink<io::Stderr> {
    /// Returns a sink that writes to standard error.
    #[must_use]
    pub fn stderr() -> Self {
        // There is no output for a failure of standard error.
        Self::over(Output::new(io::stderr(), false))
    }
}

impl<W: io::Write> CurlSink<W> {
    /// Returns a sink that writes to `writer`. The first failure of the writer is printed to standard error.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self::over(Output::new(writer, true))
    }

    fn over(output: Output<W>) -> Self {
        let notes = Notes::new("* ");
        Self { state: Mutex::new(WriterState { output, notes, text: String::new() }) }
    }

    /// Sets how much lines may show: [`Capture::Default`] by default.
    #[must_use]
    pub fn capture(self, capture: Capture) -> Self {
        self.state().notes.capture = capture;
        self
    }

    /// Returns the failures of the writer so far.
    pub fn failures(&self) -> WriteFailures {
        self.state().output.failures()
    }

    /// Returns the writer.
    pub fn into_writer(self) -> W {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).output.into_writer()
    }

    fn state(&self) -> MutexGuard<'_, WriterState<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the events that become lines: all but the bytes.
pub(crate) fn interest() -> Interest {
    Interest::matching(|event| event.level >= Level::Debug)
}

impl<W: io::Write> Sink for CurlSink<W> {
    fn interest(&self) -> Interest {
        interest()
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let mut state = self.state();
        let WriterState { output, notes, text } = &mut *state;
        text.clear();
        notes.before(meta, event, text);
        heads::push(event, notes.capture, text);
        notes.after(meta, event, text);
        if !text.is_empty() {
            output.line(text.as_bytes());
        }
    }
}

impl<W> Debug for CurlSink<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("CurlSink").finish_non_exhaustive()
    }
}
