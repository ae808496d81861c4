//! A connection that has left HTTP/1.1: a tunnel, or one that speaks another protocol.

use alloc::boxed::Box;

use super::layer::LayerError;
use super::link::{Link, PIECE};
use crate::error::{Call, Misuse, MisuseError};
use crate::limits::Config;
use crate::trace::ConnectionId;
use crate::values::{Buffer, State};

/// How many bytes are held in each direction before more are refused.
const MOST: usize = 64 * 1024;

/// A connection after `101 Switching Protocols` or a successful CONNECT, in either role: bytes in both
/// directions, with the layers below them, TLS or a proxy's, still in their places.
///
/// The two directions are independent. A caller reads and writes; a driver moves the transport's bytes as
/// [`poll`](Self::poll) says. Each direction holds about 64 KiB: then [`write`](Self::write) takes no more,
/// and nothing is read from the transport.
///
/// ```
/// use std::io::{self, ErrorKind, Read, Write};
///
/// use limpid_core::transport::Switched;
///
/// /// Reads from the other side, over a transport that does not wait. What waits to be sent goes out
/// /// meanwhile. `WouldBlock`: one of the directions of `switched.poll()` is to be waited for.
/// fn read(
///     switched: &mut Switched,
///     transport: &mut (impl Read + Write),
///     room: &mut [u8],
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
///             0 => switched.handle_eof(),
///             n => switched.handle_received(n).map_err(io::Error::other)?,
///         }
///     }
/// }
/// #
/// # use limpid_core::http1::BodySize;
/// # use limpid_core::server::{Action, Session};
/// # use limpid_core::time::Mono;
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
/// # assert_eq!(read(&mut switched, &mut io::Cursor::new(Vec::new()), &mut room)?, 5);
/// # assert_eq!(&room[..5], b"hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Switched {
    link: Box<Link>,
    /// What has come for the caller.
    incoming: Buffer,
    /// The peer sends no more than the layers and `incoming` hold.
    ended: bool,
    /// The caller sends no more.
    closed: bool,
}

/// What a [`Switched`] connection waits for. Each is independent of the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Interest {
    /// Read from the transport.
    pub read: bool,
    /// Write to the transport.
    pub write: bool,
}

impl Switched {
    /// The connection of this link, which has left HTTP/1.1.
    pub(crate) fn new(mut link: Box<Link>, config: Config) -> Self {
        let mut incoming = Buffer::default();
        incoming.push(&link.enter_tunnel(config));
        link.stack_passage();
        Self { link, incoming, ended: false, closed: false }
    }

    /// The connection's number.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.link.connection()
    }

    /// Works through what has come, and returns what is to be waited for.
    ///
    /// # Errors
    /// A layer refuses what came. It does so again.
    pub fn poll(&mut self) -> Result<Interest, LayerError> {
        self.fill()?;
        let read = !self.ended && self.incoming.len() < MOST;
        Ok(Interest { read, write: !self.out().is_empty() })
    }

    /// Takes from the layers what there is room for.
    fn fill(&mut self) -> Result<(), LayerError> {
        let incoming = &mut self.incoming;
        if incoming.len() < MOST {
            self.ended |= self.link.pass_to(&mut |bytes| {
                incoming.push(bytes);
                incoming.len() < MOST
            })?;
        }
        Ok(())
    }

    /// Moves what the peer sent into `room`, as much as there is room for, and returns how many bytes these
    /// are: 0 when the peer sends no more, `None` when nothing has come.
    ///
    /// # Errors
    /// As [`poll`](Self::poll).
    pub fn read(&mut self, room: &mut [u8]) -> Result<Option<usize>, LayerError> {
        if self.incoming.len() == 0 {
            self.fill()?;
        }
        let n = self.incoming.len().min(room.len());
        room[..n].copy_from_slice(&self.incoming.unread()[..n]);
        self.incoming.consume(n);
        Ok(if n > 0 || self.ended || room.is_empty() { Some(n) } else { None })
    }

    /// Takes bytes for the peer, and returns how many: 0 while [`out`](Self::out) has as many as are held,
    /// and after [`close`](Self::close).
    ///
    /// # Errors
    /// A layer takes no more.
    pub fn write(&mut self, data: &[u8]) -> Result<usize, LayerError> {
        let room = MOST.saturating_sub(self.out().len()).min(PIECE);
        if self.closed || room == 0 {
            return Ok(0);
        }
        let piece = &data[..data.len().min(room)];
        self.link.write_through(piece)?;
        Ok(piece.len())
    }

    /// Ends this side's direction: tells the peer that nothing more comes, if a layer has a message for
    /// it. The driver shuts the transport's sending direction down when [`out`](Self::out) is empty. What
    /// the peer sends can still be read.
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

    /// Room for at least `min` bytes of the transport.
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        self.link.space(min)
    }

    /// Takes the first `n` bytes of the last [`space`](Self::space), which were read from the transport.
    ///
    /// # Errors
    /// `n` is larger than that space. Nothing was taken then.
    pub fn handle_received(&mut self, n: usize) -> Result<(), MisuseError> {
        if n > self.link.room() {
            return Err(too_many(Call::HandleReceived));
        }
        self.link.filled(n);
        Ok(())
    }

    /// Notes that the peer closed its direction of the transport.
    pub const fn handle_eof(&mut self) {
        self.ended = true;
    }

    /// Returns the bytes for the transport.
    #[must_use]
    pub fn out(&self) -> &[u8] {
        let [bytes, ..] = self.link.out();
        bytes
    }

    /// Removes the first `n` bytes from [`out`](Self::out), which the transport took.
    ///
    /// # Errors
    /// `n` is larger than what waits. Nothing was removed then.
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
