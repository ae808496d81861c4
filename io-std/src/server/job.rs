//! The work of a connection's thread, which is not lost if no thread can be started.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Work for a thread of its own.
#[derive(Debug)]
pub(super) struct Job<F>(Arc<Mutex<Option<F>>>);

impl<F: FnOnce() + Send + 'static> Job<F> {
    pub(super) fn new(work: F) -> Self {
        Self(Arc::new(Mutex::new(Some(work))))
    }

    /// Starts a thread for the work. Returns the job if the system has none.
    pub(super) fn start(self) -> Result<(), Self> {
        let work = Arc::clone(&self.0);
        let run = move || {
            let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(work) = work {
                work();
            }
        };
        let started = thread::Builder::new().name("limpid-connection".into()).spawn(run);
        started.map(drop).map_err(|_| self)
    }
}
