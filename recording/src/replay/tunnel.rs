//! Replaying connections that have left HTTP/1.1.

use std::collections::HashMap;

use limpid_core::internal::Reader;
use limpid_core::trace::ConnectionId;
use limpid_core::transport::Switched;

use super::input::{Context, Lost, MOST_READ, body, read, read_received};
use super::summary::Replayed;
use crate::format::FrameKind;

/// The maximum room that a user reads into. A connection never has as many bytes for it.
const MOST_ROOM: usize = 1 << 20;

/// The connections that have left HTTP/1.1.
#[derive(Default)]
pub(super) struct Tunnels(HashMap<ConnectionId, Tunnel>);

/// A connection that has left HTTP/1.1.
struct Tunnel {
    switched: Switched,
    /// What the transport receives is encrypted.
    is_secure: bool,
}

impl Tunnels {
    /// Adds a connection that an exchange or a session had.
    pub(super) fn add(&mut self, switched: Switched, is_secure: bool) {
        self.0.insert(switched.connection(), Tunnel { switched, is_secure });
    }

    /// Makes the call of this kind on a connection. Returns `None` if its arguments are invalid.
    pub(super) fn call(
        &mut self,
        kind: FrameKind,
        connection: ConnectionId,
        from: &mut Reader<'_>,
        context: &mut Context<'_>,
        replayed: &mut Replayed,
    ) -> Option<()> {
        // That of an exchange or a session that is lost is lost, too.
        let Some(tunnel) = self.0.get_mut(&connection) else { return Some(()) };
        match tunnel.call(kind, from, context) {
            Ok(()) => Some(()),
            Err(Lost::Invalid) => None,
            Err(Lost::Missing) => {
                replayed.incomplete += 1;
                self.0.remove(&connection);
                Some(())
            }
        }
    }
}

impl Tunnel {
    fn call(
        &mut self,
        kind: FrameKind,
        from: &mut Reader<'_>,
        context: &mut Context<'_>,
    ) -> Result<(), Lost> {
        // What failed then fails again.
        match kind {
            FrameKind::TunnelRead => {
                let mut room = vec![0; read::<usize>(from)?.min(MOST_ROOM)];
                let _ = self.switched.read(&mut room);
            }
            FrameKind::TunnelWritten => {
                let (place, n) = read(from)?;
                let _ = self.switched.write(&body(place, n, context)?);
            }
            FrameKind::TunnelClosed => self.switched.close(),
            FrameKind::TunnelReceived => self.receive(read(from)?, context)?,
            FrameKind::TunnelSent => {
                let _ = self.switched.handle_sent(read(from)?);
            }
            FrameKind::TunnelEof => self.switched.handle_eof(context.now, &context.sink),
            _ => return Err(Lost::Invalid),
        }
        if from.is_at_end() { Ok(()) } else { Err(Lost::Invalid) }
    }

    fn receive(&mut self, n: usize, context: &mut Context<'_>) -> Result<(), Lost> {
        if n > MOST_READ {
            return Err(Lost::Invalid);
        }
        let connection = self.switched.connection();
        let space = self.switched.space(n).get_mut(..n).ok_or(Lost::Invalid)?;
        read_received(space, connection, self.is_secure, context)?;
        let _ = self.switched.handle_received(n);
        Ok(())
    }
}
