//! Connections that have left HTTP/1.1: tunnels, and those that switched to another protocol.

use alloc::boxed::Box;
use core::fmt;

use super::layer::LayerError;
use super::layers::PIECE;
use super::link::Link;
use crate::error::{Call, Misuse, MisuseError, TlsError};
use crate::limits::Config;
use crate::time::Mono;
use crate::trace::{ConnectionId, Cx, Scope, Sink};
use crate::values::{Buffer, State};

/// A connection after `101 Switching Protocols` or a successful CONNECT, in either role: bytes in
/// both directions, through the same layers as before, such as TLS.
///
/// The two directions are independent. A caller reads and writes; a driver moves the transport's
/// bytes as [`poll`](Self::poll) requires. Each direction holds about 64 KiB. When it is full,
/// [`write`](Self::write) takes no more, or nothing is read from the transport.
///
/// ```
/// use std::io::{self, ErrorKind, Read, Write};
///
/// use limpid_core::time::Mono;
/// use limpid_core::trace::Sink;
/// use limpid_core::transport::Switched;
///
/// /// Reads from the peer, over a non-blocking transport. Output is sent meanwhile. `WouldBlock`
/// /// means to wait for one of the directions of `switched.poll()`.
/// fn read(
///     switched: &mut Switched,
///     transport: &mut (impl Read + Write),
///     room: &mut [u8],
///     now: Mono,
///     sink: &impl Sink,
/// ) -> io::Result<usize> {
///     loop {
///         if let Some(n) = switched.read(room).map_err(io::Error::other)? {
///             return Ok(n);
///         }
///         let interest = switched.poll().map_err(io::Error::other)?;
///         if interest.write {
///             match transport.write(switched.out()) {
///                 Ok(n) => switched.handle_sent(n).map_err(io::Error::other)?,
///                 Err(error) if error.kind() == ErrorKind::WouldBlock => {}
///                 Err(error) => return Err(error),
///             }
///         }
///         match transport.read(switched.space(4096))? {
///             0 => switched.handle_eof(now, sink),
///             n => switched.handle_received(n).map_err(io::Error::other)?,
///         }
///     }
/// }
/// #
/// # use limpid_core::http1::BodySize;
/// # use limpid_core::server::{Action, Session};
/// # use limpid_core::trace::{ConnectionId, NoSink};
/// # let (now, sink) = (Mono::default(), &NoSink);
/// # let mut session = Session::new(ConnectionId(1), None, Default::default());
/// # assert!(matches!(session.poll(now, sink), Action::Wait(_)));
/// # let request = b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\nhello";
/// # session.space(request.len())[..request.len()].copy_from_slice(request);
/// # session.handle_received(request.len(), now, sink)?;
/// # assert_eq!(session.poll(now, sink), Action::Request);
/// # session.respond(now, sink, 200, BodySize::None)?;
/// # session.flush();
/// # assert!(matches!(session.poll(now, sink), Action::Wait(_)));
/// # session.handle_sent(session.out().concat().len(), now, sink)?;
/// # assert_eq!(session.poll(now, sink), Action::Handle);
/// # let mut switched = session.take_switched(now, sink).unwrap();
/// # let mut room = [0; 9];
/// # assert_eq!(read(&mut switched, &mut io::Cursor::new(Vec::new()), &mut room, now, sink)?, 5);
/// # assert_eq!(&room[..5], b"hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Switched {
    link: Box<Link>,
    /// Received bytes for the caller.
    incoming: Buffer,
    /// The peer has ended its direction; only the layers and `incoming` hold more.
    ended: bool,
    /// The caller has ended its direction.
    closed: bool,
    /// The end of the peer's direction needs the closing message of TLS.
    requires_close_notify: bool,
    /// The end of the peer's direction is an error.
    end_error: Option<TlsError>,
}

impl fmt::Debug for Switched {
    /// Formats the states, without the buffered bytes, which may contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Switched")
            .field("link", &self.link)
            .field("ended", &self.ended)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

/// The conditions that a [`Switched`] connection waits for. Each is independent of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interest {
    /// Received bytes, to be read from the transport.
    pub read: bool,
    /// Room to write to the transport.
    pub write: bool,
}

impl Switched {
    /// Creates a connection from this link, which has left HTTP/1.1.
    pub(crate) fn new(mut link: Box<Link>, config: Config, requires_close_notify: bool) -> Self {
        let mut incoming = Buffer::new(config.limits.buffers());
        incoming.push(&link.enter_tunnel(config));
        link.stack_passthrough();
        Self { link, incoming, ended: false, closed: false, requires_close_notify, end_error: None }
    }

