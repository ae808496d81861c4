//! The server: a state machine for each connection.
//!
//! A driver runs one loop for each connection, and makes no decisions itself. This one is complete
//! except for TLS, waiting and a running clock:
//!
//! ```
//! use std::io::{self, ErrorKind, Read, Write};
//!
//! use limpid_core::error::TlsError;
//! use limpid_core::server::{Action, Event, Outcome, Session};
//! use limpid_core::time::Mono;
//! use limpid_core::trace::{ConnectionId, NoSink};
//!
//! /// Counts the bytes of each request's body.
//! fn serve(stream: &mut (impl Read + Write), session: &mut Session) -> io::Result<()> {
//!     let (now, sink) = (Mono::default(), &NoSink);
//!     let mut count = 0;
//!     loop {
//!         match session.poll(now, sink) {
//!             // Without a layer, the session closes the connection.
//!             Action::Secure => session.handle_failed(TlsError::Configuration.into(), now, sink),
//!             Action::Request => {
//!                 count = 0;
//!                 session.read_body();
//!             }
//!             Action::Event => match session.event() {
//!                 Some(Event::Data(data)) => {
//!                     count += data.len();
//!                     session.read_body();
//!                 }
//!                 _ => {
//!                     let answered = session.answer(now, sink, 200, count.to_string().into());
//!                     let outcome = if answered.is_ok() { Outcome::Done } else { Outcome::Failed };
//!                     session.handled(now, sink, outcome);
//!                 }
//!             },
//!             // A handler that has flushed is resumed here. `failure` returns why one failed.
//!             Action::Handle | Action::Failed => session.handled(now, sink, Outcome::Failed),
//!             Action::Wait(_) => {
//!                 let moves = session.write_to(&mut *stream, now, sink)
//!                     || session.read_from(&mut *stream, now, sink);
//!                 if !moves {
//!                     // Wait for the stream, at most until `session.deadline(now)`, then call
//!                     // `session.handle_timeout(now, sink)` and go on. This stream never blocks.
//!                     return Err(ErrorKind::WouldBlock.into());
//!                 }
//!             }
//!             // A socket: `shutdown(Shutdown::Write)`, and go on.
//!             Action::ShutdownWrite => {}
//!             // A socket: drop it, after `set_linger(Some(Duration::ZERO))` if it is to be reset.
//!             Action::Close { reset: _ } => {}
//!             Action::Done => return Ok(()),
//!         }
//!     }
//! }
//!
//! /// The input from a client, and the output to it.
//! struct Memory(&'static [u8], Vec<u8>);
//!
//! impl Read for Memory {
//!     fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
//!         self.0.read(room)
//!     }
//! }
//!
//! impl Write for Memory {
//!     fn write(&mut self, data: &[u8]) -> io::Result<usize> {
//!         self.1.write(data)
//!     }
//!
//!     fn flush(&mut self) -> io::Result<()> {
//!         Ok(())
//!     }
//! }
//!
//! let request = b"POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\n\r\nhello";
//! let mut memory = Memory(request, Vec::new());
//! serve(&mut memory, &mut Session::new(ConnectionId(1), None, Default::default()))?;
//! assert!(memory.1.ends_with(b"Content-Length: 1\r\n\r\n5"));
//! # Ok::<(), io::Error>(())
//! ```
//!
//! `examples/poll` in the repository serves many connections in one thread, with TLS and deadlines.
//!
//! A driver waits at most until the [`deadline`](Session::deadline), and then calls
//! [`handle_timeout`](Session::handle_timeout).
//!
//! While a request is open, its handler calls [`Session::head`], asks for the body with
//! [`Session::read_body`], answers with [`Session::respond`], [`Session::send`] and
//! [`Session::finish`], and has the output sent with [`Session::flush`]. After each
//! [`read_body`](Session::read_body) and [`flush`](Session::flush) the driver runs the loop above
//! until it returns [`Action::Event`], [`Action::Failed`] or [`Action::Handle`]. Responses that are
//! not flushed are sent when the session has to wait for the client: those to pipelined requests are
//! sent together.
//!
//! A response of 101, or of 2xx to CONNECT, leaves HTTP/1.1. Once it was flushed,
//! [`Session::take_switched`] returns the connection, as a client's exchange does, and ends the session.
//!
//! # Lifecycle
//!
//! The diagram shows which action may follow which, and after which calls of a driver or a handler. A
//! *failure* is [`handle_failed`](Session::handle_failed),
//! [`handle_timeout`](Session::handle_timeout), or [`handle_eof`](Session::handle_eof) before the
//! end.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Secure
//!     [*] --> Wait
//!     Secure --> Wait
//!     Secure --> Wait: handle_secured
//!     Secure --> Close: failure
//!     Wait --> Wait: flush, handle_eof, handle_received, handle_secured, handle_sent, handle_shutdown, handled, failure
//!     Wait --> Request: handle_received, handled
//!     Wait --> Event: handle_received, read_body
//!     Wait --> Handle: flush, handle_sent, read_body
//!     Wait --> Failed: failure
//!     Wait --> ShutdownWrite: handle_sent, failure
//!     Wait --> Close: handle_eof, handle_received, handle_secured, handle_sent, handle_shutdown, handled, failure
//!     Request --> Wait
//!     Request --> Wait: flush, handled
//!     Request --> Request: handled
//!     Request --> Event: read_body
//!     Event --> Wait: flush, handled, read_body
//!     Event --> Request: handled
//!     Event --> Event: read_body
//!     Event --> Handle: flush, read_body
//!     Event --> Close: handled
//!     Handle --> Wait
//!     Handle --> Wait: flush, handled
//!     Handle --> Request: handled
//!     Handle --> Event: read_body
//!     Handle --> Handle: flush, read_body
//!     Handle --> Close: handled
//!     Handle --> Done: take_switched
//!     Failed --> Wait: handled
//!     Failed --> Close: handled
//!     ShutdownWrite --> Wait
//!     Close --> Done
//!     Done --> [*]
//! ```

mod action;
mod head;
mod input;
mod inputs;
#[cfg(feature = "std")]
mod io;
mod lines;
mod options;
mod reason;
mod rejection;
mod respond;
mod response_cache;
#[cfg(feature = "rustls")]
mod secure;
mod session;
mod span_tracker;
mod state;
mod steps;

pub use action::{Action, Event, Interest, Outcome};
pub use input::Input;
pub use options::{Options, Timeouts};
pub use reason::reason;
pub use session::Session;
