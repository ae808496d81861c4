//! Connections on their way between an exchange and a pool that is not shared.

use alloc::boxed::Box;

use super::exchange::Exchange;
use super::lease::Lease;
use super::pool::Pool;
use super::state::ExchangeState;
use crate::error::{Call, MisuseError};
use crate::time::Mono;
use crate::trace::Sink;

impl Exchange {
    /// Acquires a connection for [`Action::Acquire`](super::Action::Acquire): the result of
    /// [`Pool::acquire_silent`] for [`route`](Self::route), or of [`Pool::open`] if the exchange
    /// [needs a new connection](Self::needs_new_connection), is handed in as by
    /// [`handle_leased`](Self::handle_leased). `None` while every connection of the pool is in use.
    ///
    /// # Errors
    /// No connection was asked for. The pool has not changed then.
    pub fn acquire_from<T, S: Sink>(
        &mut self,
        pool: &mut Pool<T>,
        now: Mono,
        sink: &S,
        is_silent: impl FnMut(&T) -> bool,
    ) -> Result<Option<Box<Lease<T>>>, MisuseError> {
        self.expect_asked(ExchangeState::Acquire, Call::HandleReused)?;
        let mut lease = match self.needs_new_connection() {
            true => pool.open(self.route()),
            false => pool.acquire_silent(self.route(), now, is_silent),
        };
        if let Some(lease) = &mut lease {
            self.handle_leased(lease, now, sink)?;
        }
        Ok(lease)
    }

    /// Returns a connection for [`Action::Release`](super::Action::Release), `Done` or `Failed`: the
    /// lease with what [`take_link`](Self::take_link) returns goes to [`Pool::release`].
    pub fn release_to<T>(
        &mut self,
        pool: &mut Pool<T>,
        mut lease: Box<Lease<T>>,
        now: Mono,
        is_silent: impl FnMut(&T) -> bool,
    ) {
        lease.link = self.take_link();
        pool.release(lease, now, is_silent);
    }
}
