//! Dumps of the plaintext of connections, in the form of `curl --trace-ascii`.

mod dump;

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::trace::{Capture, Interest, Meta, Sink, TraceEvent};

use crate::curl::Notes;
use crate::output::{Output, WriteFailures};
use crate::plaintext::{self, Direction, Head, Part, Piece, Plaintext, head_of};

/// A sink that writes the bytes of HTTP in both directions, with their offsets, as `curl --trace-ascii` does: those below
/// a layer such as TLS are plaintext here. Between them are the lines that [`CurlSink`](crate::CurlSink) writes with `*`.
///
/// Bytes are written with [`Capture::Everything`]. Otherwise heads are written from their fields, with their secrets
/// hidden, and of data only the size. A line says so once.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Capture, ConnectionId, Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::AsciiSink;
///
/// let sink = AsciiSink::new(Vec::new()).capture(Capture::Everything);
/// let mut scope = Scope::connection(ConnectionId(1));
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// let (layer, offset, bytes) = ("http", 0, b"hello\n");
/// cx.emit(EventKind::Switched, || TraceEvent::Switched { leftover: 0 });
/// cx.emit(EventKind::BytesSent, || TraceEvent::BytesSent { layer, offset, bytes });
///
/// let dump = String::from_utf8(sink.into_writer())?;
/// assert!(dump.ends_with("=> Send data, 6 bytes (0x6)\n0000: hello.\n"), "{dump}");
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
pub struct AsciiSink<W> {
    state: Mutex<WriterState<W>>,
}

struct WriterState<W> {
    output: Output<W>,
    notes: Notes,
    plaintext: Plaintext,
    /// The lines of the event.
    text: String,
    /// Whether a line has said that data is not shown.
    has_explained: bool,
}

impl<W: io::Write> AsciiSink<W> {
    /// Returns a sink that writes to `writer`. The first failure of the writer is printed to standard error.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self::over(Output::new(writer, true))
    }

    fn over(output: Output<W>) -> Self {
        Self {
            state: Mutex::new(WriterState {
                output,
                notes: Notes::new("== Info: "),
                plaintext: Plaintext::default(),
                text: String::new(),
                has_explained: false,
            }),
        }
    }

    /// Sets how much may be shown: [`Capture::Default`] by default.
    #[must_use]
    pub fn capture(self, capture: Capture) -> Self {
        self.state().notes.capture = capture;
        self
    }

    /// Sets the name of the dump in the message about the first failure of the writer: `log lines` by default.
    #[must_use]
    pub fn named(self, lines: &str) -> Self {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let output = state.output.named(lines.to_owned());
        Self { state: Mutex::new(WriterState { output, ..state }) }
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

impl<W: io::Write> Sink for AsciiSink<W> {
    fn interest(&self) -> Interest {
        plaintext::interest()
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let mut state = self.state();
        let WriterState { output, notes, plaintext, text, has_explained } = &mut *state;
        let capture = notes.capture;
        text.clear();
        notes.before(meta, event, text);
        if !capture.shows_bytes()
            && let Some(head) = head_of(event, capture)
        {
            if !std::mem::replace(has_explained, true) {
                text.push_str(EXPLANATION);
            }
            push_head(&head, text);
        }
        plaintext.event(meta, event, &mut |piece| push(piece, capture, text));
        notes.after(meta, event, text);
        if !text.is_empty() {
            output.line(text.as_bytes());
        }
    }
}

const EXPLANATION: &str = "== Info: Secrets of heads are hidden, and of data only the size is shown: capture \
                           everything shows the bytes\n";

/// Appends a head in the form in which it may be shown. curl has one title for all lines of a sent head, and one for each
/// line of a received one.
fn push_head(head: &Head, out: &mut String) {
    match head.direction {
        Direction::Sent => {
            let shown: Vec<u8> = head.lines.iter().flat_map(|line| &line.shown).copied().collect();
            let size = head.lines.iter().map(|line| line.size).sum();
            dump::push(SEND_HEADER, size, &shown, out);
        }
        Direction::Received => {
            for line in &head.lines {
                dump::push(RECV_HEADER, line.size, &line.shown, out);
            }
        }
    }
}

const SEND_HEADER: &str = "=> Send header";
const RECV_HEADER: &str = "<= Recv header";

fn push(piece: Piece<'_>, capture: Capture, out: &mut String) {
    let Piece { direction, part, bytes, .. } = piece;
    match (part, direction) {
        (Part::Head, _) if !capture.shows_bytes() => {}
        (Part::Head, Direction::Sent) => dump::push(SEND_HEADER, bytes.len(), bytes, out),
        (Part::Head, Direction::Received) => {
            for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                dump::push(RECV_HEADER, line.len(), line, out);
            }
        }
        (Part::Data, _) => {
            let title = match direction {
                Direction::Sent => "=> Send data",
                Direction::Received => "<= Recv data",
            };
            let shown = if capture.shows_bytes() { bytes } else { &[] };
            dump::push(title, bytes.len(), shown, out);
        }
    }
}

impl<W> Debug for AsciiSink<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsciiSink").finish_non_exhaustive()
    }
}
