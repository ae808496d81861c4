//! A connection that has left HTTP/1.1: a tunnel, or one that speaks another protocol.

use alloc::boxed::Box;

use crate::limits::Config;
use crate::trace::ConnectionId;
use crate::transport::LayerError;
use crate::transport::{Link, PIECE};
use crate::values::Buffer;

/// A connection after `101 Switching Protocols` or a successful CONNECT: bytes in both directions,
/// with the layers below them, TLS or a proxy's, still in their places.
///
/// A driver asks it to [`read`](Self::read) or [`write`](Self::write), and moves the transport's
/// bytes as the answer says:
///
/// ```text
/// loop {
///     match switched.read(room)? {
///         Moved::Bytes(n) => return n            0 is the end
///         Moved::NeedWrite => send out(), sent(n)
///         Moved::NeedRead  => fill space(), filled(n) or eof()
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Switched {
    link: Box<Link>,
    /// What has come for the caller.
    incoming: Buffer,
    ended: bool,
}

/// What came of asking for bytes to be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// So many were.
    Bytes(usize),
    /// The transport has to take [`Switched::out`] first.
    NeedWrite,
    /// The transport has to fill [`Switched::space`] first.
    NeedRead,
}

impl Switched {
    /// The connection of this link, which has left HTTP/1.1.
    pub(super) fn new(mut link: Box<Link>, config: Config) -> Self {
        let mut incoming = Buffer::default();
        incoming.push(&link.enter_tunnel(config));
        link.stack_passage();
        Self { link, incoming, ended: false }
    }

    /// The connection's number.
    #[must_use]
    pub const fn connection(&self) -> ConnectionId {
        self.link.connection()
    }

    /// Hands over what the peer sent, as much as there is room for; no bytes when it sends no more.
    ///
    /// # Errors
    /// A layer refuses what came. It says so again.
    pub fn read(&mut self, room: &mut [u8]) -> Result<Moved, LayerError> {
        if self.incoming.unread().is_empty() {
            let incoming = &mut self.incoming;
            self.ended |= self.link.pass_to(&mut |bytes| incoming.push(bytes))?;
        }
        let n = self.incoming.unread().len().min(room.len());
        if n > 0 || room.is_empty() {
            room[..n].copy_from_slice(&self.incoming.unread()[..n]);
            self.incoming.consume(n);
            return Ok(Moved::Bytes(n));
        }
        // Something may wait for the transport: TLS answers on its own at times.
        Ok(match () {
            () if self.ended => Moved::Bytes(0),
            () if !self.out().is_empty() => Moved::NeedWrite,
            () => Moved::NeedRead,
        })
    }

    /// Takes bytes for the peer, as soon as the transport took those before them. They are on their
    /// way when [`out`](Self::out) is empty.
    ///
    /// # Errors
    /// A layer takes no more.
    pub fn write(&mut self, data: &[u8]) -> Result<Moved, LayerError> {
        if !self.out().is_empty() {
            return Ok(Moved::NeedWrite);
        }
        let piece = &data[..data.len().min(PIECE)];
        self.link.write_through(piece)?;
        Ok(Moved::Bytes(piece.len()))
    }

    /// Tells the peer that nothing more comes, if a layer has a word for it. The driver closes its
    /// direction of the transport when [`out`](Self::out) is empty.
    pub fn close(&mut self) {
        self.link.say_farewell();
    }

    /// Room for at least `min` bytes of the transport.
    pub fn space(&mut self, min: usize) -> &mut [u8] {
        self.link.space(min)
    }

    /// The transport filled the first `n` bytes of the last [`space`](Self::space).
    pub fn filled(&mut self, n: usize) {
        // No more than was offered, whatever the driver says.
        let n = n.min(self.link.room());
        self.link.filled(n);
    }

    /// The peer closed its direction of the transport.
    pub const fn eof(&mut self) {
        self.ended = true;
    }

    /// Bytes for the transport.
    #[must_use]
    pub fn out(&self) -> &[u8] {
        let [bytes, ..] = self.link.out();
        bytes
    }

    /// The transport took the first `n` bytes of [`out`](Self::out).
    pub fn sent(&mut self, n: usize) {
        self.link.sent(n);
    }
}
