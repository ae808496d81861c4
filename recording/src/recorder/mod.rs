//! The recorder: it buffers frames and writes them to a file.

mod frames;
mod interned;
mod options;
mod output;
mod plaintext;
mod state;
mod stop;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub(crate) use frames::unzigzag;
pub use options::RecorderOptions;
pub(crate) use output::numbered;
pub(crate) use plaintext::{keeps_all, kept_of_body, tape};
use state::State;
pub use stop::Stop;

/// How long bytes stay in memory at most, but for the time that writing takes.
const DELAY: Duration = Duration::from_millis(50);

/// A recorder: it writes every input of the machines that it is given to, to one file.
///
/// ```
/// use limpid_core::trace::Capture;
/// use limpid_recording::{Recorder, RecorderOptions};
///
/// # let directory = std::env::temp_dir().join(format!("limpid-recorder-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("requests.limpid");
/// let options = RecorderOptions::with(|options| options.capture = Capture::Everything);
/// let recorder = Recorder::create(&path, options)?;
/// // ClientBuilder::recorder takes it.
/// recorder.close();
/// assert!(std::fs::read(&path)?.starts_with(b"limpid recording 1; capture: everything; "));
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Several clients and servers can share a recorder. A file is readable for its owner alone. At most 64 KiB or what is
/// 100 milliseconds old is in memory, so the death of the process loses no more. If the file cannot be written, or is
/// full, the recording ends; requests are not affected. [`stop`](Self::stop) says why, and
/// [`missing`](Self::missing) how much is missing. The first error of the file is printed to standard error.
#[derive(Debug)]
pub struct Recorder {
    options: RecorderOptions,
    shared: Arc<Shared>,
    /// Writes what is in memory for long.
    flusher: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Wakes the thread that flushes.
    wake: Condvar,
    /// How many records were not kept.
    missing: AtomicU64,
    /// The number of places in memory.
    places: AtomicU64,
}

impl Recorder {
    /// Creates a file, or empties one, and records to it.
    ///
    /// # Errors
    /// The file cannot be created, or the system has no more threads.
    pub fn create(path: impl AsRef<Path>, options: RecorderOptions) -> io::Result<Arc<Self>> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State::create(path.as_ref(), options)?),
            wake: Condvar::new(),
            missing: AtomicU64::new(0),
            places: AtomicU64::new(0),
        });
        let flushed = Arc::clone(&shared);
        let flusher = thread::Builder::new()
            .name("limpid-recorder".into())
            .spawn(move || flushed.flush_regularly())?;
        Ok(Arc::new(Self { options, shared, flusher: Mutex::new(Some(flusher)) }))
    }

    /// Ends the recording: what is in memory is written, and nothing is recorded any more. This happens also when the
    /// recorder is dropped.
    pub fn close(&self) {
        self.shared.lock().end(Stop::Closed);
        self.shared.wake.notify_one();
        let flusher = self.flusher.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(flusher) = flusher {
            // It has nothing to report.
            let _ = flusher.join();
        }
    }

    /// Writes what is in memory.
    pub fn flush(&self) {
        self.shared.lock().flush();
    }

    /// Returns why nothing is recorded any more; `None` while the recording goes on.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        self.shared.lock().stop()
    }

    /// Returns how many records could not be kept, because the recording had ended.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.shared.missing.load(Ordering::Relaxed)
    }

    /// Returns the options.
    #[must_use]
    pub const fn options(&self) -> RecorderOptions {
        self.options
    }

    /// Returns the number of a place in memory, which holds one exchange after another.
    pub(crate) fn place(&self) -> u64 {
        self.shared.places.fetch_add(1, Ordering::Relaxed)
    }

    /// Records what `record` appends.
    #[inline]
    pub(crate) fn record(&self, record: impl FnOnce(&mut State)) {
        let mut state = self.shared.lock();
        if !state.is_recording() {
            self.shared.missing.fetch_add(1, Ordering::Relaxed);
            return;
        }
        record(&mut state);
        if state.settle() {
            self.shared.wake.notify_one();
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is in memory, a while after the first bytes of it were recorded, until the recording ends.
    fn flush_regularly(&self) {
        let mut state = self.lock();
        while state.is_recording() {
            if state.waits_for_bytes() {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let waited = self.wake.wait_timeout(state, DELAY);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.flush();
        }
    }
}
