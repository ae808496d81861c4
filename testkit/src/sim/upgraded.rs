//! Connections that have left HTTP/1.1.

use std::io;

use bytes::Bytes;
use limpid_core::time::Mono;
use limpid_core::trace::NoSink;
use limpid_core::transport::Switched;

use super::socket::{Moved, Socket};

/// The minimum space for a read, and the most bytes of a write.
const READ: usize = 16 * 1024;

/// The most bytes that a connection may hold for the transport: what it takes from its caller, the space
/// for a last piece, and the overhead of TLS.
const MOST: usize = 96 * 1024;

/// A switched connection. Dropping it closes it.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Upgraded {
    switched: Switched,
    socket: Socket,
}

impl Upgraded {
    pub(super) const fn new(switched: Switched, socket: Socket) -> Self {
        Self { switched, socket }
    }

    /// Sends these pieces and the end, and passes on received bytes until their end, at the same time.
    ///
    /// # Errors
    /// The connection failed, or holds more than it may.
    pub async fn exchange(
        &mut self,
        mut pieces: impl Iterator<Item = Bytes>,
        mut deliver: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let Self { switched, socket } = self;
        let (mut piece, mut room) = (Bytes::new(), [0; 4096]);
        let (mut is_shut, mut is_read) = (false, false);
        loop {
            while !is_read && let Some(n) = switched.read(&mut room).map_err(io::Error::other)? {
                deliver(&room[..n]);
                is_read = n == 0;
            }
            while !switched.is_closed() {
                if piece.is_empty() {
                    piece = pieces.next().unwrap_or_default();
                }
                match switched.write(&piece).map_err(io::Error::other)? {
                    0 if piece.is_empty() => switched.close(),
                    0 => break,
                    n => drop(piece.split_to(n)),
                }
            }
            let interest = switched.poll().map_err(io::Error::other)?;
            let waiting = switched.out().len();
            if waiting > MOST {
                return Err(io::Error::other(format!("it holds {waiting} bytes")));
            }
            if switched.is_closed() && waiting == 0 && !is_shut {
                socket.close();
                is_shut = true;
            }
            if is_read && is_shut {
                return Ok(());
            }
            let out = switched.out()[..waiting.min(READ)].to_vec();
            let place = switched.space(switched.read_size());
            match socket.moves(interest.write.then_some(&out), interest.read.then_some(place)).await
            {
                Moved::Out(sent) => switched.handle_sent(sent?).map_err(io::Error::other)?,
                Moved::In(received) => match received? {
                    0 => switched.handle_eof(Mono::default(), &NoSink),
                    n => switched.handle_received(n).map_err(io::Error::other)?,
                },
            }
        }
    }
}
