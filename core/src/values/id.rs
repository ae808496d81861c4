//! The numbers by which exchanges, connections, operations and byte streams are told apart.

/// One exchange: a request and everything done to get its response. Zero means none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(pub u64);

/// One connection of a client or server. Zero means none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// One operation within an exchange, from its start to its end. Zero means none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub u32);

/// The byte stream of a connection, as the events of one client tell streams apart. A connection
/// on which TLS starts has another stream from then on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// The number of the connection the stream belongs to.
    pub connection: u64,
    /// How many TLS layers it has: 0 for the transport itself.
    pub layer: u8,
}
