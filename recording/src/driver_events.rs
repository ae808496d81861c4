//! Events of a driver outside exchanges, which no machine makes again.

use limpid_core::internal::{Reader, Stored};
use limpid_core::time::Mono;
use limpid_core::trace::{EventKind, Interest, Meta, Sink, TraceEvent};

use crate::client::store_bytes;
use crate::format::FrameKind;
use crate::recorder::Recorder;

/// A sink that records the events of a driver outside exchanges. A driver emits these to it and to its own sink.
///
/// ```
/// use limpid_core::trace::{EventKind, Sink};
/// use limpid_recording::{Recorder, RecorderOptions};
///
/// # let directory = std::env::temp_dir().join(format!("limpid-driver-events-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// let recorder = Recorder::create(directory.join("requests.limpid"), RecorderOptions::default())?;
/// assert!(recorder.driver_events().interest().contains(EventKind::LoadVerifyFile));
/// # drop(recorder);
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DriverEvents<'r> {
    recorder: &'r Recorder,
}

impl Recorder {
    /// Returns the sink for events of a driver outside exchanges.
    #[must_use]
    pub const fn driver_events(&self) -> DriverEvents<'_> {
        DriverEvents { recorder: self }
    }
}

/// The numbers of the events.
mod tag {
    pub(super) const SSL_CONTEXT: u8 = 0;
    pub(super) const VERIFY_FILE: u8 = 1;
    pub(super) const VERIFY_DIRECTORY: u8 = 2;
}

impl Sink for DriverEvents<'_> {
    fn interest(&self) -> Interest {
        Interest::only(EventKind::LoadSslContext)
            .with(Interest::only(EventKind::LoadVerifyFile))
            .with(Interest::only(EventKind::LoadVerifyDirectory))
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        self.recorder.record(|state| {
            state.frames.timed(FrameKind::Event, meta.seq, meta.at, |to| match event {
                TraceEvent::LoadSslContext { verify, cert, key } => {
                    to.push(tag::SSL_CONTEXT);
                    verify.store(to);
                    for file in [cert, key] {
                        file.map(String::from).store(to);
                    }
                }
                TraceEvent::LoadVerifyFile { cafile } => {
                    to.push(tag::VERIFY_FILE);
                    store_bytes(cafile.as_bytes(), to);
                }
                TraceEvent::LoadVerifyDirectory { capath } => {
                    to.push(tag::VERIFY_DIRECTORY);
                    store_bytes(capath.as_bytes(), to);
                }
                // The interest contains no others.
                _ => {}
            });
        });
    }
}

/// Emits a recorded event. Returns `None` if it cannot be read.
pub(crate) fn emit(seq: u64, at: Mono, from: &mut Reader<'_>, sink: &dyn Sink) -> Option<()> {
    let (verify, texts);
    let event = match from.read::<u8>()? {
        tag::SSL_CONTEXT => {
            verify = from.read()?;
            texts = [from.read::<Option<String>>()?, from.read()?];
            let [cert, key] = texts.each_ref().map(Option::as_deref);
            TraceEvent::LoadSslContext { verify, cert, key }
        }
        tag::VERIFY_FILE => TraceEvent::LoadVerifyFile { cafile: text(from)? },
        tag::VERIFY_DIRECTORY => TraceEvent::LoadVerifyDirectory { capath: text(from)? },
        _ => return None,
    };
    let mut meta = Meta::new(event.kind());
    (meta.at, meta.seq) = (at, seq);
    if sink.interest().contains(meta.kind) {
        sink.event(&meta, &event);
    }
    Some(())
}

fn text<'b>(from: &mut Reader<'b>) -> Option<&'b str> {
    str::from_utf8(from.counted_bytes()?).ok()
}
