//! The identifiers of exchanges, connections, spans and byte streams.

/// The identifier of an exchange: a request, and everything that is done for its response. It is unique in
/// the process with the drivers of limpid. 0 if there is no exchange.
///
/// The [crate](crate) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(pub u64);

/// The identifier of a connection of a client or server, unique in the process with the drivers of limpid. 0
/// if there is no connection.
///
/// The [crate](crate) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// The identifier of a span: one operation, from its start to its end. It is unique where exchanges and
/// connections are. 0 if there is no span.
///
/// [`Meta`](crate::trace::Meta) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub u64);

/// The identifier of a byte stream of a connection, unique in the events of one client. When TLS starts on a
/// connection, its stream changes.
///
/// [`Sink`](crate::trace::Sink) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// The number of the connection.
    pub connection: u64,
    /// The number of TLS layers; 0 for the transport itself.
    pub layer: u8,
}
