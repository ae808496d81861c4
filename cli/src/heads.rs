//! The heads of an exchange, as lines.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::fields::Fields;
use limpid_core::http1::{ResponseHead, Version};

/// The lines of the heads that precede a response: informational ones, and those of redirects. Callbacks of the driver
/// add to them.
#[derive(Debug)]
pub(crate) struct Heads {
    /// `None` if no output shows them.
    lines: Option<Mutex<Vec<Vec<u8>>>>,
    last_status: AtomicU16,
}

impl Heads {
    /// Returns an empty list, which keeps lines if they are `shown`.
    pub(crate) fn new(shown: bool) -> Self {
        Self { lines: shown.then(Mutex::default), last_status: AtomicU16::new(0) }
    }

    /// Returns the status of the last head that was added; 0 before the first.
    pub(crate) fn last_status(&self) -> u16 {
        self.last_status.load(Ordering::Relaxed)
    }

    /// Adds a head.
    pub(crate) fn push(&self, head: &ResponseHead<'_>) {
        self.push_parts(head.version, head.status, head.reason, head.fields);
    }

    /// Adds a head of these parts. Its lines are as received, except for the spaces around values.
    pub(crate) fn push_parts(
        &self,
        version: Version,
        status: u16,
        reason: &[u8],
        fields: Fields<'_>,
    ) {
        self.last_status.store(status, Ordering::Relaxed);
        let Some(mut lines) = self.lines() else { return };
        let start = format!("{version} {status} ");
        lines.push([start.as_bytes(), reason, b"\r\n"].concat());
        push_fields(fields, &mut lines);
        lines.push(b"\r\n".to_vec());
    }

    /// Adds the fields of trailers.
    pub(crate) fn push_trailers(&self, fields: Fields<'_>) {
        if let Some(mut lines) = self.lines() {
            push_fields(fields, &mut lines);
        }
    }

    /// Returns the lines since the last call.
    pub(crate) fn take(&self) -> Vec<Vec<u8>> {
        self.lines().map(|mut lines| std::mem::take(&mut *lines)).unwrap_or_default()
    }

    fn lines(&self) -> Option<MutexGuard<'_, Vec<Vec<u8>>>> {
        self.lines.as_ref().map(|lines| lines.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn push_fields(fields: Fields<'_>, lines: &mut Vec<Vec<u8>>) {
    lines.extend(fields.iter().map(|field| [field.name, b": ", field.value, b"\r\n"].concat()));
}
