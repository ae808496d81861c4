//! The heads of an exchange, as lines.

use std::sync::{Mutex, MutexGuard, PoisonError};

use limpid_core::fields::Fields;
use limpid_core::http1::{ResponseHead, Version};

/// The lines of the heads that precede a response: informational ones, and those of redirects. Callbacks of the driver
/// add to them.
#[derive(Debug, Default)]
pub(crate) struct Heads(Mutex<Vec<Vec<u8>>>);

impl Heads {
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
        let mut lines = self.lines();
        let start = format!("{version} {status} ");
        lines.push([start.as_bytes(), reason, b"\r\n"].concat());
        push_fields(fields, &mut lines);
        lines.push(b"\r\n".to_vec());
    }

    /// Adds the fields of trailers.
    pub(crate) fn push_trailers(&self, fields: Fields<'_>) {
        push_fields(fields, &mut self.lines());
    }

    /// Returns the lines since the last call.
    pub(crate) fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut *self.lines())
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn push_fields(fields: Fields<'_>, lines: &mut Vec<Vec<u8>>) {
    lines.extend(fields.iter().map(|field| [field.name, b": ", field.value, b"\r\n"].concat()));
}
