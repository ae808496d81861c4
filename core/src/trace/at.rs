//! The time and the sink of one call of a machine.

use crate::time::Mono;

/// The time of a call, and the sink that receives its events.
#[derive(Debug)]
pub(crate) struct At<'s, S> {
    pub(crate) now: Mono,
    pub(crate) sink: &'s S,
}

impl<S> Clone for At<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for At<'_, S> {}
