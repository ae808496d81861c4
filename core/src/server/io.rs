//! Moves a session's bytes over a transport of `std::io`.

use std::io::{ErrorKind, Read, Write};

use super::session::Session;
use crate::error::Error;
use crate::time::Mono;
use crate::trace::Sink;
use crate::transport::io::{is_transient, write_slices};

/// Operations on a non-blocking transport that implements [`Read`] and [`Write`]: each call performs one
/// and hands in its result.
impl Session {
    /// Reads once from the transport into [`space`](Self::space), and hands in the result: bytes, the
    /// end, or an error, as [`handle_received`](Self::handle_received), [`handle_eof`](Self::handle_eof) and
    /// [`handle_failed`](Self::handle_failed) do.
    ///
    /// Returns whether to call [`poll`](Self::poll) again before waiting. It is false if nothing has changed:
    /// the session does not wait to read, so that the transport was not read, or no bytes are available
    /// ([`WouldBlock`](std::io::ErrorKind::WouldBlock)). A read that was
    /// [`Interrupted`](std::io::ErrorKind::Interrupted) changes nothing either, and is repeated after `poll`.
    ///
    /// The transport must not block: `now` is the time before the read, and counts as the time at which the
    /// bytes arrived, by which the client's pace is measured. A reference to a socket is a transport too, where
    /// that implements [`Read`].
    ///
    /// The documentation of the [module](super) has an example.
    pub fn read_from<S: Sink>(&mut self, mut transport: impl Read, now: Mono, sink: &S) -> bool {
        if !self.interest().read {
            return false;
        }
        let handed_in = match transport.read(self.space(self.read_size())) {
            Ok(0) => {
                self.handle_eof(now, sink);
                Ok(())
            }
            Ok(n) => self.handle_received(n, now, sink).map_err(Error::from),
            Err(error) if is_transient(&error) => return error.kind() == ErrorKind::Interrupted,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = handed_in {
            self.handle_failed(error, now, sink);
        }
        true
    }

    /// Writes bytes of [`out`](Self::out) to the transport once, and hands in the result, as
    /// [`handle_sent`](Self::handle_sent) and [`handle_failed`](Self::handle_failed) do. Several
    /// slices are written by one [`write_vectored`](Write::write_vectored). A transport that takes
    /// none of them has failed, with [`WriteZero`](std::io::ErrorKind::WriteZero).
    ///
    /// Returns whether to call [`poll`](Self::poll) again before waiting. It is false if nothing has changed:
    /// there is nothing to write, or the transport takes no bytes yet. Otherwise it behaves as
    /// [`read_from`](Self::read_from).
    pub fn write_to<S: Sink>(&mut self, transport: impl Write, now: Mono, sink: &S) -> bool {
        if !self.interest().write || self.link.output_len() == 0 {
            return false;
        }
        let handed_in = match write_slices(transport, self.out()) {
            Ok(n) => self.handle_sent(n, now, sink).map_err(Error::from),
            Err(error) if is_transient(&error) => return error.kind() == ErrorKind::Interrupted,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = handed_in {
            self.handle_failed(error, now, sink);
        }
        true
    }
}
