//! What a recorder keeps, and how much.

use limpid_core::trace::Capture;

/// What a recorder keeps, and how much.
///
/// [`Recorder`](crate::Recorder) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecorderOptions {
    /// What the file may contain. By default, no secrets and no bodies.
    pub capture: Capture,
    /// How many bytes of each body are kept. No limit by default. Below [`Capture::Everything`], bodies are not kept.
    pub bodies: Option<u64>,
    /// The maximum size of a file in bytes: 256 MiB by default, and at least 256 KiB. A file exceeds it by at most one
    /// large request.
    pub size: u64,
    /// The maximum number of files. With one, the default, the recording ends when the file is full. Otherwise the full
    /// file gets the suffix `.1`, an earlier one `.2` and so on, and the oldest is removed.
    pub files: u32,
}

impl RecorderOptions {
    /// The least size of a file.
    pub(crate) const LEAST: u64 = 256 * 1024;

    /// Returns the default options, changed by `change`.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut options = Self::default();
        change(&mut options);
        options
    }

    /// Returns how many bytes of each body are kept under the capture; `None` if bodies are whole.
    pub(crate) fn kept_bodies(&self) -> Option<u64> {
        if self.capture.shows_bytes() { self.bodies } else { Some(0) }
    }
}

impl Default for RecorderOptions {
    fn default() -> Self {
        Self { capture: Capture::Default, bodies: None, size: 256 << 20, files: 1 }
    }
}
