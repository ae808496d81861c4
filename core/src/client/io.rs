//! Moves an exchange's bytes over a transport of `std::io`.

use std::io::{ErrorKind, Read, Write};

use super::exchange::Exchange;
use crate::error::Error;
use crate::time::Mono;
use crate::trace::Sink;
use crate::transport::io::{is_transient, write_slices};

/// Operations on a non-blocking transport that implements [`Read`] and [`Write`]: each call performs one
/// and hands in its result.
impl Exchange {
    /// Reads once from the transport into [`space`](Self::space), and hands in the result: bytes, the
    /// end, or an error, as [`handle_received`](Self::handle_received), [`handle_eof`](Self::handle_eof) and
    /// [`handle_receive_failed`](Self::handle_receive_failed) do.
    ///
    /// Returns whether to call [`poll`](Self::poll) again before waiting. It is false if nothing has changed:
    /// the exchange does not wait to read, so that the transport was not read, or no bytes are available
    /// ([`WouldBlock`](std::io::ErrorKind::WouldBlock)). A read that was
    /// [`Interrupted`](std::io::ErrorKind::Interrupted) changes nothing either, and is repeated after `poll`.
    ///
    /// The transport must not block: `now` is the time before the read, and counts as the time at which the
    /// bytes arrived. A reference to a socket is a transport too, where that implements [`Read`].
    ///
    /// ```
    /// use std::io::{Read, Write};
    ///
    /// use limpid_core::client::{Action, Exchange};
    /// use limpid_core::time::Mono;
    /// use limpid_core::trace::Sink;
    ///
    /// /// Moves bytes over an open transport, until the exchange has to wait for it or requires another
    /// /// action.
    /// fn advance<S: Sink>(
    ///     exchange: &mut Exchange,
    ///     transport: &mut (impl Read + Write),
    ///     now: Mono,
    ///     sink: &S,
    /// ) -> Action {
    ///     loop {
    ///         let action = exchange.poll(now, sink);
    ///         let is_wait = matches!(action, Action::Wait(_));
    ///         let moves = is_wait
    ///             && (exchange.read_from(&mut *transport, now, sink)
    ///                 || exchange.write_to(&mut *transport, now, sink));
    ///         if !moves {
    ///             return action;
    ///         }
    ///     }
    /// }
    /// # use limpid_core::client::{Emitted, Request};
    /// # use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
    /// # let (now, sink) = (Mono::default(), &NoSink);
    /// # let request = Request::builder(b"GET", "http://127.0.0.1/".parse()?).build();
    /// # let mut exchange = Exchange::new(ExchangeId(1), request, Default::default());
    /// # assert_eq!(exchange.poll(now, sink), Action::Acquire);
    /// # exchange.handle_opened(ConnectionId(1), now, sink)?;
    /// # assert_eq!(exchange.poll(now, sink), Action::Resolve);
    /// # exchange.handle_resolved(&["127.0.0.1:80".parse()?], now, sink)?;
    /// # let Action::Dial(dial) = exchange.poll(now, sink) else { panic!() };
    /// # exchange.handle_dialed(dial, now, sink)?;
    /// # let mut transport = std::collections::VecDeque::new();
    /// # assert_eq!(exchange.poll(now, sink), Action::Wait(limpid_core::client::Interest::WRITE));
    /// # assert!(exchange.write_to(&mut transport, now, sink));
    /// # transport.clear();
    /// # transport.extend(b"HTTP/1.1 204 No Content\r\n\r\n");
    /// # assert_eq!(advance(&mut exchange, &mut transport, now, sink), Action::Event(Emitted::Head));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read_from<S: Sink>(&mut self, mut transport: impl Read, now: Mono, sink: &S) -> bool {
        if !self.interest.read {
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
            self.handle_receive_failed(error, now, sink);
        }
        true
    }

    /// Writes bytes of [`out`](Self::out) to the transport once, and hands in the result, as
    /// [`handle_sent`](Self::handle_sent) and [`handle_send_failed`](Self::handle_send_failed) do. Several
    /// slices are written by one [`write_vectored`](Write::write_vectored). A transport
    /// that takes none of them has failed, with [`WriteZero`](std::io::ErrorKind::WriteZero).
    ///
    /// Returns whether to call [`poll`](Self::poll) again before waiting. It is false if nothing has changed:
    /// there is nothing to write, or the transport takes no bytes yet. Otherwise it behaves as
    /// [`read_from`](Self::read_from), which has an example.
    pub fn write_to<S: Sink>(&mut self, transport: impl Write, now: Mono, sink: &S) -> bool {
        if !self.interest.write || self.link.output_len() == 0 {
            return false;
        }
        let handed_in = match write_slices(transport, self.out()) {
            Ok(n) => self.handle_sent(n, now, sink).map_err(Error::from),
            Err(error) if is_transient(&error) => return error.kind() == ErrorKind::Interrupted,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = handed_in {
            self.handle_send_failed(error, now, sink);
        }
        true
    }
}