    /// Returns the connection's number.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.link.connection()
    }

    /// Processes the input. Returns what to wait for.
    ///
    /// # Errors
    /// A layer rejects the input. Later calls fail in the same way.
    pub fn poll(&mut self) -> Result<Interest, LayerError> {
        self.fill()?;
        let read = !self.ended && self.incoming.len() < self.most();
        Ok(Interest { read, write: !self.out().is_empty() })
    }

    /// Moves bytes from the layers to `incoming`, as far as there is room.
    fn fill(&mut self) -> Result<(), LayerError> {
        let (most, incoming) = (self.most(), &mut self.incoming);
        if incoming.len() < most {
            self.ended |= self.link.pass_to(&mut |bytes| {
                incoming.push(bytes);
                incoming.len() < most
            })?;
        }
        Ok(())
    }

    /// Moves received bytes into `room`, as many as fit, and returns their number: 0 at the end of
    /// the peer's direction, `None` if no bytes are available.
    ///
    /// # Errors
    /// As [`poll`](Self::poll). At the end, if TLS was not ended by its closing message and
    /// `require_close_notify` is set in the options of the client or server.
    pub fn read(&mut self, room: &mut [u8]) -> Result<Option<usize>, LayerError> {
        if self.incoming.len() == 0 {
            self.fill()?;
        }
        let n = self.incoming.len().min(room.len());
        room[..n].copy_from_slice(&self.incoming.unread()[..n]);
        self.incoming.consume(n);
        match self.end_error {
            Some(error) if n == 0 && !room.is_empty() => Err(error.into()),
            _ => Ok(if n > 0 || self.ended || room.is_empty() { Some(n) } else { None }),
        }
    }

    /// Takes bytes to send, and returns their number: 0 while [`out`](Self::out) is full, and after
    /// [`close`](Self::close).
    ///
    /// # Errors
    /// A layer takes no more bytes.
    pub fn write(&mut self, data: &[u8]) -> Result<usize, LayerError> {
        let room = self.most().saturating_sub(self.out().len()).min(PIECE);
        if self.closed || room == 0 {
            return Ok(0);
        }
        let piece = &data[..data.len().min(room)];
        self.link.write_through(piece)?;
        Ok(piece.len())
    }

    /// Ends this side's direction, with the closing message of a layer if its protocol has one. The
    /// driver shuts down the transport's sending direction when [`out`](Self::out) is empty. Bytes of
    /// the peer can still be read.
    pub fn close(&mut self) {
        if !core::mem::replace(&mut self.closed, true) {
            self.link.send_close_notify();
        }
    }

    /// Returns whether this side's direction was ended.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Returns the maximum number of bytes that are held in each direction.
    const fn most(&self) -> usize {
        self.link.buffers().large()
    }

    /// Returns the least room for a read of the transport, which [`Limits::read`](crate::limits::Limits::read) says.
    #[must_use]
    pub const fn read_size(&self) -> usize {
        self.link.read_size()
    }

    /// Returns a buffer of at least `min` bytes to read from the transport into:
    /// [`read_size`](Self::read_size), unless the driver has a reason for another number.
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        self.link.space(min)
    }

    /// Handles `n` bytes that were read into the last [`space`](Self::space).
    ///
    /// # Errors
    /// `n` is larger than that space. Nothing changes then.
    pub fn handle_received(&mut self, n: usize) -> Result<(), MisuseError> {
        if n > self.link.room() {
            return Err(too_many(Call::HandleReceived));
        }
        self.link.filled(n);
        Ok(())
    }

    /// Handles the end of input: the peer has closed its direction of the transport. Over TLS it should
    /// have sent the closing message before; an event tells if not.
    pub fn handle_eof<S: Sink>(&mut self, now: Mono, sink: &S) {
        let incoming = &mut self.incoming;
        // The closing message may be behind data. Layers hold little, and nothing follows. What is
        // wrong with it is the error of the next read.
        let passed = self.link.pass_to(&mut |bytes| {
            incoming.push(bytes);
            true
        });
        if !core::mem::replace(&mut self.ended, true)
            && passed.is_ok()
            && self.link.lacks_close_notify()
        {
            let mut scope = Scope::connection(self.connection());
            let mut cx = Cx::new(now, sink, &mut scope);
            let required = self.requires_close_notify;
            self.end_error = Link::end_without_close_notify("tunnel", required, &mut cx).err();
        }
    }

    /// Returns the bytes for the transport.
    #[must_use]
    pub fn out(&self) -> &[u8] {
        let [bytes, ..] = self.link.out();
        bytes
    }

    /// Removes the first `n` bytes of [`out`](Self::out), which the transport took.
    ///
    /// # Errors
    /// `n` is larger than the number of bytes. Nothing changes then.
    pub fn handle_sent(&mut self, n: usize) -> Result<(), MisuseError> {
        if n > self.out().len() {
            return Err(too_many(Call::HandleSent));
        }
        self.link.sent(n);
        Ok(())
    }
}

#[cold]
const fn too_many(call: Call) -> MisuseError {
    let switched = State::Switched;
    MisuseError { call, misuse: Misuse::TooManyBytes, client: switched, server: switched }
}
