//! The numbers that link an event to its span, and a span to the span around it.

use crate::values::{ConnectionId, ExchangeId, SpanId};

/// The number of a span among those of its exchange or, outside exchanges, of its connection.
///
/// It is small, because every event and every open span contains two. The identifier of the span, which is
/// unique in the process, follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpanNumber(u16);

impl SpanNumber {
    pub(crate) const NONE: Self = Self(0);

    /// Marks a span that belongs to a connection and to no exchange, such as a served connection.
    const OF_CONNECTION: u16 = 1 << 15;

    /// Returns the number after this one. After 32,767 spans of an exchange, numbers repeat.
    #[inline]
    pub(super) const fn next(self) -> Self {
        let Self(number) = self;
        let next = (number + 1) & !Self::OF_CONNECTION;
        Self(if next == 0 { 1 } else { next })
    }

    /// Returns the number of a span of this exchange, or of a connection if there is no exchange.
    #[inline]
    pub(super) const fn of(self, exchange: ExchangeId) -> Self {
        let Self(number) = self;
        Self(if exchange.0 == 0 { number | Self::OF_CONNECTION } else { number })
    }

    /// Returns the identifier of the span.
    pub(super) const fn id(self, exchange: ExchangeId, connection: ConnectionId) -> SpanId {
        let Self(number) = self;
        let owner = match number {
            0 => return SpanId(0),
            _ if number & Self::OF_CONNECTION != 0 => connection.0,
            _ => exchange.0,
        };
        SpanId(owner << u16::BITS | number as u64)
    }

    /// Returns the number as an integer.
    #[inline]
    pub(super) const fn get(self) -> u16 {
        self.0
    }

    #[cfg(feature = "std")]
    pub(super) const fn from_u16(number: u16) -> Self {
        Self(number)
    }
}

/// A span, and the span around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Links {
    pub(super) span: SpanNumber,
    pub(super) parent: SpanNumber,
}

impl Links {
    pub(crate) const NONE: Self = Self { span: SpanNumber::NONE, parent: SpanNumber::NONE };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_exchanges_and_connections_differ() {
        let (exchange, connection) = (ExchangeId(7), ConnectionId(7));
        let first = SpanNumber::NONE.next();
        let of_exchange = first.of(exchange).id(exchange, connection);
        let of_connection = first.of(ExchangeId(0)).id(exchange, connection);
        assert_eq!((of_exchange, of_connection), (SpanId(0x7_0001), SpanId(0x7_8001)));
        assert_eq!(SpanNumber::NONE.id(exchange, connection), SpanId(0));
    }

    #[test]
    fn numbers_start_over_without_that_of_no_span() {
        let last = SpanNumber::from_u16(0x7fff);
        assert_eq!(last.next(), SpanNumber::NONE.next());
    }
}
