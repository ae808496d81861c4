//! The plaintext of connections, in heads and data.

mod flow;
mod heads;
mod piece;

use std::collections::BTreeMap;

use limpid_core::trace::{ConnectionId, Interest, Level, Meta, TraceEvent};

use self::flow::Flow;
pub(crate) use self::heads::{Head, head_of};
pub(crate) use self::piece::{Direction, Part, Piece};

/// The most directions of connections that are remembered.
const MOST: usize = 1 << 15;

/// Divides the plaintext of connections into heads and data.
///
/// A received head is what the parser has read, and a sent one what follows its event. Where the data of a pipelined
/// message ends is not known in all cases: a head that follows it in the same piece may count as data.
#[derive(Debug, Default)]
pub(crate) struct Plaintext {
    flows: BTreeMap<(ConnectionId, Direction), Flow>,
}

/// Returns the events that [`Plaintext`] needs.
pub(crate) fn interest() -> Interest {
    Interest::matching(|event| event.level >= Level::Trace)
}

impl Plaintext {
    /// Handles an event, and passes the bytes whose part is known to `out`.
    pub(crate) fn event(
        &mut self,
        meta: &Meta,
        event: &TraceEvent<'_>,
        out: &mut dyn FnMut(Piece<'_>),
    ) {
        if meta.connection == ConnectionId(0) || is_of_parser(event) {
            return;
        }
        for direction in [Direction::Received, Direction::Sent] {
            let is_begun = match event {
                TraceEvent::BytesSent { layer: "http", .. }
                | TraceEvent::RequestSent { .. }
                | TraceEvent::ResponseSent { .. } => direction == Direction::Sent,
                TraceEvent::BytesReceived { layer: "http", .. } => direction == Direction::Received,
                _ => false,
            };
            let key = (meta.connection, direction);
            let Some(flow) = self.flow(key, is_begun) else { continue };
            let mut emit = |part, bytes: &[u8]| {
                out(Piece { direction, part, bytes });
            };
            match direction {
                Direction::Received => flow.received(event, &mut emit),
                Direction::Sent => flow.sent(event, &mut emit),
            }
            if ends(event) {
                flow.flush(&mut emit);
                self.flows.remove(&key);
            }
        }
    }

    fn flow(&mut self, key: (ConnectionId, Direction), is_begun: bool) -> Option<&mut Flow> {
        if !is_begun {
            return self.flows.get_mut(&key);
        }
        if self.flows.len() >= MOST {
            self.flows.pop_first();
        }
        Some(self.flows.entry(key).or_default())
    }
}

/// Returns whether an event of the parser occurs between the events of a head or of a body that it belongs to.
const fn is_of_parser(event: &TraceEvent<'_>) -> bool {
    matches!(
        event,
        TraceEvent::FieldRead { .. }
            | TraceEvent::LeniencyUsed { .. }
            | TraceEvent::ChunkRead { .. }
            | TraceEvent::TrailerRead { .. }
    )
}

/// Returns whether no bytes follow on the connection.
const fn ends(event: &TraceEvent<'_>) -> bool {
    matches!(
        event,
        TraceEvent::CloseComplete {}
            | TraceEvent::CloseFailed { .. }
            | TraceEvent::ServeComplete { .. }
            | TraceEvent::ServeFailed { .. }
            | TraceEvent::ExchangeFailed { .. }
    )
}
