//! What passes over a connection that has left HTTP/1.1: bytes, and their end.

use super::action::Event;
use crate::fields::Fields;
use crate::values::Buffer;

/// The bytes of the new protocol that have come.
#[derive(Debug)]
pub(super) struct Tunnel {
    pub(super) incoming: Buffer,
    /// No more will come.
    pub(super) ended: bool,
    /// The event is about this many bytes; with none, it is about their end.
    lent: Option<usize>,
}

impl Tunnel {
    /// A tunnel in which these bytes have come.
    pub(super) fn new(early: &[u8]) -> Self {
        let mut incoming = Buffer::default();
        incoming.push(early);
        Self { incoming, ended: false, lent: None }
    }

    /// Uses up what the last event was about, and tells whether there is another.
    pub(super) fn advance(&mut self) -> bool {
        self.incoming.consume(self.lent.take().unwrap_or(0));
        let n = self.incoming.unread().len();
        self.lent = (n > 0 || self.ended).then_some(n);
        self.lent.is_some()
    }

    pub(super) fn event(&self) -> Option<Event<'_>> {
        Some(match self.lent? {
            0 => Event::End(Fields::EMPTY),
            n => Event::Data(&self.incoming.unread()[..n]),
        })
    }
}
